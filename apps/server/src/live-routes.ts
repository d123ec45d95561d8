/**
 * The built-in routes whose answers go on for as long as the client likes. Loaded by the first request
 * for one of them.
 */

import type { Response } from '@netlayers/http';
import { type EventStream, eventStream } from '@netlayers/middleware';
import type { ServerRequest } from '@netlayers/server';
import { acceptWebSocket, type WebSocketStream } from '@netlayers/websocket';

/** From one event of `/events` to the next. */
const EVENT_MS = 1000;

/** Sends each message back, text as text. */
async function echoMessages(socket: WebSocketStream): Promise<void> {
  for await (const message of socket) await socket.send(message);
}

/** Counts on, from where the client was, until it has gone. */
async function count(stream: EventStream, { clock }: ServerRequest): Promise<void> {
  const seen = Number(stream.lastEventId);
  for (let at = Number.isSafeInteger(seen) && seen > 0 ? seen + 1 : 1; stream.isOpen; at++) {
    await stream.send({ id: String(at), data: `tick ${at}` });
    await new Promise<void>((resolve) => {
      const timer = clock.setTimer(clock.now() + EVENT_MS, resolve);
      const stop = (): void => {
        clock.clearTimer(timer);
        resolve();
      };
      stream.signal.addEventListener('abort', stop, { once: true });
    });
  }
}

/** `/events`: a tick each second. */
export const events = (request: ServerRequest): Response =>
  eventStream(request, (stream) => count(stream, request));

/** `/ws`: an echo of messages. */
export const webSocket = (request: ServerRequest): Response | Promise<Response> =>
  acceptWebSocket(request, echoMessages);
