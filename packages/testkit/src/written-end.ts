/**
 * The end of a connection, written down: for tests in which it matters what came, and how it ended.
 */

import type { Stream } from './byte-stream.js';

/** Becomes the handler of a stream, and keeps what it is told, one character a byte. */
export class WrittenEnd<S extends Stream = Stream> {
  readonly stream: S;
  text = '';
  ended = false;
  /** With the `code` of the error, `null` after an orderly close. */
  closed: { readonly code: unknown } | null = null;
  /** Called behind each delivery. */
  onData = (): void => {};

  constructor(stream: S) {
    this.stream = stream;
    stream.setHandler({
      handleData: (buf, start, end) => {
        for (let at = start; at < end; at++) this.text += String.fromCharCode(buf[at]!);
        this.onData();
      },
      handleEnd: () => {
        this.ended = true;
      },
      handleDrain: () => {},
      handleClose: (error) => {
        this.closed = { code: (error as { code?: unknown } | null)?.code ?? null };
      },
    });
  }
}
