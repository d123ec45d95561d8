/**
 * The built-in routes: enough to try every part of HTTP with curl and a browser.
 */

import { Response } from '@netlayers/http';
import type { Server, ServerRequest } from '@netlayers/server';
import { landingPage } from './landing-page.js';

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
    secure: request.secure,
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

/** What not every run needs is loaded by the request that does: a start has to be quick. */
const live = () => import('./live-routes.js');

/** Adds the built-in routes to a server. */
export function addBuiltInRoutes(server: Server, transport: 'tun' | 'kernel'): void {
  server
    .route('GET', '/', (request) => landing(request, transport))
    .route('GET', '/json', () => Response.json({ message: 'hello from netlayers' }))
    .route('GET', '/headers', (request) => Response.json(request.headers))
    .route('GET', '/methods', () => Response.json(METHODS))
    .any('/echo', echo)
    .route('GET', '/events', async (request) => (await live()).events(request))
    .route('GET', '/ws', async (request) => (await live()).webSocket(request));
}
