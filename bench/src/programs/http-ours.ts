/**
 * Our server, with what the rows ask of it: `/` is 100 bytes, `/bytes/N` is N bytes, and what is posted to
 * `/sink` is read and counted.
 *
 *     http-ours CARRIER ADDRESS PORT [tls|h2]
 */

import process from 'node:process';
import { Response, StatusCode, type Transport } from '@netlayers/http';
import { Server, type ServerRequest } from '@netlayers/server';
import { type Carrier, openCarrier } from '../process/carrier.js';
import { HELLO, PIECE, pieces, WHOLE } from '../process/contents.js';
import { answerLines } from '../process/lines.js';

const [carrier, address, port, security] = [
  process.argv[2] as Carrier,
  process.argv[3]!,
  Number(process.argv[4]),
  process.argv[5],
];

async function sink(request: ServerRequest): Promise<Response> {
  let count = 0;
  for await (const piece of request) count += piece.length;
  return Response.text(String(count));
}

function bytes(length: number): Response {
  const response = new Response(StatusCode.Ok).header('Content-Type', 'application/octet-stream');
  if (length <= WHOLE.length) return response.body(WHOLE.subarray(0, length));
  return response.header('Content-Length', String(length)).body(pieces(length, PIECE));
}

const server = new Server()
  .route('GET', '/', () =>
    new Response(StatusCode.Ok).header('Content-Type', 'text/plain').body(HELLO),
  )
  .route('GET', '/bytes/:length', ({ params }) => bytes(Number(params.length)))
  .route('POST', '/sink', sink);

/** What TLS needs is loaded for TLS only: it is a seventh of the heap, and the collector goes by its size. */
async function secured(plain: Transport): Promise<Transport> {
  const { http2, tlsTransport } = await import('@netlayers/node');
  const { selfSigned } = await import('@netlayers/testkit');
  if (security === 'h2') server.speak(http2());
  const alpn = security === 'h2' ? ['h2', 'http/1.1'] : ['http/1.1'];
  return tlsTransport(plain, { identity: selfSigned(), alpn });
}

const plain = await openCarrier(carrier, address);
const transport = security === undefined ? plain : await secured(plain);
await server.listen(transport, { host: address, port });
answerLines();
