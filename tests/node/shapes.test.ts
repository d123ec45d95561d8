/**
 * Programs that let themselves be handed a socket, a server or an agent, on our TCP.
 */

import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import tls from 'node:tls';
import { getRequestListener } from '@hono/node-server';
import {
  agentFor,
  dispatcherFor,
  duplexOf,
  installStack,
  netOf,
  type SocketHost,
} from '@netlayers/node';
import type { Stack } from '@netlayers/stack';
import { selfSigned } from '@netlayers/testkit';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { Agent, request as undiciRequest } from 'undici';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { twoStacks } from './stacks.js';

const stacks = twoStacks();
afterAll(stacks.close);
const FAR = '10.0.0.2';
const certificate = selfSigned();
const trust = { ca: certificate.cert, servername: 'localhost' };
const nearNet = netOf(stacks.near);
const farNet = netOf(stacks.far);
const agents = agentFor(stacks.near);
const BODY = Buffer.alloc(300_000, 'netlayers');

const hostOf = (stack: Stack): SocketHost => ({
  listen: (options, accept) => stack.listen(options, accept),
  connect: (options) => stack.connect(options),
});

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** Has a server of any kind serve what a port of the far stack accepts. */
async function serve(server: { emit(name: 'connection', socket: unknown): boolean }) {
  const port = farNet.createServer((socket) => server.emit('connection', socket)).listen(0, FAR);
  open.push(port);
  await once(port, 'listening');
  return (port.address() as AddressInfo).port;
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function post(port: number, path = '/'): Promise<string> {
  const options = { host: FAR, port, path, method: 'POST', agent: agents.http };
  const request = http.request(options);
  request.end(BODY);
  const [response] = await once(request, 'response');
  return textOf(response);
}

const echo = (request: IncomingMessage, response: ServerResponse): void => {
  request.pipe(response);
};

describe('netOf', () => {
  it('has the names of node:net, and sockets that are its sockets', async () => {
    const server = farNet.createServer((socket) => socket.end('hello')).listen(0);
    open.push(server);
    await once(server, 'listening');
    expect(server.address()).toMatchObject({ address: '0.0.0.0' });
    const { port } = server.address() as AddressInfo;
    const socket = new nearNet.Socket();
    expect(socket).toBeInstanceOf((await import('node:net')).Socket);
    expect(await textOf(socket.connect(port, FAR))).toBe('hello');
    expect(nearNet.isIP(FAR)).toBe(4);
  });

  it('resets as the kernel does', async () => {
    const server = farNet.createServer((socket) => socket.resetAndDestroy()).listen(0, FAR);
    open.push(server);
    await once(server, 'listening');
    const socket = nearNet.connect((server.address() as AddressInfo).port, FAR);
    expect((await once(socket, 'error'))[0]).toMatchObject({
      code: 'ECONNRESET',
      errno: -104,
      syscall: 'read',
    });
  });

  it('says what it takes', () => {
    expect(() => netOf({} as never)).toThrow('netOf takes a stack, such as createStack makes');
    expect(() => installStack(null as never)).toThrow('installStack takes a stack');
  });
});

describe('servers', () => {
  it('express', async () => {
    const app = express().post('/', echo);
    expect(await post(await serve(http.createServer(app)))).toBe(BODY.toString());
  });

  it('fastify by serverFactory', async () => {
    let server: http.Server | null = null;
    const app = fastify({
      serverFactory: (handler) => {
        server = http.createServer(handler);
        return server;
      },
      bodyLimit: 1 << 20,
    });
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
    app.post('/', (request, reply) => reply.send(request.body));
    await app.ready();
    expect(await post(await serve(server as unknown as http.Server))).toBe(BODY.toString());
    await app.close();
  });

  it('@hono/node-server', async () => {
    const app = new Hono().post('/', async (context) =>
      context.body(await context.req.arrayBuffer()),
    );
    const server = http.createServer(getRequestListener(app.fetch));
    expect(await post(await serve(server))).toBe(BODY.toString());
  });

  it('ws, both sides', async () => {
    const server = http.createServer();
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
    const port = await serve(server);
    const socket = new WebSocket(`ws://${FAR}:${port}`, { agent: agents.http });
    await once(socket, 'open');
    socket.send(BODY);
    expect(String((await once(socket, 'message'))[0])).toBe(BODY.toString());
    socket.close(1000);
    expect((await once(socket, 'close'))[0]).toBe(1000);
  });
});

describe('clients', () => {
  it('node:https by an agent, sessions of TLS kept', async () => {
    const port = await serve(https.createServer(certificate, echo));
    const [first, second] = [agentFor(stacks.near), agents].map(({ https: agent }) => agent);
    for (const agent of [first, second, second]) {
      const request = https.request({
        host: FAR,
        port,
        agent: agent as https.Agent,
        method: 'POST',
        ...trust,
      });
      request.end(BODY);
      const [response] = await once(request, 'response');
      expect(await textOf(response)).toBe(BODY.toString());
    }
    first?.destroy();
  });

  it('an agent tells why it cannot connect', async () => {
    const refused = { code: 'ECONNREFUSED', syscall: 'connect', address: FAR, port: 9 };
    const plain = http.get({ host: FAR, port: 9, agent: agents.http });
    expect((await once(plain, 'error'))[0]).toMatchObject(refused);
    const secure = https.get({ host: FAR, port: 9, agent: agents.https });
    expect((await once(secure, 'error'))[0]).toMatchObject(refused);
  });

  it('undici and fetch by a dispatcher, over TLS too', async () => {
    const dispatcher = dispatcherFor(stacks.near, Agent, { tls: trust });
    const port = await serve(http.createServer(echo));
    const url = `http://${FAR}:${port}/`;
    const { body } = await undiciRequest(url, { dispatcher, method: 'POST', body: BODY });
    expect(await body.text()).toBe(BODY.toString());
    const init = { dispatcher, method: 'POST', body: BODY } as RequestInit;
    expect(await (await fetch(url, init)).text()).toBe(BODY.toString());
    const secure = await serve(https.createServer(certificate, echo));
    expect(await (await fetch(`https://${FAR}:${secure}/`, init)).text()).toBe(BODY.toString());
    await expect(undiciRequest(`http://${FAR}:9/`, { dispatcher })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    await dispatcher.close();
  });

  it('a dispatcher gives up a connection that is never there', async () => {
    const silent = { ...hostOf(stacks.near), connect: () => new Promise<never>(() => {}) };
    const dispatcher = dispatcherFor(silent, Agent, { connectTimeoutMs: 1 });
    await expect(undiciRequest(`http://${FAR}/`, { dispatcher })).rejects.toMatchObject({
      code: 'UND_ERR_CONNECT_TIMEOUT',
    });
    expect(() => dispatcherFor(stacks.near, {} as never)).toThrow('takes the Agent of undici');
  });

  it('node:http2 by createConnection', async () => {
    const server = http2.createServer();
    server.on('stream', (stream) => {
      stream.respond();
      stream.pipe(stream);
    });
    const port = await serve(server);
    const session = http2.connect(`http://${FAR}`, {
      createConnection: () => nearNet.connect(port, FAR),
    });
    const stream = session.request({ ':method': 'POST' });
    stream.end(BODY);
    expect(await textOf(stream)).toBe(BODY.toString());
    session.close();
  });
});

/** Both ends of a connection as Duplexes. */
async function duplexes(allowHalfOpen: boolean): Promise<[Socket, Socket]> {
  const accepted = new Promise<Socket>((resolve) => {
    const listener = stacks.far.listen({ port: 0 }, (stream) => {
      resolve(duplexOf(stream, { allowHalfOpen }) as unknown as Socket);
      void listener.close();
    });
    port = listener.port;
  });
  const stream = await stacks.near.connect({ host: FAR, port });
  return [duplexOf(stream, { allowHalfOpen }) as unknown as Socket, await accepted];
}
let port = 0;

describe('duplexOf', () => {
  it('carries node:http on both sides', async () => {
    const [near, far] = await duplexes(true);
    http.createServer(echo).emit('connection', far);
    const request = http.request({ createConnection: () => near, method: 'POST' });
    request.end(BODY);
    const [response] = await once(request, 'response');
    expect(await textOf(response)).toBe(BODY.toString());
  });

  it('tells the end one macrotask after the bytes, so that no pipelined answer is lost', async () => {
    const [near, far] = await duplexes(true);
    const server = http.createServer((request, response) =>
      setImmediate(() => response.end(request.url)),
    );
    server.emit('connection', far);
    near.end(['/first', '/second'].map((at) => `GET ${at} HTTP/1.1\r\nHost: h\r\n\r\n`).join(''));
    const text = await textOf(near);
    expect(text).toContain('/first');
    expect(text).toContain('/second');
  });

  it('keeps the last record of TLS where it may stay half open', async () => {
    const [near, far] = await duplexes(true);
    const server = tls.createServer({ ...certificate, allowHalfOpen: true }, (socket) =>
      socket.end(BODY),
    );
    (server as unknown as Server).emit('connection', far);
    const client = tls.connect({ socket: near, ...trust });
    await once(client, 'secureConnect');
    // A reader that is slow finds everything, also after the peer's end.
    let length = 0;
    for await (const chunk of client) {
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      length += chunk.length;
    }
    expect(length).toBe(BODY.length);
  });

  it('answers a request whose client has ended, where it may stay half open', async () => {
    const [near, far] = await duplexes(true);
    const server = http.createServer(async (request, response) => {
      await textOf(request);
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      response.end('late');
    });
    Object.assign(server, { httpAllowHalfOpen: true });
    server.emit('connection', far);
    near.end('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    expect(await textOf(near)).toContain('late');
  });

  it('carries HTTP/2 in clear text and over TLS', async () => {
    for (const secure of [false, true]) {
      const [near, far] = await duplexes(true);
      const server = secure ? http2.createSecureServer(certificate) : http2.createServer();
      server.on('stream', (stream: http2.ServerHttp2Stream) => {
        stream.respond();
        stream.pipe(stream);
      });
      server.emit('connection', far);
      const socket = secure ? tls.connect({ socket: near, ALPNProtocols: ['h2'], ...trust }) : near;
      const session = http2.connect(`${secure ? 'https' : 'http'}://h`, {
        createConnection: () => socket,
      });
      const stream = session.request({ ':method': 'POST' });
      stream.end(BODY);
      expect(await textOf(stream)).toBe(BODY.toString());
      session.close();
    }
  });

  it('ends the other half by itself where it may not stay open, and closes', async () => {
    const [near, far] = await duplexes(false);
    const closed = once(far, 'close');
    far.resume();
    near.resume().end('bye');
    expect(await closed).toEqual([false]);
    expect(far.readyState).toBe('closed');
  });

  it('has what a socket has', async () => {
    const [near, far] = await duplexes(false);
    expect(near).toMatchObject({ remoteAddress: FAR, remotePort: port, remoteFamily: 'IPv4' });
    expect(near.address()).toMatchObject({ address: '10.0.0.1', family: 'IPv4' });
    expect(near.setNoDelay().setKeepAlive(true, 1000).ref().unref()).toBe(near);
    expect([near.readyState, near.connecting, near.pending]).toEqual(['open', false, false]);
    await once(near.connect(1, 'elsewhere'), 'connect');
    near.write('12345');
    await once(far, 'data');
    expect([near.bytesWritten, far.bytesRead]).toEqual([5, 5]);
    near.setTimeout(5);
    await once(near, 'timeout');
    const failed = once(far, 'error');
    near.resetAndDestroy();
    expect((await failed)[0]).toMatchObject({
      code: 'ECONNRESET',
      errno: -104,
      syscall: 'read',
      message: 'read ECONNRESET',
    });
  });

  it('sends what was written before destroySoon', async () => {
    const [near, far] = await duplexes(false);
    near.write(BODY);
    near.destroySoon();
    expect((await textOf(far)).length).toBe(BODY.length);
  });

  it('refuses what is no stream', () => {
    expect(() => duplexOf({} as never)).toThrow('duplexOf takes a ByteStream');
  });
});
