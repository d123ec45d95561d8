/**
 * What becomes of a stream that nobody takes.
 */

import type { ByteStream, ByteStreamHandler } from './transport.js';

const NOBODY: ByteStreamHandler = {
  handleData(): void {},
  handleEnd(): void {},
  handleDrain(): void {},
  handleClose(): void {},
};

/** Resets a stream, and hears nothing of it any more. */
export function dropStream(stream: ByteStream): void {
  stream.setHandler(NOBODY);
  stream.abort();
}
