/**
 * Programs of Node on a stack over a TUN device, without a change, and programs that are not ours at
 * the kernel's end.
 */

import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo, Server } from 'node:net';
import { pathToFileURL } from 'node:url';
import { serve } from '@hono/node-server';
import { installStack } from '@netlayers/node';
import { selfSigned } from '@netlayers/testkit';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { Redis } from 'ioredis';
import pg from 'pg';
import { request as undici } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { startPostgres, startRedis } from '../node/databases.js';
import { pattern } from '../support/pattern.js';
import { lacks, run } from '../support/tools.js';
import { KERNELS, OURS, openTunStack } from '../support/tun-stack.js';

const namespace = enterNetworkNamespace();
/** For children that are not in this folder. */
const WS = pathToFileURL(createRequire(import.meta.url).resolve('ws')).href;
const BODY = Buffer.from(pattern(2_000_000));

/** The rule looks at the address as it is written: this spelling of it goes through the stack. */
const MAPPED = `::ffff:${KERNELS}`;

/** Everything but the kernel's own address goes through the stack. */
async function install(): Promise<void> {
  const { stack } = await openTunStack();
  onTestFinished(installStack(stack, ({ host }) => (host === KERNELS ? 'kernel' : 'stack')));
}

async function listening(server: Server | http2.Http2SecureServer, port: number, host?: string) {
  server.listen(port, host);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe.skipIf(!namespace.available)('an unchanged program on a TUN device', () => {
  it.skipIf(lacks('curl'))('express answers curl, which uploads and downloads', async () => {
    await install();
    const app = express();
    app.get('/', (_, response) => {
      response.type('bin').send(BODY);
    });
    app.post('/', (request, response) => {
      request.pipe(response);
    });
    await listening(http.createServer(app), 80);
    const got = await run('curl', ['-sS', `http://${OURS}/`]);
    expect([got.code, got.stderr, got.stdout.equals(BODY)]).toEqual([0, '', true]);
    const upload = ['-sS', '--data-binary', '@-', '-H', 'Expect:', `http://${OURS}/`];
    const sent = await run('curl', upload, { input: BODY });
    expect([sent.code, sent.stderr, sent.stdout.equals(BODY)]).toEqual([0, '', true]);
  });

  it.skipIf(lacks('curl'))('node:http2 answers curl over TLS', async () => {
    await install();
    const certificate = selfSigned();
    const server = http2.createSecureServer({ ...certificate, allowHTTP1: true }, (_, response) => {
      response.end(BODY);
    });
    await listening(server, 443);
    const got = await run('curl', ['-sSk', '-w', '%{stderr}%{http_version}', `https://${OURS}/`]);
    expect([got.code, got.stdout.equals(BODY)]).toEqual([0, true]);
    expect(['2', '1.1']).toContain(got.stderr);
  });

  it.skipIf(lacks('openssl'))('node:https answers openssl s_client', async () => {
    await install();
    const server = https.createServer(selfSigned(), (request, response) =>
      response.end(`hello ${request.socket.remoteAddress}`),
    );
    await listening(server, 443);
    const question = Buffer.from('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    const connect = ['s_client', '-quiet', '-ign_eof', '-connect', `${OURS}:443`];
    const { stdout } = await run('openssl', connect, { input: question });
    expect(stdout.toString()).toContain(`hello ${KERNELS}`);
  });

  it('node:http fetches from a server on the kernel, and is refused where there is none', async () => {
    await install();
    const server = http.createServer((request, response) =>
      response.end(`${request.socket.remoteAddress} ${request.url}`),
    );
    const port = await listening(server, 0, KERNELS);
    const host = MAPPED;
    const request = http.get({ host, port, path: '/path', agent: false });
    const [response] = await once(request, 'response');
    expect((await bytesOf(response)).toString()).toBe(`${OURS} /path`);
    const refused = http.get({ host, port: 9, agent: false });
    expect((await once(refused, 'error'))[0]).toMatchObject({
      code: 'ECONNREFUSED',
      syscall: 'connect',
      port: 9,
    });
  });

  it("fastify, hono and a WebSocket answer clients on the kernel, which are Node's too", async () => {
    await install();
    const app = fastify();
    app.get('/', async () => ({ from: 'fastify' }));
    await app.listen({ port: 81, host: OURS });
    onTestFinished(() => app.close());
    const hono = serve({ fetch: new Hono().get('/', (c) => c.text('from hono')).fetch, port: 82 });
    onTestFinished(() => void hono.close());
    const echo = new WebSocketServer({ port: 83 });
    onTestFinished(() => echo.close());
    echo.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
    const script = `
      const answers = [await (await fetch('http://${OURS}:81/')).text(), await (await fetch('http://${OURS}:82/')).text()];
      const { default: WebSocket } = await import('${WS}');
      const socket = new WebSocket('ws://${OURS}:83/');
      socket.on('open', () => socket.send('x'.repeat(100_000)));
      socket.on('message', (data) => { console.log(...answers, data.length); socket.close(); });`;
    const args = ['--input-type=module', '--eval', script];
    const { stdout, stderr } = await run(process.execPath, args);
    expect([stdout.toString(), stderr]).toEqual(['{"from":"fastify"} from hono 100000\n', '']);
  });

  it('undici, and HTTP/2 without TLS, ask servers on the kernel', async () => {
    await install();
    const plain = await listening(
      http.createServer((request, response) => request.pipe(response)),
      0,
      KERNELS,
    );
    const origin = `http://[${MAPPED}]:${plain}`;
    const { body } = await undici(`${origin}/`, { method: 'POST', body: BODY });
    expect(Buffer.from(await body.arrayBuffer()).equals(BODY)).toBe(true);
    const h2c = http2.createServer();
    h2c.on('stream', (stream) => {
      stream.respond();
      stream.pipe(stream);
    });
    const port = await listening(h2c as unknown as Server, 0, KERNELS);
    const session = http2.connect(`http://[${MAPPED}]:${port}`);
    onTestFinished(() => session.destroy());
    const stream = session.request({ ':method': 'POST' });
    stream.end(BODY);
    expect((await bytesOf(stream)).equals(BODY)).toBe(true);
  });

  it.skipIf(lacks('redis-server'))('ioredis asks redis-server', async () => {
    await install();
    const database = await startRedis(KERNELS);
    onTestFinished(() => database.close());
    const redis = new Redis({ host: MAPPED, lazyConnect: true });
    onTestFinished(() => redis.disconnect());
    await redis.connect();
    await redis.set('key', BODY);
    expect((await redis.getBuffer('key'))?.equals(BODY)).toBe(true);
    expect(await redis.client('INFO')).toContain(`addr=${OURS}:`);
  });

  it.skipIf(lacks('initdb') || lacks('postgres'))('pg asks PostgreSQL', async () => {
    await install();
    const database = await startPostgres(KERNELS);
    onTestFinished(() => database.close());
    const client = new pg.Client({ host: MAPPED, user: 'postgres', database: 'postgres' });
    await client.connect();
    const { rows } = await client.query('select inet_client_addr() as peer, length($1) as length', [
      'x'.repeat(1_000_000),
    ]);
    expect(rows).toEqual([{ peer: OURS, length: 1_000_000 }]);
    await client.end();
  });
});
