/**
 * The kernel's TCP against ours over a TUN device: bytes in both directions, with every size of
 * packet, and every way for two ends to be of different speed.
 */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpSocket } from '@netlayers/stack';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, drain, listen, send } from '../support/kernel-end.js';
import { amount, LONG, report, TIMEOUT } from '../support/long.js';
import { echo, OurEnd } from '../support/our-end.js';
import {
  KERNELS,
  openTunStack,
  setIpv4,
  type TunStack,
  withTunStack,
} from '../support/tun-stack.js';

const namespace = enterNetworkNamespace();
const MB = 1_000_000;

/** Accepts one connection of ours. */
function acceptOne({ stack }: TunStack, port: number): Promise<OurEnd> {
  return new Promise((resolve) => {
    const listener = stack.listen({ port }, (socket: TcpSocket) => {
      resolve(new OurEnd(socket));
      void listener.close();
    });
  });
}

const rate = (length: number, startedAt: number): string =>
  `${((length * 8) / 1e6 / (performance.now() - startedAt)).toFixed(2)} Gbit/s`;

async function download(context: TunStack, length: number): Promise<string> {
  const accepted = acceptOne(context, 80);
  const client = await connect(80);
  const startedAt = performance.now();
  const server = await accepted;
  server.send(length);
  const check = await drain(client);
  expect(check).toMatchObject({ received: length, firstWrong: -1 });
  expect(await server.closed).toBeNull();
  return rate(length, startedAt);
}

async function upload(context: TunStack, length: number): Promise<string> {
  const accepted = acceptOne(context, 80);
  const client = await connect(80);
  const startedAt = performance.now();
  void send(client, length);
  const server = await accepted;
  await server.ended;
  expect(server.check).toMatchObject({ received: length, firstWrong: -1 });
  const figure = rate(length, startedAt);
  server.socket.end();
  client.resume();
  expect(await server.closed).toBeNull();
  return figure;
}

