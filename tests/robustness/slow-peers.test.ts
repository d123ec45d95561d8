/**
 * Peers that are slow and peers that have stopped, over our TCP in virtual time: who gets on is served
 * to the end, who does not is given up; and the same over the kernel's TCP, as far as that can be seen
 * in seconds.
 */

import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ByteStream, Response } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import { Server, type ServerOptions } from '@netlayers/server';
import { createNetwork, type SimNetwork } from '@netlayers/sim';
import { describe, expect, it } from 'vitest';

const SIZE = 2_000_000;

function served(options: ServerOptions): Server {
  return new Server({ onError: () => {}, ...options })
    .route('GET', '/', () => new Response().body(new Uint8Array(SIZE).fill(0x78)))
    .route('GET', '/never', () => new Promise(() => {}))
    .route('POST', '/', async (request) => {
      let length = 0;
      for await (const piece of request) length += piece.length;
      return Response.text(`${length}\n`);
    }) as Server;
}

/** What a client of bytes has seen. */
interface Seen {
  bytes: number;
  text: string;
  over: 'no' | 'end' | string;
}

/** Counts what comes; `perSecond` limits how much of it is taken. */
function read(network: SimNetwork, stream: ByteStream, perSecond: number): Seen {
  const seen: Seen = { bytes: 0, text: '', over: 'no' };
  let quota = perSecond;
  stream.setHandler({
    handleData(buf, start, end) {
      seen.bytes += end - start;
      if (seen.text.length < 300)
        seen.text += Buffer.from(buf.subarray(start, end)).toString('latin1', 0, 300);
      quota -= end - start;
      if (quota <= 0) stream.pause();
    },
    handleEnd() {
      if (seen.over === 'no') seen.over = 'end';
    },
    handleDrain() {},
    handleClose(error) {
      if (error !== null) seen.over = (error as { code?: string }).code ?? error.message;
    },
  });
  void (async () => {
    while (seen.over === 'no') {
      await network.sleep(1000);
      quota = Math.min(perSecond, quota + perSecond);
      if (quota > 0) stream.resume();
    }
  })();
  return seen;
}

/** A server and a client with a line between them. */
function lab(options: ServerOptions = {}) {
  const network = createNetwork({ seed: 5 });
  const [server, client] = [
    network.host({ name: 'server.test', address: '10.0.0.1' }),
    network.host({ address: '10.0.0.2' }),
  ];
  network.link(client, server, { delayMs: 20, rateBitsPerSecond: 100e6 });
  const http = served({ clock: network.clock, ...options });
  const ask = async (text: string, perSecond = Number.POSITIVE_INFINITY) => {
    const stream = await client.transport.connect({ host: 'server.test', port: 80 });
    const seen = read(network, stream, perSecond);
    stream.write(Buffer.from(text));
    return { stream, seen };
  };
  return { network, server, http, ask };
}

const GET = 'GET / HTTP/1.1\r\nHost: server.test\r\n';

