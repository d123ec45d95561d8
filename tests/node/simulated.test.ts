/**
 * Programs of Node between two simulated hosts, over a link that loses every twentieth packet.
 */

import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { agentFor, dispatcherFor, duplexOf, netOf } from '@netlayers/node';
import { createNetwork } from '@netlayers/sim';
import { selfSigned } from '@netlayers/testkit';
import { Agent, request as undiciRequest } from 'undici';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

const FAR = '10.0.0.2';
const LINK = { delayMs: 20, loss: 0.05 };
const certificate = selfSigned();
const trust = { ca: certificate.cert, servername: 'localhost' };
const BODY = Buffer.alloc(300_000, 'netlayers');

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const echo = (request: http.IncomingMessage, response: http.ServerResponse): void => {
  request.pipe(response);
};

type Connecting = { emit(name: 'connection', socket: unknown): boolean };

/** Two hosts of a lossy link, and a way to serve what connects to the far one. */
function lossy(seed: number) {
  const network = createNetwork({ seed, capture: true });
  const near = network.host({ address: '10.0.0.1' });
  const far = network.host({ address: FAR });
  network.link(near, far, LINK);
  const serve = async (server: Connecting): Promise<number> => {
    const port = netOf(far.stack).createServer((socket) => server.emit('connection', socket));
    port.listen(0, FAR);
    await once(port, 'listening');
    return (port.address() as AddressInfo).port;
  };
  return { network, near: near.stack, far: far.stack, serve };
}

it('gives the same packets again for the same seed', async () => {
  const run = async (): Promise<Uint8Array> => {
    const { network, near, far } = lossy(7);
    await network.run(async () => {
      const server = netOf(far).createServer((socket) => socket.pipe(socket));
      server.listen(80, FAR);
      await once(server, 'listening');
      const texts = Array.from({ length: 5 }, () => {
        const socket = netOf(near).connect(80, FAR);
        socket.end(BODY);
        return textOf(socket);
      });
      for (const text of await Promise.all(texts)) expect(text).toBe(BODY.toString());
    });
    return network.capture();
  };
  const [first, second] = [await run(), await run()];
  expect(first.length).toBeGreaterThan(BODY.length);
  expect(Buffer.compare(first, second)).toBe(0);
});

it('leaves large buffers that a program has written to the program', async () => {
  const { network, near, far } = lossy(1);
  const pieces = [1, 2, 3].map((octet) => Buffer.from(new Uint8Array(100_000).fill(octet).buffer));
  await network.run(async () => {
    const server = netOf(far).createServer((socket) => socket.pipe(socket));
    server.listen(80, FAR);
    await once(server, 'listening');
    const socket = netOf(near).connect(80, FAR);
    const [first, ...others] = pieces as [Buffer, ...Buffer[]];
    socket.write(first);
    socket.cork();
    for (const piece of others) socket.write(piece);
    socket.end();
    expect(await textOf(socket)).toBe(Buffer.concat(pieces).toString());
  });
  expect(pieces.map((piece) => [piece.length, piece[0], piece.at(-1)])).toEqual([
    [100_000, 1, 1],
    [100_000, 2, 2],
    [100_000, 3, 3],
  ]);
});

describe.each([1, 2, 3])('with 5 %% of the packets lost, seed %i', (seed) => {
  it('node:http and node:https by agents', async () => {
    const { network, near, serve } = lossy(seed);
    await network.run(async () => {
      const agents = agentFor(near);
      const plain = await serve(http.createServer(echo));
      const secure = await serve(https.createServer(certificate, echo));
      for (let time = 0; time < 3; time++) {
        for (const request of [
          http.request({ host: FAR, port: plain, method: 'POST', agent: agents.http }),
          https.request({ host: FAR, port: secure, method: 'POST', agent: agents.https, ...trust }),
        ]) {
          request.end(BODY);
          const [response] = await once(request, 'response');
          expect(await textOf(response)).toBe(BODY.toString());
        }
      }
    });
  });

  it('node:http2 over TLS, many streams at once', async () => {
    const { network, near, serve } = lossy(seed);
    await network.run(async () => {
      const server = http2.createSecureServer(certificate);
      server.on('stream', (stream: http2.ServerHttp2Stream) => {
        stream.respond();
        stream.pipe(stream);
      });
      const port = await serve(server);
      const stream = await near.connect({ host: FAR, port });
      const socket = tls.connect({
        socket: duplexOf(stream, { allowHalfOpen: true }),
        ALPNProtocols: ['h2'],
        ...trust,
      });
      const session = http2.connect('https://h', { createConnection: () => socket });
      const bodies = Array.from({ length: 4 }, () => {
        const request = session.request({ ':method': 'POST' });
        request.end(BODY);
        return textOf(request);
      });
      for (const body of await Promise.all(bodies)) expect(body).toBe(BODY.toString());
      session.close();
    });
  });

  it('undici and ws', async () => {
    const { network, near, serve } = lossy(seed);
    await network.run(async () => {
      const server = http.createServer(echo);
      const sockets = new WebSocketServer({ server });
      sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
      const port = await serve(server);
      const dispatcher = dispatcherFor(near, Agent);
      const url = `http://${FAR}:${port}/`;
      const { body } = await undiciRequest(url, { dispatcher, method: 'POST', body: BODY });
      expect(await body.text()).toBe(BODY.toString());
      const socket = new WebSocket(`ws://${FAR}:${port}`, { agent: agentFor(near).http });
      await once(socket, 'open');
      socket.send(BODY);
      expect(String((await once(socket, 'message'))[0])).toBe(BODY.toString());
      socket.close(1000);
      await once(socket, 'close');
      await dispatcher.close();
    });
  });
});