describe.skipIf(!namespace.available)('bytes between the kernel and us', () => {
  for (const offload of [false, true]) {
    for (const mtu of [1500, 9000, 65_535]) {
      const length = amount(mtu === 1500 ? 20 * MB : 5 * MB, mtu === 1500 ? 1000 * MB : 100 * MB);
      const title = `MTU ${mtu}${offload ? ', offload' : ''}`;
      it(`arrive whole in both directions: ${title}`, { timeout: TIMEOUT }, async () => {
        await withTunStack({ tun: { mtu, offload } }, async (context) => {
          const down = await download(context, length);
          const up = await upload(context, length);
          report(`${title}: ${length / MB} MB down ${down}, up ${up}`);
        });
      });
    }
    for (const mtu of [68, 100, 296, 576]) {
      const title = `MTU ${mtu}${offload ? ', offload' : ''}`;
      it(`arrive whole in tiny packets: ${title}`, { timeout: TIMEOUT }, async () => {
        await withTunStack({ tun: { mtu, offload } }, async (context) => {
          await download(context, 100_000);
          await upload(context, 100_000);
        });
      });
    }
  }

  it('arrive whole both ways at once', { timeout: TIMEOUT }, async () => {
    await withTunStack({}, async (context) => {
      context.stack.listen({ port: 7 }, echo);
      const client = await connect(7, { allowHalfOpen: true });
      const sent = send(client, 5 * MB);
      const check = await drain(client);
      await sent;
      expect(check).toMatchObject({ received: 5 * MB, firstWrong: -1 });
    });
  });

  it('go on after a half-close by either side', async () => {
    await withTunStack({}, async (context) => {
      const accepted = acceptOne(context, 80);
      const client = await connect(80, { allowHalfOpen: true });
      client.end('');
      const server = await accepted;
      await server.ended;
      server.send(MB);
      expect(await drain(client)).toMatchObject({ received: MB, firstWrong: -1 });
      expect(await server.closed).toBeNull();

      const again = acceptOne(context, 81);
      const second = await connect(81, { allowHalfOpen: true });
      const ours = await again;
      ours.socket.end();
      const ended = once(second, 'end');
      second.resume();
      await ended;
      await send(second, MB);
      await ours.ended;
      expect(ours.check).toMatchObject({ received: MB, firstWrong: -1 });
      expect(await ours.closed).toBeNull();
    });
  });

  it('end in order when both sides close at once', async () => {
    await withTunStack({ tcp: { timeWaitMs: 50 } }, async (context) => {
      const { stack } = context;
      for (let round = 0; round < 50; round++) {
        const accepted = acceptOne(context, 80);
        const client = await connect(80, { allowHalfOpen: true });
        const server = await accepted;
        client.resume();
        const over = once(client, 'close');
        client.end();
        server.socket.end();
        expect(await server.closed).toBeNull();
        await over;
      }
      await sleep(200);
      expect(stack.counters().connections).toBe(0);
      expect(stack.counters().tcp.resetsReceived).toBe(0);
    });
  });

  for (const offload of [false, true]) {
    const title = `hold back a fast sender for a slow reader${offload ? ', offload' : ''}`;
    it(title, { timeout: TIMEOUT }, async () => {
      await withTunStack({ tun: { offload } }, async (context) => {
        // The kernel reads slowly: its window closes again and again.
        const accepted = acceptOne(context, 80);
        const client = await connect(80);
        const server = await accepted;
        server.send(8 * MB);
        client.pause();
        await sleep(300);
        const reads = setInterval(() => (client.isPaused() ? client.resume() : client.pause()), 2);
        const check = await drain(client);
        clearInterval(reads);
        expect(check).toMatchObject({ received: 8 * MB, firstWrong: -1 });

        // We read slowly.
        const again = acceptOne(context, 81);
        const sender = await connect(81);
        const reader = await again;
        reader.socket.pause();
        void send(sender, 8 * MB);
        await sleep(300);
        expect(reader.check.received).toBe(0);
        let paused = true;
        const turns = setInterval(() => {
          if (paused) reader.socket.resume();
          else reader.socket.pause();
          paused = !paused;
        }, 2);
        await reader.ended;
        clearInterval(turns);
        expect(reader.check).toMatchObject({ received: 8 * MB, firstWrong: -1 });
      });
    });
  }

  it('survive a window that stays at zero', { timeout: TIMEOUT }, async () => {
    await withTunStack({}, async (context) => {
      const accepted = acceptOne(context, 80);
      const client = await connect(80);
      client.pause();
      const server = await accepted;
      server.send(12 * MB);
      await sleep(2500);
      expect(context.stack.counters().tcp.windowProbes).toBeGreaterThan(1);
      const check = await drain(client);
      expect(check).toMatchObject({ received: 12 * MB, firstWrong: -1 });
    });
  });

  it('pass through receive buffers of a few kilobytes', { timeout: TIMEOUT }, async () => {
    setIpv4('tcp_rmem', '4096 4096 4096');
    setIpv4('tcp_wmem', '4096 4096 4096');
    try {
      await withTunStack({ tcp: { receiveBuffer: 256, sendBuffer: 512 } }, async (context) => {
        await download(context, MB / 2);
        await upload(context, MB / 5);
      });
      await withTunStack({ tcp: { receiveBuffer: 2048, sendBuffer: 2048 } }, async (context) => {
        await download(context, MB / 2);
        await upload(context, MB / 2);
      });
    } finally {
      setIpv4('tcp_rmem', '4096 131072 6291456');
      setIpv4('tcp_wmem', '4096 16384 4194304');
    }
  });

  it('keep a thousand connections apart', { timeout: TIMEOUT }, async () => {
    await withTunStack({}, async ({ stack }) => {
      const waves = amount(1, 10);
      stack.listen({ port: 7, backlog: 1000 }, echo);
      const echoed = async (index: number): Promise<boolean> => {
        const client = await connect(7, { allowHalfOpen: true });
        const text = `${index}:`.repeat(500);
        let back = '';
        client.setEncoding('latin1').on('data', (chunk) => {
          back += chunk as unknown as string;
        });
        client.end(text, 'latin1');
        await once(client, 'end');
        return back === text;
      };
      for (let wave = 0; wave < waves; wave++) {
        const same = await Promise.all(Array.from({ length: 1000 }, (_, index) => echoed(index)));
        expect(same.filter((isSame) => !isSame)).toEqual([]);
      }
      await sleep(1300);
      expect(stack.counters().connections).toBe(0);
    });
  });

  it('go to and from servers of the kernel that we connect to', { timeout: TIMEOUT }, async () => {
    const length = LONG ? 200 * MB : 5 * MB;
    const { stack } = await openTunStack();
    const server = await listen((socket) => void socket.pipe(socket), { allowHalfOpen: true });
    onTestFinished(server.close);
    const one = async (bytes: number): Promise<void> => {
      const socket = await stack.connect({ host: KERNELS, port: server.port });
      const client = new OurEnd(socket);
      client.send(bytes);
      await client.ended;
      expect(client.check).toMatchObject({ received: bytes, firstWrong: -1 });
      expect(await client.closed).toBeNull();
    };
    await one(length);
    await Promise.all(Array.from({ length: 300 }, () => one(10_000)));
  });
});