describe('over our TCP', () => {
  it('a client that reads steadily at 6 KB/s gets everything', async () => {
    const { network, server, http, ask } = lab();
    await network.run(async () => {
      await http.listen(server.transport, { port: 80 });
      const { seen } = await ask(`${GET}Connection: close\r\n\r\n`, 6000);
      while (seen.over === 'no') await network.sleep(1000);
      expect(seen.over).toBe('end');
      expect(seen.bytes).toBeGreaterThan(SIZE);
      expect(network.clock.now()).toBeGreaterThan(300_000);
      expect(http.counters()).toMatchObject({ aborted: 0, requests: 1 });
    });
  });

  it('one that stops is given up when its time is over', async () => {
    const { network, server, http, ask } = lab({ timeouts: { writeMs: 20_000 } });
    await network.run(async () => {
      await http.listen(server.transport, { port: 80 });
      const { stream, seen } = await ask(`${GET}\r\n`, 6000);
      await network.sleep(10_000);
      stream.pause();
      seen.over = 'stopped';
      await network.sleep(19_000);
      expect(http.counters().aborted).toBe(0);
      await network.sleep(6000);
      expect(http.counters()).toMatchObject({ aborted: 1, connections: 0 });
    });
  });

  it('the end of a connection waits for the last octet [RFC 9112 9.6]', async () => {
    const { network, server, http, ask } = lab({ timeouts: { lingerMs: 500 } });
    await network.run(async () => {
      await http.listen(server.transport, { port: 80 });
      const both = [
        await ask(`${GET}Connection: close\r\n\r\n`, 200_000),
        await ask('GET / HTTP/1.0\r\n\r\n', 200_000),
      ];
      for (const { seen } of both) {
        while (seen.over === 'no') await network.sleep(1000);
        expect(seen.over).toBe('end');
        expect(seen.bytes).toBeGreaterThan(SIZE);
      }
    });
  });

  it('the closing of a server waits for who gets on, and cuts off who does not', async () => {
    const { network, server, http, ask } = lab();
    await network.run(async () => {
      await http.listen(server.transport, { port: 80 });
      const steady = await ask(`${GET}\r\n`, 50_000);
      const stuck = await ask('GET /never HTTP/1.1\r\nHost: server.test\r\n\r\n');
      await network.sleep(1000);
      await http.close();
      expect(network.clock.now()).toBeGreaterThan(30_000);
      // The last of it is in the client's own buffer.
      while (steady.seen.over === 'no') await network.sleep(1000);
      expect(steady.seen.bytes).toBeGreaterThan(SIZE);
      expect(stuck.seen.over).toBe('ECONNRESET');
      expect(http.counters().cut).toBe(1);
    });
  });

  it('an upload at 2 KB/s is taken to its end, one that stops is not', async () => {
    const { network, server, http, ask } = lab({ timeouts: { bodyMs: 10_000 } });
    await network.run(async () => {
      await http.listen(server.transport, { port: 80 });
      const head = 'POST / HTTP/1.1\r\nHost: server.test\r\nContent-Length: 400000\r\n\r\n';
      const [steady, stopped] = [await ask(head), await ask(head)];
      for (let sent = 0; sent < 400_000; sent += 2000) {
        steady.stream.write(new Uint8Array(2000));
        if (sent < 20_000) stopped.stream.write(new Uint8Array(2000));
        await network.sleep(1000);
      }
      await network.sleep(1000);
      expect(steady.seen.text).toMatch(/\r\n\r\n400000\n$/);
      expect(stopped.seen.text).toMatch(/^HTTP\/1\.1 408 /);
    });
  });

  it('a handler hears within a round trip that its client has gone', async () => {
    const { network, server, http, ask } = lab();
    const heard: number[] = [];
    http.route('GET', '/poll', (request) => {
      request.signal.addEventListener('abort', () => heard.push(network.clock.now()));
      return new Promise(() => {});
    });
    await network.run(async () => {
      await http.listen(server.transport, { port: 80 });
      const poll = 'GET /poll HTTP/1.1\r\nHost: server.test\r\n\r\n';
      const [ended, reset] = [await ask(poll), await ask(poll)];
      await network.sleep(5000);
      const before = network.clock.now();
      ended.stream.close();
      reset.stream.abort();
      await network.sleep(100);
      expect(heard.map((at) => Math.round(at - before))).toEqual([20, 20]);
      await network.sleep(120_000);
      expect(http.counters().connections).toBe(0);
    });
  });
});

describe("over the kernel's TCP", () => {
  /** Reads at a steady rate, in steps of a quarter of a second, until the end. */
  async function download(port: number, perSecond: number, head: string): Promise<number> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(head);
    let bytes = 0;
    let over = false;
    socket.once('end', () => {
      over = true;
    });
    socket.once('close', () => {
      over = true;
    });
    while (!over) {
      const piece = socket.read(Math.min(socket.readableLength, perSecond / 4)) as Buffer | null;
      bytes += piece?.length ?? 0;
      if (piece === null) socket.read(0);
      await sleep(250);
    }
    socket.destroy();
    return bytes;
  }

  it('a client that is slow and steady gets everything, though the kernel hides it', async () => {
    const http = served({ timeouts: { writeMs: 1000, lingerMs: 300 } });
    const transport = kernelTransport();
    const { port } = await http.listen(transport, { host: '127.0.0.1', port: 0 });
    const head = 'Host: a\r\nConnection: close\r\n\r\n';
    const received = await Promise.all([
      download(port, 400_000, `GET / HTTP/1.1\r\n${head}`),
      download(port, 400_000, 'GET / HTTP/1.0\r\n\r\n'),
    ]);
    for (const bytes of received) expect(bytes).toBeGreaterThan(SIZE);
    expect(http.counters()).toMatchObject({ aborted: 0, requests: 2 });
    await http.close();
    await transport.close();
  }, 30_000);
});
