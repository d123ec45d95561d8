/**
 * A form as a stream (RFC 7578): fields and files one behind the other, each read when its turn comes,
 * none of them held whole. With the lengths of all parts known the whole has a length.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import { bytesOf, type Content, isStream } from '@netlayers/http';
import { ClientError } from '../base/errors.js';
import { type MakeBody, made, type PreparedBody, repeatableStream } from './prepared-body.js';

/** What is said of a part. */
export interface PartOptions {
  /** Makes the part a file. */
  readonly filename?: string;
  /** @default none of text; `application/octet-stream` of a file */
  readonly type?: string;
  /** Bytes of what is a stream, or made by a function. @default only the end tells */
  readonly length?: number;
}

const OPTIONS: OptionNames<PartOptions> = {
  filename: 'optional',
  type: 'optional',
  length: 'optional',
};

interface Part {
  readonly head: Uint8Array;
  readonly content: Uint8Array | AsyncIterable<Uint8Array> | MakeBody;
  readonly length: number | null;
}

const CRLF = bytesOf('\r\n');

/** A form whose parts are sent as they are read. */
export class Multipart {
  readonly #boundary: string;
  readonly #parts: Part[] = [];

  /** @param boundary what stands between parts and in none of them. @default chance */
  constructor(boundary: string = `netlayers-${crypto.randomUUID()}`) {
    if (!/^[\w'()+,./:=?-]{1,70}$/.test(boundary)) {
      throw new TypeError('a boundary is 1 to 70 letters, digits and a few signs');
    }
    this.#boundary = boundary;
  }

  /**
   * Adds a part. A function makes it anew each time that the form is sent; a stream is sent once.
   *
   * @throws TypeError for a type, a length or an option that is none.
   */
  append(name: string, content: Content | MakeBody, options: PartOptions = {}): this {
    checkOptions('a part of a form', options, OPTIONS);
    const { filename, length } = options;
    const type = options.type ?? (filename === undefined ? null : 'application/octet-stream');
    if (type !== null && !/^[ -~]+$/.test(type)) throw new TypeError('a type is visible ascii');
    if (length !== undefined && !(Number.isSafeInteger(length) && length >= 0)) {
      throw new TypeError('a length is a whole number of bytes');
    }
    const file = filename === undefined ? '' : `; filename="${escaped(filename)}"`;
    const kind = type === null ? '' : `Content-Type: ${type}\r\n`;
    const head = `--${this.#boundary}\r\nContent-Disposition: form-data; name="${escaped(name)}"${file}\r\n${kind}\r\n`;
    const isWhole = typeof content !== 'function' && !isStream(content);
    const given = isWhole ? bytesOf(content) : content;
    this.#parts.push({
      head: new TextEncoder().encode(head),
      content: given,
      length: given instanceof Uint8Array ? given.length : (length ?? null),
    });
    return this;
  }

  /**
   * The form as it stands now.
   *
   * @internal
   */
  prepare(): PreparedBody {
    const parts = [...this.#parts];
    const end = bytesOf(`--${this.#boundary}--\r\n`);
    let length: number | null = end.length;
    for (const part of parts) {
      const framing = part.head.length + CRLF.length;
      length = length === null || part.length === null ? null : length + framing + part.length;
    }
    const repeatable = parts.every(({ content }) => !isStreamed(content));
    const make = (): AsyncGenerator<Uint8Array, void> => written(parts, end);
    const content = repeatable ? repeatableStream(make) : { [Symbol.asyncIterator]: make };
    const contentType = `multipart/form-data; boundary="${this.#boundary}"`;
    return { content, contentType, repeatable, length };
  }
}

const isStreamed = (content: Part['content']): content is AsyncIterable<Uint8Array> =>
  typeof content !== 'function' && !(content instanceof Uint8Array);

async function* written(parts: readonly Part[], end: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (const { head, content, length } of parts) {
    yield head;
    if (content instanceof Uint8Array) yield content;
    else yield* exactly(isStreamed(content) ? content : made(content), length);
    yield CRLF;
  }
  yield end;
}

/** A part that is as long as was said: a wrong one would shift all that follow. */
async function* exactly(
  content: AsyncIterable<Uint8Array>,
  length: number | null,
): AsyncGenerator<Uint8Array, void> {
  let octets = 0;
  for await (const piece of content) {
    octets += piece.length;
    if (length !== null && octets > length) break;
    yield piece;
  }
  if (length === null || octets === length) return;
  const text = `a part of ${length} bytes has ${octets > length ? 'more' : `only ${octets}`}: give its length as it is`;
  throw new ClientError('invalid-body', text);
}

/** A name between quotes, as browsers write it. */
const escaped = (name: string): string =>
  name.replace(/\r/g, '%0D').replace(/\n/g, '%0A').replace(/"/g, '%22');
