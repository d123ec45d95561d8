/**
 * What becomes of a stream that nobody has taken.
 */

import type { ByteStream } from '@netlayers/http';

/** Resets a stream, and hears nothing of it any more. */
export function dropStream(stream: ByteStream): void {
  const ignore = (): void => {};
  stream.setHandler({
    handleData: ignore,
    handleEnd: ignore,
    handleDrain: ignore,
    handleClose: ignore,
  });
  stream.abort();
}
