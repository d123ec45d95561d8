/**
 * A socket of `node:net` for a byte stream, on whose native handle TLS stands without a stream of
 * JavaScript between: the kernel's own one, or one over a handle of ours.
 */

import { Socket, type SocketConstructorOpts } from 'node:net';
import type { ByteStream } from '@netlayers/http';
import { takeSocket } from '@netlayers/kernel';
import type { SocketHost } from '../socket-host.js';
import { StreamHandle } from '../stream-handle.js';

type Defer = NonNullable<SocketHost['defer']>;

/** Connects nobody: its handle is over a stream that is there. */
const hostOf = (defer: Defer | null): SocketHost => ({
  listen: () => {
    throw new Error('nothing listens here');
  },
  connect: () => Promise.reject(new Error('nothing connects here')),
  ...(defer !== null && { defer }),
});

/**
 * Makes the socket of a stream, which the socket then owns.
 *
 * @throws Error with code ERR_FEATURE_UNAVAILABLE_ON_PLATFORM where Node lacks what a handle of ours stands on.
 */
export function nativeSocketOf(stream: ByteStream, defer: Defer | null): Socket {
  const taken = takeSocket(stream);
  if (taken !== null) return taken;
  const handle = new StreamHandle(hostOf(defer));
  handle.attach(stream);
  const options = { handle, allowHalfOpen: true, manualStart: true };
  return new Socket(options as SocketConstructorOpts);
}
