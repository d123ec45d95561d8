/**
 * What the page of `browser.test.ts` runs: bundled from the sources, it finds nothing of Node here.
 *
 * Each part ends with a line of what it saw, which is posted to the server that the page came from.
 */

import { Client } from '@netlayers/client';
import { Response } from '@netlayers/http';
import {
  messagePortDevice,
  type TransportLink,
  webSocketDevice,
  webStreamDevice,
} from '@netlayers/link';
import { Server } from '@netlayers/server';
import { createStack, type Stack } from '@netlayers/stack';
import { acceptWebSocket, openWebSocket } from '@netlayers/websocket';
import { pakoDeflate } from '@netlayers/websocket/pako';

/** Of the page; Node's stack is the other end of the WebSocket. */
const PAGES = '10.9.0.2';
const NODES = '10.9.0.1';
const LENGTH = 1_000_000;

/** An echo, and bytes to fetch. */
async function serve(stack: Stack): Promise<Server> {
  const server = new Server()
    .route('GET', '/agent', () => new Response(200).body(navigator.userAgent))
    .any('/echo', async (request) => new Response(200).body(await request.bytes()));
  await server.listen(stack.transport, { port: 80 });
  return server;
}

/** Posts a megabyte and compares what comes back. */
async function exchange(stack: Stack, host: string): Promise<string> {
  const client = new Client({ transport: stack.transport });
  const sent = Uint8Array.from({ length: LENGTH }, (_, at) => (at * 31) >> 3);
  const response = await client.post(`http://${host}/echo`, sent);
  const received = await response.bytes();
  const same = received.length === LENGTH && received.every((byte, at) => byte === sent[at]);
  await client.close();
  return `${response.status} ${same ? 'same' : 'other'} bytes`;
}

/** Two stacks on the two ends of a link. */
async function twoStacks(near: TransportLink, far: TransportLink): Promise<string> {
  const client = createStack({ device: near, address: '10.0.0.1' });
  const host = createStack({ device: far, address: '10.0.0.2' });
  const server = await serve(host);
  const outcome = await exchange(client, '10.0.0.2');
  await server.close();
  await Promise.all([client.close({ drainMs: 100 }), host.close({ drainMs: 100 })]);
  return `${outcome}, ${far.drops.queueFull} dropped`;
}

function overPort(): Promise<string> {
  const { port1, port2 } = new MessageChannel();
  return twoStacks(messagePortDevice(port1), messagePortDevice(port2));
}

function overStreams(): Promise<string> {
  const there = new TransformStream<Uint8Array, Uint8Array>();
  const back = new TransformStream<Uint8Array, Uint8Array>();
  return twoStacks(
    webStreamDevice({ readable: back.readable, writable: there.writable }),
    webStreamDevice({ readable: there.readable, writable: back.writable }),
  );
}

/** Our WebSocket between two stacks in the page, compressed by what a page has. */
async function overOurWebSocket(): Promise<string> {
  const { port1, port2 } = new MessageChannel();
  const near = createStack({ device: messagePortDevice(port1), address: '10.0.0.1' });
  const far = createStack({ device: messagePortDevice(port2), address: '10.0.0.2' });
  const options = { deflate: { codec: pakoDeflate() }, protocols: ['echo'] };
  const server = new Server().upgrade('websocket', (request) =>
    acceptWebSocket(
      request,
      async (socket) => {
        for await (const message of socket) await socket.send(message);
      },
      options,
    ),
  );
  await server.listen(far.transport, { port: 80 });
  const socket = await openWebSocket(near.transport, 'ws://10.0.0.2/', options);
  const sent = 'wörd '.repeat(LENGTH / 10);
  await socket.send(sent);
  const back = await socket.receive();
  const { code, wasClean } = await socket.close();
  await server.close();
  await Promise.all([near.close({ drainMs: 100 }), far.close({ drainMs: 100 })]);
  const same = back === sent ? 'same' : 'other';
  return `${same} text, ${socket.protocol} ${socket.isCompressed} ${code} ${wasClean}`;
}

/** A second copy of this program in a worker, which serves over its own global scope. */
async function overWorker(): Promise<string> {
  const worker = new Worker('/program.js', { type: 'module' });
  const device = messagePortDevice(worker);
  const stack = createStack({ device, address: '10.0.0.1' });
  const outcome = await exchange(stack, '10.0.0.2');
  await stack.close({ drainMs: 100 });
  worker.terminate();
  return outcome;
}

/** Joins Node's stack: fetches from it, and serves until Node has fetched from here. */
async function overWebSocket(): Promise<string> {
  const socket = new WebSocket(`ws://${location.host}/link`);
  const device = webSocketDevice(socket, { later: (callback) => setTimeout(callback, 4) });
  const stack = createStack({ device, address: PAGES });
  const server = await serve(stack);
  const outcome = await exchange(stack, NODES);
  const client = new Client({ transport: stack.transport });
  // Answered once Node has asked the server of this page.
  const asked = await client.get(`http://${NODES}/ask-me`);
  const text = await asked.text();
  await client.close();
  await server.close();
  await stack.close({ drainMs: 100 });
  return `${outcome}, ${text}`;
}

async function report(part: string, run: () => Promise<string>): Promise<void> {
  const outcome = await run().catch((error) => `failed: ${error}`);
  await fetch(`/result/${part}`, { method: 'POST', body: outcome });
}

if (typeof document === 'undefined') {
  const scope = globalThis as unknown as Worker;
  void serve(createStack({ device: messagePortDevice(scope), address: '10.0.0.2' }));
} else {
  await report('port', overPort);
  await report('streams', overStreams);
  await report('worker', overWorker);
  await report('websocket', overWebSocket);
  await report('our-websocket', overOurWebSocket);
}
