/**
 * The wait for a stream of Node's that is full.
 */

import type { Writable } from 'node:stream';

/** Waits until a stream takes more, or is gone. */
export const room = (stream: Writable): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
