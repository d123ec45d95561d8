/**
 * The socket of `node:net` under a stream of the kernel's TCP, for a layer of Node that stands on its handle
 * natively: TLS, which would else pass each of its records through two streams of JavaScript.
 */

import type { Socket } from 'node:net';
import type { ByteStream } from '@netlayers/http';
import { DuplexStream } from './duplex-stream.js';

/**
 * Takes the socket out of a stream of `kernelTransport`: paused, without listeners, and the
 * caller's from now on; the stream's handler is not called any more. What was delivered of it is not in it.
 *
 * @returns `null`, and nothing has happened, for any other stream, and for one that was written to or is over.
 */
export const takeSocket = (stream: ByteStream): Socket | null =>
  stream instanceof DuplexStream ? stream.release() : null;
