/**
 * What clients see of a server that closes, the same on a pipe in memory, on the kernel's TCP and on
 * ours, there in virtual time: WebSockets, streams of events and requests that run come to an orderly
 * end, and the transport is closed right behind the server.
 */

import { Client } from '@netlayers/client';
import { type Clock, HostClock } from '@netlayers/host';
import { Response, type Transport } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import { eventStream } from '@netlayers/middleware';
import { Server } from '@netlayers/server';
import { createNetwork } from '@netlayers/sim';
import { MemoryTransport } from '@netlayers/testkit';
import { acceptWebSocket, openWebSocket } from '@netlayers/websocket';
import { describe, expect, it } from 'vitest';

interface Place {
  readonly far: Transport;
  readonly near: Transport;
  readonly host: string;
  readonly clock: Clock;
}

type Run = (program: (place: Place) => Promise<void>) => Promise<void>;

const inMemory: Run = (program) => {
  const transport = new MemoryTransport();
  return program({ far: transport, near: transport, host: '127.0.0.1', clock: new HostClock() });
};

const onKernel: Run = async (program) => {
  const [far, near] = [kernelTransport(), kernelTransport()];
  await program({ far, near, host: '127.0.0.1', clock: new HostClock() });
};

const onOurs: Run = async (program) => {
  const network = createNetwork({ seed: 3 });
  const far = network.host({ address: '10.0.0.1' });
  const near = network.host({ address: '10.0.0.2' });
  network.link(near, far, { delayMs: 20, loss: 0.02 });
  const { clock } = network;
  await network.run(() =>
    program({ far: far.transport, near: near.transport, host: '10.0.0.1', clock }),
  );
};

/** A server with one of each that has no end of its own. */
async function serve({ far, host, clock }: Place) {
  const server = new Server({ clock });
  const waiting: (() => void)[] = [];
  server
    .upgrade('websocket', (request) =>
      acceptWebSocket(request, (socket) => void socket.send('hello'), { clock }),
    )
    .route('GET', '/events', (request) =>
      eventStream(request, async (stream) => {
        await stream.send('one');
        await new Promise((resolve) => stream.signal.addEventListener('abort', resolve));
      }),
    )
    .route('GET', '/poll', async (request) => {
      waiting.push(() => {});
      await new Promise((resolve) => request.draining.addEventListener('abort', resolve));
      return Response.text('come back later');
    });
  const { port } = await server.listen(far, { host, port: 0 });
  return { server, port, waiting };
}

describe.each<[string, Run]>([
  ['a pipe in memory', inMemory],
  ["the kernel's TCP", onKernel],
  ['our TCP', onOurs],
])('a server that closes on %s', (_, run) => {
  it('lets WebSockets, events and polls end, and cuts nobody off [RFC 6455 7.4.1] [RFC 9112 9.6]', () =>
    run(async (place) => {
      const { near, far, host, clock } = place;
      const { server, port, waiting } = await serve(place);
      const client = new Client({ transport: near, clock });
      const sockets = await Promise.all(
        Array.from({ length: 20 }, () =>
          openWebSocket(near, `ws://${host}:${port}/`, { clock, random: () => 1 }),
        ),
      );
      for (const socket of sockets) expect(await socket.receive()).toBe('hello');
      const events = await client.get(`http://${host}:${port}/events`);
      const content = events[Symbol.asyncIterator]();
      const first = await content.next();
      expect(new TextDecoder().decode(first.value)).toBe('data: one\n\n');
      const poll = client.get(`http://${host}:${port}/poll`);
      while (waiting.length === 0)
        await client.get(`http://${host}:${port}/none`).then((r) => r.text());

      await server.close({ graceMs: 5000, deadlineMs: 20_000 });
      await far.close();
      for (const socket of sockets) {
        expect(await socket.closed).toMatchObject({ code: 1001, wasClean: true });
      }
      expect(await content.next()).toMatchObject({ done: true });
      expect(await (await poll).text()).toBe('come back later');
      expect(server.counters()).toMatchObject({ cut: 0, aborted: 0, connections: 0 });
      client.abort();
      await near.close();
    }));
});
