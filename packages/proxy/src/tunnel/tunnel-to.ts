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
 */
export function tunnelTo(
  request: ServerRequest,
  take: () => TakenStream,
  response: Response,
  settings: TunnelSettings,
  over: () => void,
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
    if (far === null) dropStream(stream);
    else joinStreams({ stream, remaining }, far, settings, over);
  });
}
