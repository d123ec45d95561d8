/**
 * Our server, with what the rows ask of it: `/` is 100 bytes, `/bytes/N` is N bytes, and what is posted to
 * `/sink` is read and counted.
 *
 *     http-ours CARRIER ADDRESS PORT [tls|h2]
 */

import process from 'node:process';
import { Response, StatusCode } from '@netlayers/http';
import { http2, tlsTransport } from '@netlayers/node';
import { Server, type ServerRequest } from '@netlayers/server';
import { selfSigned } from '@netlayers/testkit';
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

const plain = await openCarrier(carrier, address);
const alpn = security === 'h2' ? ['h2', 'http/1.1'] : ['http/1.1'];
const transport =
  security === undefined ? plain : tlsTransport(plain, { identity: selfSigned(), alpn });
if (security === 'h2') server.speak(http2());
await server.listen(transport, { host: address, port });
answerLines();
