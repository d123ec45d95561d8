/**
 * The end of an exchange as a tunnel: the client's stream and one that has been reached for it.
 */

import { dropStream, type Response, type TakenStream } from '@netlayers/http';
import type { ServerRequest } from '@netlayers/server';
import { joinStreams, type TunnelSettings } from './tunnel.js';

/**
 * Agrees to leave HTTP, and joins the two streams when that is done. A client that goes before takes
 * the other stream with it.
 *
 * @param take gives the stream away; called once. It may throw: the stream is lost then.
 * @param over told once, when the tunnel is over or has not come about.
 * @param isWebSocket whether the client is told to go when the server closes, by 1001.
 */
export function tunnelTo(
  request: ServerRequest,
  take: () => TakenStream,
  response: Response,
  settings: TunnelSettings,
  over: () => void,
  isWebSocket = false,
): Response {
  const { signal } = request;
  // What this is called by, a signal and a server, has nobody to tell of a failure.
  const taken = (): TakenStream | null => {
    try {
      return take();
    } catch {
      over();
      return null;
    }
  };
  const handleGone = (): void => {
    const far = taken();
    if (far === null) return;
    dropStream(far.stream);
    over();
  };
  if (signal.aborted) handleGone();
  else signal.addEventListener('abort', handleGone, { once: true });
  return request.upgrade(response, (stream, remaining) => {
    signal.removeEventListener('abort', handleGone);
    const far = taken();
    const near = { stream, remaining };
    if (far === null) dropStream(stream);
    else if (!isWebSocket) joinStreams(near, far, settings, over);
    else {
      const { draining } = request;
      // A server that closes waits for it.
      return new Promise<void>((resolve) => {
        joinStreams(near, far, { ...settings, draining }, () => {
          over();
          resolve();
        });
      });
    }
    return undefined;
  });
}
