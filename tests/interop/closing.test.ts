/**
 * The ways in which our close, our keep-alive and the kernel's TCP meet: what the peer of a closed
 * socket hears, who answers whose probes, and what is left of a connection that nobody owns.
 */

import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpSocket } from '@netlayers/stack';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { describe, expect, it, vi } from 'vitest';
import { openInjectedStack } from '../support/injecting-device.js';
import { connect, listen } from '../support/kernel-end.js';
import { OurEnd } from '../support/our-end.js';
import { KERNELS, openTunStack, type TunStack } from '../support/tun-stack.js';

const namespace = enterNetworkNamespace();

/** A connection that the kernel has opened: its end, with what it has seen, and ours. */
async function accepted({ stack }: TunStack, allowHalfOpen = false) {
  const accepting = new Promise<OurEnd>((resolve) => {
    stack.listen({ port: 80 }, (socket: TcpSocket) => resolve(new OurEnd(socket)));
  });
  const client = await connect(80, { allowHalfOpen });
  const seen = { received: 0, ended: false, code: '' };
  client.on('data', (chunk) => {
    seen.received += chunk.length;
  });
  client.on('end', () => {
    seen.ended = true;
  });
  client.on('error', (error: NodeJS.ErrnoException) => {
    seen.code = error.code ?? '';
  });
  return { client, seen, ours: await accepting };
}

describe.skipIf(!namespace.available)('close() of both directions', () => {
  it('gives the kernel everything, and the end', async () => {
    const context = await openTunStack();
    const { client, seen, ours } = await accepted(context);
    ours.send(1_000_000, { thenEnd: false });
    while (ours.socket.bytesWritten < 1_000_000) await sleep(5);
    ours.socket.close();
    expect(await ours.closed).toBe(null);
    while (!seen.ended) await sleep(5);
    expect(seen).toEqual({ received: 1_000_000, ended: true, code: '' });
    client.destroy();
  });

  it('resets the kernel for what we have not read', async () => {
    const context = await openTunStack();
    const { client, seen, ours } = await accepted(context);
    ours.socket.pause();
    client.write('unheard');
    await sleep(50);
    ours.socket.close();
    await sleep(50);
    expect(seen).toEqual({ received: 0, ended: false, code: 'ECONNRESET' });
    expect(context.stack.counters().tcp.resetsForUnreadText).toBe(1);
    expect(context.stack.counters().connections).toBe(0);
  });

  it('resets the kernel for what it sends later', async () => {
    const context = await openTunStack();
    const { client, seen, ours } = await accepted(context, true);
    ours.socket.close();
    expect(await ours.closed).toBe(null);
    await sleep(20);
    expect(seen.ended).toBe(true);
    expect(context.stack.counters().connections).toBe(1);
    client.write('too late');
    await sleep(50);
    // After the end Node does not look at a socket before it writes.
    client.write('even later');
    await sleep(50);
    expect(['ECONNRESET', 'EPIPE']).toContain(seen.code);
    expect(context.stack.counters().connections).toBe(0);
  });

  it('leaves nothing behind when the kernel never closes', async () => {
    const context = await openTunStack({ tcp: { finWait2Ms: 300 } });
    const { client, ours } = await accepted(context, true);
    ours.socket.close();
    await ours.closed;
    expect(context.stack.counters().connections).toBe(1);
    await sleep(500);
    expect(context.stack.counters().connections).toBe(0);
    client.destroy();
  });
});

describe.skipIf(!namespace.available)('text that came before a reset of the kernel', () => {
  it('is delivered before it', async () => {
    const context = await openTunStack();
    const { client, ours } = await accepted(context);
    ours.socket.pause();
    client.write(Buffer.alloc(100_000));
    await sleep(300);
    client.resetAndDestroy();
    await sleep(50);
    expect(ours.check.received).toBe(0);
    ours.socket.resume();
    expect(await ours.closed).toMatchObject({ code: 'ECONNRESET', syscall: 'read' });
    expect(ours.check.received).toBe(100_000);
  });
});

describe.skipIf(!namespace.available)('keep-alive', () => {
  /** Linux answers segments outside of its window twice a second (tcp_invalid_ratelimit). */
  const QUICK = { keepAliveIdleMs: 600, keepAliveIntervalMs: 300, keepAliveProbes: 3 };

  for (const keepAliveOctet of [false, true]) {
    it(`of ours is answered by the kernel, ${keepAliveOctet ? 'with' : 'without'} an octet`, async () => {
      const context = await openTunStack({ tcp: { ...QUICK, keepAliveOctet } });
      const { client, seen, ours } = await accepted(context);
      ours.socket.setKeepAlive(true);
      // More than may stay without an answer.
      await vi.waitFor(
        () => expect(context.stack.counters().tcp.keepAliveProbes).toBeGreaterThan(3),
        { timeout: 10_000 },
      );
      client.write('still here');
      await sleep(50);
      expect(ours.check.received).toBe(10);
      expect(seen).toEqual({ received: 0, ended: false, code: '' });
      client.destroy();
    });
  }

  it('of the kernel is answered by us', async () => {
    const context = await openInjectedStack();
    const { client, seen } = await accepted(context);
    let probes = 0;
    context.wire.onArrival = () => {
      probes++;
    };
    client.setKeepAlive(true, 1000);
    const before = context.stack.counters().tcp.segmentsSent;
    const answers = (): number => context.stack.counters().tcp.segmentsSent - before;
    await vi.waitFor(() => expect(answers()).toBe(2), { timeout: 10_000, interval: 10 });
    expect(probes).toBe(2);
    expect(seen).toEqual({ received: 0, ended: false, code: '' });
    client.destroy();
  });

  it('finds a kernel that has vanished, and one that has forgotten us', async () => {
    const context = await openInjectedStack({ tcp: { ...QUICK, keepAlive: true } });
    const { wire, stack } = context;
    const ends: Socket[] = [];
    const server = await listen((socket) => ends.push(socket.resume()));
    const to = { host: KERNELS, port: server.port };
    const vanished = new OurEnd(await stack.connect(to));
    while (ends.length < 1) await sleep(5);
    wire.isCut = true;
    expect(await vanished.closed).toMatchObject({ code: 'ETIMEDOUT' });
    wire.isCut = false;
    const forgotten = new OurEnd(await stack.connect(to));
    while (ends.length < 2) await sleep(5);
    // The kernel's reset does not get through.
    wire.isCut = true;
    ends[1]!.resetAndDestroy();
    await sleep(20);
    wire.isCut = false;
    expect(await forgotten.closed).toMatchObject({ code: 'ECONNRESET' });
    expect(stack.counters().connections).toBe(0);
  });
});
