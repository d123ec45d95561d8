/**
 * Puts the framing on an outgoing body (RFC 9112, 6 and 7.1): a promised number of bytes, chunks,
 * or nothing at all where the end of the connection is the end of the body.
 *
 * A small chunk is put together with its framing and leaves in one write; a large one is written
 * where it lies, between its size and its line end, and never copied.
 */

import { localError } from '../grammar/errors.js';
import { CHUNKED, UNTIL_CLOSE } from '../message/framing.js';
import type { Headers } from '../message/headers.js';
import type { ByteSink, Lasting } from './byte-sink.js';
import { HeadWriter, headBytes } from './head-writer.js';

/** Up to this many bytes copying is cheaper than another write. */
export const SMALL_BODY = 8192;

const CRLF = headBytes('\r\n');

/** Writes the body of one message. */
export class BodyWriter {
  readonly #sink: ByteSink;
  /** Bytes still promised, or how the body is framed otherwise. */
  #left: number;

  /** @param framing length of the body, `CHUNKED` or `UNTIL_CLOSE`. */
  constructor(sink: ByteSink, framing: number) {
    this.#sink = sink;
    this.#left = framing;
  }

  /** Writes content; false when the sink is full. */
  write(buf: Uint8Array, start: number, end: number, lasts: Lasting = false): boolean {
    const length = end - start;
    if (this.#left >= 0) {
      if (length > this.#left) {
        throw localError(
          'length-mismatch',
          `content is longer than its Content-Length by ${length - this.#left}`,
        );
      }
      this.#left -= length;
      return this.#sink.write(buf, start, end, lasts);
    }
    if (this.#left === UNTIL_CLOSE) return this.#sink.write(buf, start, end, lasts);
    // A chunk of no bytes would end the body.
    if (length === 0) return true;
    return this.#writeChunk(buf, start, end, lasts);
  }

  /** Ends the body; of a chunked one with trailers, if there are any. They have been checked. */
  end(trailers: Headers | null): void {
    if (this.#left > 0) {
      throw localError(
        'length-mismatch',
        `content is shorter than its Content-Length by ${this.#left}`,
      );
    }
    if (this.#left !== CHUNKED) return;
    const writer = HeadWriter.acquire();
    writer.text('0\r\n');
    if (trailers !== null) for (const [name, value] of trailers) writer.field(name, value);
    writer.lineEnd();
    this.#sink.write(writer.buf, 0, writer.length);
    writer.release();
  }

  #writeChunk(buf: Uint8Array, start: number, end: number, lasts: Lasting): boolean {
    const sink = this.#sink;
    const writer = HeadWriter.acquire();
    writer.number(end - start, 16);
    writer.lineEnd();
    let goOn: boolean;
    if (end - start <= SMALL_BODY) {
      writer.bytes(buf.subarray(start, end));
      writer.lineEnd();
      goOn = sink.write(writer.buf, 0, writer.length);
    } else {
      sink.cork();
      sink.write(writer.buf, 0, writer.length);
      const isTaken = sink.write(buf, start, end, lasts);
      goOn = sink.write(CRLF, 0, CRLF.length) && isTaken;
      sink.uncork();
    }
    writer.release();
    return goOn;
  }
}

/**
 * Sends a message whose content is in memory: in one write if that is little.
 *
 * @param head the head, written but not sent.
 * @param content bytes, or text of ascii characters only.
 */
export function sendWhole(
  sink: ByteSink,
  head: HeadWriter,
  framing: number,
  content: Uint8Array | string,
  trailers: Headers | null,
): void {
  if (framing !== CHUNKED && content.length <= SMALL_BODY) {
    if (typeof content === 'string') head.text(content);
    else head.bytes(content);
    sink.write(head.buf, 0, head.length);
    return;
  }
  const bytes = typeof content === 'string' ? headBytes(content) : content;
  const body = new BodyWriter(sink, framing);
  sink.cork();
  sink.write(head.buf, 0, head.length);
  body.write(bytes, 0, bytes.length);
  body.end(trailers);
  sink.uncork();
}
