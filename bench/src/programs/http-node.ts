/**
 * Node's own servers on the kernel's loopback, with the same answers as ours.
 *
 *     http-node http|https|h2 ADDRESS PORT
 */

import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import process from 'node:process';
import { selfSigned } from '@netlayers/testkit';
import { HELLO, PIECE, WHOLE } from '../process/contents.js';
import { answerLines } from '../process/lines.js';

const [kind, address, port] = [process.argv[2]!, process.argv[3]!, Number(process.argv[4])];

function sendPieces(response: ServerResponse, length: number): void {
  let left = length;
  const pump = (): void => {
    while (left > 0) {
      const piece = left < PIECE.length ? PIECE.subarray(0, left) : PIECE;
      left -= piece.length;
      if (!response.write(piece)) return;
    }
    response.off('drain', pump);
    response.end();
  };
  response.on('drain', pump);
  pump();
}

function sink(request: IncomingMessage, response: ServerResponse): void {
  let count = 0;
  request.on('data', (piece: Buffer) => {
    count += piece.length;
  });
  request.on('end', () => {
    const text = String(count);
    response.writeHead(200, { 'Content-Length': text.length });
    response.end(text);
  });
}

function serve(request: IncomingMessage, response: ServerResponse): void {
  const path = request.url!;
  if (path === '/') {
    response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': HELLO.length });
    response.end(HELLO);
  } else if (path === '/sink') {
    sink(request, response);
  } else {
    const length = Number(path.slice('/bytes/'.length));
    const type = 'application/octet-stream';
    response.writeHead(200, { 'Content-Type': type, 'Content-Length': length });
    if (length <= WHOLE.length) response.end(WHOLE.subarray(0, length));
    else sendPieces(response, length);
  }
}

/** As long as ours; Node's own five seconds would end connections between two turns. */
const KEEP_MS = 75_000;

function open(): {
  listen(port: number, host: string, backlog: number, done: () => void): unknown;
} {
  if (kind === 'h2') {
    return http2.createSecureServer({ ...selfSigned(), allowHTTP1: true }, (request, response) =>
      serve(request as unknown as IncomingMessage, response as unknown as ServerResponse),
    );
  }
  const options = { keepAliveTimeout: KEEP_MS };
  return kind === 'https'
    ? https.createServer({ ...options, ...selfSigned() }, serve)
    : http.createServer(options, serve);
}

open().listen(port, address, 1024, () => answerLines());
