/**
 * A peer that vanishes without a word: from one moment on nothing arrives and nothing gets out.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { describe, expect, it } from 'vitest';
import { ask, serve } from '../support/http-service.js';
import { openInjectedStack } from '../support/injecting-device.js';
import { connect } from '../support/kernel-end.js';
import { TIMEOUT } from '../support/long.js';
import { expectReturnTo, held } from '../support/memory.js';
import { OurEnd } from '../support/our-end.js';

const namespace = enterNetworkNamespace();

describe.skipIf(!namespace.available)('a peer that vanishes', () => {
  it('while we send ends the connection after the user time-out', async () => {
    const { stack, wire } = await openInjectedStack({ tcp: { userTimeoutMs: 800 } });
    const ends: OurEnd[] = [];
    stack.listen({ port: 80 }, (socket) => ends.push(new OurEnd(socket)));
    const clients = await Promise.all(Array.from({ length: 100 }, () => connect(80)));
    while (ends.length < 100) await sleep(5);
    wire.isCut = true;
    const startedAt = performance.now();
    for (const end of ends) end.send(1_000_000);
    for (const end of ends) expect(await end.closed).toMatchObject({ code: 'ETIMEDOUT' });
    expect(performance.now() - startedAt).toBeGreaterThan(700);
    expect(performance.now() - startedAt).toBeLessThan(4000);
    expect(stack.counters().connections).toBe(0);
    for (const client of clients) client.destroy();
  });

  it('while its window is at zero ends the connection too', async () => {
    const { stack, wire } = await openInjectedStack({ tcp: { userTimeoutMs: 800 } });
    const accepted = new Promise<OurEnd>((resolve) => {
      stack.listen({ port: 80 }, (socket) => resolve(new OurEnd(socket)));
    });
    const client = await connect(80);
    client.pause();
    const end = await accepted;
    end.send(20_000_000);
    await sleep(500);
    wire.isCut = true;
    expect(await end.closed).toMatchObject({ code: 'ETIMEDOUT' });
    expect(stack.counters().connections).toBe(0);
    client.destroy();
  });

  it('and comes back in time loses nothing', { timeout: TIMEOUT }, async () => {
    const { stack, wire } = await openInjectedStack();
    const accepted = new Promise<OurEnd>((resolve) => {
      stack.listen({ port: 80 }, (socket) => resolve(new OurEnd(socket)));
    });
    const client = await connect(80);
    let received = 0;
    client.on('data', (chunk) => {
      received += chunk.length;
    });
    const end = await accepted;
    wire.isCut = true;
    end.send(3_000_000);
    await sleep(1500);
    expect(received).toBe(0);
    wire.isCut = false;
    await end.closed;
    expect(received).toBe(3_000_000);
  });

  it('before its request has come is let go by the server', { timeout: TIMEOUT }, async () => {
    const context = await openInjectedStack({ tcp: { userTimeoutMs: 500 } });
    const { stack, wire } = context;
    const server = await serve(stack.transport, {
      timeouts: { headMs: 400, idleMs: 400, bodyMs: 400, lingerMs: 200 },
    });
    const vanish = async (count: number): Promise<void> => {
      const clients = await Promise.all(Array.from({ length: count }, () => connect(80)));
      for (const [index, client] of clients.entries()) {
        if (index % 3 === 0) client.write('GET / HTTP/1.1\r\nHo');
        if (index % 3 === 1)
          client.write('POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n');
      }
      await sleep(50);
      wire.isCut = true;
      const deadline = performance.now() + 8000;
      while (stack.counters().connections > 0 && performance.now() < deadline) await sleep(50);
      expect(server.counters().connections).toBe(0);
      expect(stack.counters().connections).toBe(0);
      for (const client of clients) client.resetAndDestroy();
      wire.isCut = false;
      await sleep(50);
    };
    await vanish(300);
    const before = await held();
    await vanish(300);
    expect((await ask('/json')).status).toBe(200);
    await expectReturnTo(before, '300 clients that vanished');
    await server.close();
  });
});
