/**
 * A stack in a worker thread: the server and all of its TCP run there, this thread is joined to it by
 * a `MessagePort` that carries IP packets.
 *
 * Arguments: megabytes to fetch (32).
 */

import process from 'node:process';
import {
  isMainThread,
  MessageChannel,
  type MessagePort,
  Worker,
  workerData,
} from 'node:worker_threads';
import { Client } from '@netlayers/client';
import { Response, StatusCode } from '@netlayers/http';
import { messagePortDevice } from '@netlayers/link';
import { Server } from '@netlayers/server';
import { createStack } from '@netlayers/stack';

// Nothing but this process sees the packets, so they may be as large as IPv4 lets them.
const options = { mtu: 65_535, receiveQueue: 64 };

/** The other thread: a server on 10.0.0.2. */
async function serve(port: MessagePort): Promise<void> {
  const device = messagePortDevice(port, options);
  const stack = createStack({ device, address: '10.0.0.2' });
  const server = new Server().route('GET', '/bytes/:count', (request) =>
    new Response(StatusCode.Ok).body(new Uint8Array(Number(request.params.count))),
  );
  await server.listen(stack.transport, { port: 80 });
  // The main thread has closed its end: nothing can come any more.
  device.onClose = async () => {
    await server.close();
    await stack.close({ drainMs: 0 });
  };
}

/** This thread: a client on 10.0.0.1. */
async function fetchBytes(count: number): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL(import.meta.url), { workerData: port2, transferList: [port2] });
  const device = messagePortDevice(port1, options);
  const stack = createStack({ device, address: '10.0.0.1' });
  const client = new Client({ transport: stack.transport });

  const began = performance.now();
  const response = await client.get(`http://10.0.0.2/bytes/${count}`);
  let received = 0;
  for await (const chunk of response) received += chunk.length;
  const ms = performance.now() - began;

  console.log(`${received} bytes from thread ${worker.threadId} in ${ms.toFixed(0)} ms`);
  console.log(`${device.drops.queueFull} packets dropped: the port has backpressure`);
  await client.close();
  await stack.close({ drainMs: 100 });
  await worker.terminate();
}

if (isMainThread) await fetchBytes(Number(process.argv[2] ?? 32) * 1_000_000);
else await serve(workerData as MessagePort);
