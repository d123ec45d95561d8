/**
 * The neutral packages in headless Chromium: two stacks in a page over a port, over web streams and
 * with one in a worker, and a page that is joined to a stack in Node over a WebSocket.
 *
 * The bundle is made for browsers from the sources, so an import of Node's anywhere fails the build.
 */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Client } from '@netlayers/client';
import { Response } from '@netlayers/http';
import { webSocketDevice } from '@netlayers/link';
import { Server } from '@netlayers/server';
import { createStack } from '@netlayers/stack';
import { linkDeviceSuite } from '@netlayers/testkit';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { openChromium } from '../support/chromium.js';
import { lacks } from '../support/tools.js';

const later = (callback: () => void): void => void setTimeout(callback, 4);
const PARTS = ['port', 'streams', 'worker', 'websocket', 'our-websocket'] as const;
type Part = (typeof PARTS)[number];

/** The program of the page, as one module. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../support/page/program.ts', import.meta.url))],
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2023',
    conditions: ['@netlayers/source'],
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

/** Serves the page, takes its results, and joins its WebSocket to a stack. */
async function openSite(script: string) {
  const results = new Map<Part, (outcome: string) => void>();
  const outcomes = new Map<Part, Promise<string>>();
  for (const part of PARTS) {
    outcomes.set(part, new Promise((resolve) => results.set(part, resolve)));
  }
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = request.url ?? '';
    if (url === '/program.js') response.setHeader('content-type', 'text/javascript').end(script);
    else if (url === '/') {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><script type="module" src="/program.js"></script>');
    } else if (url.startsWith('/result/')) {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      results.get(url.slice('/result/'.length) as Part)?.(Buffer.concat(chunks).toString());
      response.end();
    } else response.writeHead(404).end();
  };
  const site = createServer((request, response) => void answer(request, response));
  const sockets = new WebSocketServer({ server: site, path: '/link' });
  sockets.on('connection', (socket) => void joinPage(socket));
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  const { port } = site.address() as AddressInfo;
  const close = (): void => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
    site.close();
    site.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}/`, outcomes, close };
}

/** A stack in this process that a page is joined to: serves it, and fetches from it when asked to. */
async function joinPage(socket: WebSocket): Promise<void> {
  const device = webSocketDevice(socket, { later });
  const stack = createStack({ device, address: '10.9.0.1' });
  const client = new Client({ transport: stack.transport });
  const server = new Server()
    .any('/echo', async (request) => new Response(200).body(await request.bytes()))
    .route('GET', '/ask-me', async () => {
      const agent = await (await client.get('http://10.9.0.2/agent')).text();
      const sent = new Uint8Array(300_000).fill(7);
      const back = await (await client.post('http://10.9.0.2/echo', sent)).bytes();
      return new Response(200).body(`${/Chrome/.test(agent)} ${Buffer.compare(sent, back)}`);
    });
  device.onClose = () => {
    void client.close();
    void server.close();
    void stack.close({ drainMs: 0 });
  };
  await server.listen(stack.transport, { port: 80 });
}

describe.skipIf(lacks('chromium'))('in headless Chromium', () => {
  let site: Awaited<ReturnType<typeof openSite>>;
  let end = async (): Promise<void> => {};

  beforeAll(async () => {
    site = await openSite(await bundle());
    const close = openChromium(site.url);
    end = async () => {
      await close();
      site.close();
    };
  }, 60_000);

  afterAll(() => end(), 30_000);

  const outcome = (part: Part): Promise<string> | undefined => site.outcomes.get(part);
  const limit = 60_000;

  it('two stacks in a page talk HTTP over a MessagePort', { timeout: limit }, async () => {
    expect(await outcome('port')).toBe('200 same bytes, 0 dropped');
  });

  it('two stacks in a page talk HTTP over web streams', { timeout: limit }, async () => {
    expect(await outcome('streams')).toBe('200 same bytes, 0 dropped');
  });

  it('a page talks HTTP to a stack in a worker', { timeout: limit }, async () => {
    expect(await outcome('worker')).toBe('200 same bytes');
  });

  it('a page and Node fetch from each other over a WebSocket', { timeout: limit }, async () => {
    expect(await outcome('websocket')).toBe('200 same bytes, true 0');
  });

  it('two stacks in a page talk over our WebSocket, compressed', { timeout: limit }, async () => {
    expect(await outcome('our-websocket')).toBe('same text, echo true 1000 true');
  });
});

linkDeviceSuite({ describe, it, expect }, 'WebSocket of ws', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[WebSocket]>;
  const { port } = server.address() as AddressInfo;
  const here = new WebSocket(`ws://127.0.0.1:${port}/`);
  const [there] = await accepted;
  await once(here, 'open');
  onTestFinished(() => server.close());
  return {
    near: webSocketDevice(here, { later }),
    far: webSocketDevice(there, { later }),
    settle: () => new Promise((resolve) => setTimeout(resolve, 2)),
  };
});
