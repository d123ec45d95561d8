/**
 * The built-in routes: enough to try every part of HTTP with curl and a browser.
 */

import { Response } from '@netlayers/http';
import { type EventStream, eventStream } from '@netlayers/middleware';
import type { Server, ServerRequest } from '@netlayers/server';
import { acceptWebSocket, type WebSocketStream } from '@netlayers/websocket';
import { landingPage } from './landing-page.js';

/** From one event of `/events` to the next. */
const EVENT_MS = 1000;

/** The landing page loads nothing and talks to nobody but this server. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:";

/** What some built-in route answers; `/echo` takes any other token as well. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const hostAndPort = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

function landing(request: ServerRequest, transport: 'tun' | 'kernel'): Response {
  const local = hostAndPort(request.localAddress, request.localPort);
  const page = landingPage({
    transport,
    origin: `http${request.secure ? 's' : ''}://${request.authority === '' ? local : request.authority}`,
    local,
    remote: hostAndPort(request.remoteAddress, request.remotePort),
    requestLine: `${request.method} ${request.target} HTTP/${request.version}`,
  });
  return Response.html(page)
    .header('Cache-Control', 'no-store')
    .header('Content-Security-Policy', CONTENT_SECURITY_POLICY);
}

/** The body goes back while it arrives: neither side of it is kept. */
function echo(request: ServerRequest): Response {
  const type = request.headers.get('content-type') ?? 'application/octet-stream';
  const response = new Response(200).header('Content-Type', type);
  if (!request.hasBody) return response.body(new Uint8Array(0));
  if (request.bodyLength > 0) response.header('Content-Length', String(request.bodyLength));
  return response.body(request);
}

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

/** Adds the built-in routes to a server. */
export function addBuiltInRoutes(server: Server, transport: 'tun' | 'kernel'): void {
  server
    .route('GET', '/', (request) => landing(request, transport))
    .route('GET', '/json', () => Response.json({ message: 'hello from netlayers' }))
    .route('GET', '/headers', (request) => Response.json(request.headers))
    .route('GET', '/methods', () => Response.json(METHODS))
    .any('/echo', echo)
    .route('GET', '/events', (request) => eventStream(request, (stream) => count(stream, request)))
    .route('GET', '/ws', (request) => acceptWebSocket(request, echoMessages));
}
