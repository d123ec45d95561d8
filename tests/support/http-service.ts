/**
 * An HTTP server of ours with routes for every kind of traffic, and the plainest client of Node's
 * to see that it goes on serving.
 */

import { request } from 'node:http';
import { Response, type Transport } from '@netlayers/http';
import { Server, type ServerOptions } from '@netlayers/server';
import { addBuiltInRoutes } from '../../apps/server/src/routes.js';
import { patternAt } from './pattern.js';
import { OURS } from './tun-stack.js';

async function* patternChunks(length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length; ) {
    const piece = patternAt(at, length - at);
    at += piece.length;
    yield piece;
  }
}

/**
 * Starts a server with the built-in routes, `/pattern/:length`, which is streamed, and `/count`,
 * which reads a body and says how long it was.
 */
export async function serve(transport: Transport, options: ServerOptions = {}): Promise<Server> {
  const server = new Server(options);
  addBuiltInRoutes(server, 'tun');
  server
    .route('GET', '/pattern/:length', ({ params }) => {
      const length = Number(params.length);
      return new Response(200).header('Content-Length', String(length)).body(patternChunks(length));
    })
    .route('POST', '/count', async (incoming) => {
      let length = 0;
      for await (const chunk of incoming) length += chunk.length;
      return Response.text(`${length}`);
    });
  await server.listen(transport, { port: 80 });
  return server;
}

/** What a request came back with. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly ms: number;
}

/** Sends a request over a connection of its own. */
export function ask(
  path: string,
  options: { readonly method?: string; readonly body?: Uint8Array; readonly host?: string } = {},
): Promise<Answer> {
  const { method = 'GET', body, host = OURS } = options;
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-length': body.length };
    const sent = request({ host, port: 80, path, method, agent: false, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks),
          ms: performance.now() - startedAt,
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
