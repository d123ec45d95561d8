/**
 * Several ranges of a file in one content (RFC 9110, 14.6; RFC 2046, 5.1): each part has a head of
 * its own, so that a client knows what it got.
 */

import { randomBytes } from 'node:crypto';
import type { ContentPart } from '../files/file-content.js';
import { type ByteRange, lengthOf } from '../selection/byte-ranges.js';

/** Content of type multipart/byteranges. */
export interface Multipart {
  /** The media type, with the boundary. */
  readonly type: string;
  /** Bytes. */
  readonly length: number;
  readonly parts: readonly ContentPart[];
}

/** A delimiter that no file contains: it is made for this response, of 128 random bits. */
export const randomBoundary = (): string => randomBytes(16).toString('hex');

/** The value of Content-Range (RFC 9110, 14.4). */
export const contentRangeOf = ({ first, last }: ByteRange, size: number): string =>
  `bytes ${first}-${last}/${size}`;

/**
 * Puts ranges into one content.
 *
 * @param type the media type of the whole file.
 * @param size bytes of the whole file.
 */
export function multipartOf(
  ranges: readonly ByteRange[],
  type: string,
  size: number,
  boundary: string,
): Multipart {
  const parts: ContentPart[] = [];
  let length = 0;
  const addText = (text: string): void => {
    const bytes = Buffer.from(text, 'latin1');
    parts.push(bytes);
    length += bytes.length;
  };
  let lineEnd = '';
  for (const range of ranges) {
    const contentRange = contentRangeOf(range, size);
    addText(
      `${lineEnd}--${boundary}\r\nContent-Type: ${type}\r\nContent-Range: ${contentRange}\r\n\r\n`,
    );
    parts.push(range);
    length += lengthOf(range);
    lineEnd = '\r\n';
  }
  addText(`\r\n--${boundary}--\r\n`);
  return { type: `multipart/byteranges; boundary=${boundary}`, length, parts };
}
