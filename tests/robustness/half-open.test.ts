/**
 * Handshakes that are never finished, and connections that nobody accepts: floods of SYNs from
 * hosts that do not exist, from one 4-tuple, and a backlog that is full.
 *
 * The SYNs come in beside the TUN device; what is answered to hosts that do not exist stays there.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { parseIpv4 } from '@netlayers/bytes';
import type { TcpSocket } from '@netlayers/stack';
import { TcpFlag } from '@netlayers/tcp';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { describe, expect, it } from 'vitest';
import { ask, serve } from '../support/http-service.js';
import { openInjectedStack } from '../support/injecting-device.js';
import { connect, drain } from '../support/kernel-end.js';
import { amount, report, TIMEOUT } from '../support/long.js';
import { expectReturnTo, held } from '../support/memory.js';
import { OurEnd } from '../support/our-end.js';
import { fieldsOf, segment } from '../support/segments.js';
import { OURS, openTunStack, type TunStack } from '../support/tun-stack.js';

const namespace = enterNetworkNamespace();
const DESTINATION = parseIpv4(OURS) ?? 0;
/** 198.18.0.0/15, for benchmarks of networks (RFC 2544). */
const STRANGERS = parseIpv4('198.18.0.0') ?? 0;
/** Half-open connections of a listener. */
const LIMIT = 1024;

/** Quick to forget: the third SYN-ACK is the last. */
const FORGETFUL = { initialRtoMs: 200, minRtoMs: 200, synAckRetries: 2 } as const;

const syn = (stranger: number, seqNumber = stranger * 7919): Uint8Array =>
  segment({
    source: STRANGERS + stranger,
    destination: DESTINATION,
    sourcePort: 1024 + (stranger % 60_000),
    destinationPort: 80,
    seq: seqNumber,
    flags: TcpFlag.SYN,
  });

/** Waits until no connection is left, at most ten seconds. */
async function gone({ stack }: TunStack): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (stack.counters().connections > 0 && performance.now() < deadline) await sleep(50);
  expect(stack.counters().connections).toBe(0);
}

describe.skipIf(!namespace.available)('handshakes that are never finished', () => {
  it('ten thousand of them keep nobody out', { timeout: TIMEOUT }, async () => {
    const context = await openInjectedStack({ tcp: FORGETFUL });
    const { stack, wire } = context;
    const server = await serve(stack.transport);
    const flood = async (from: number, count: number): Promise<void> => {
      for (let stranger = from; stranger < from + count; stranger++) {
        await wire.inject(syn(stranger));
        if (stranger % 1000 === 0) expect((await ask('/json')).status).toBe(200);
      }
      await wire.settled();
    };
    const count = amount(10_000, 100_000);
    await flood(0, count);
    await gone(context);
    const before = await held();
    const dropped = { ...stack.counters().tcp.dropped };
    const sent = stack.counters().tcp.synCookiesSent;
    await flood(count, count);
    expect(stack.counters().connections).toBeLessThanOrEqual(LIMIT + 10);
    // Some may have been given up in time; all others were answered with a cookie.
    expect(stack.counters().tcp.synCookiesSent - sent).toBeGreaterThan(count - 3 * LIMIT);
    report(`${stack.counters().tcp.synCookiesSent} SYNs answered with cookies`);
    expect((await ask('/json')).ms).toBeLessThan(1000);
    await gone(context);
    await expectReturnTo(before, `${count} half-open handshakes`);
    expect(wire.injected).toBe(2 * count);
    expect(stack.counters().tcp.dropped).toEqual(dropped);
    expect((await ask('/json')).status).toBe(200);
    await server.close();
  });

  it('from one 4-tuple are one connection', { timeout: TIMEOUT }, async () => {
    const context = await openInjectedStack({ tcp: FORGETFUL });
    const { stack, wire } = context;
    const server = await serve(stack.transport);
    for (let attempt = 0; attempt < 10_000; attempt++) await wire.inject(syn(1, attempt * 104_729));
    await wire.settled();
    expect(stack.counters().connections).toBeLessThanOrEqual(1);
    expect((await ask('/json')).status).toBe(200);
    await gone(context);
    // Answers are fewer than questions: a flood is not doubled.
    expect(wire.swallowed).toBeLessThanOrEqual(10_000);
    report(`10,000 SYNs of one 4-tuple: ${wire.swallowed} answers`);
    await server.close();
  });
});

describe.skipIf(!namespace.available)('a full backlog', () => {
  it('makes the kernel wait, and serves it when there is room', { timeout: TIMEOUT }, async () => {
    const { stack } = await openTunStack();
    const listener = stack.listen({ port: 80, backlog: 16 });
    const clients = Array.from({ length: 40 }, async () => drain(await connect(80)));
    await sleep(300);
    expect(listener.pending).toBe(16);
    expect(stack.counters().tcp.dropped['backlog-full']).toBeGreaterThanOrEqual(24);
    let served = 0;
    const serving = (async () => {
      for await (const socket of listener) {
        new OurEnd(socket).send(1000);
        if (++served === 40) return;
      }
    })();
    for (const check of await Promise.all(clients)) {
      expect(check).toMatchObject({ received: 1000, firstWrong: -1 });
    }
    await serving;
  });

  it('stays within its bounds when every handshake is finished at once', async () => {
    const { stack, wire } = await openInjectedStack({ tcp: FORGETFUL });
    const listener = stack.listen({ port: 80, backlog: 16 });
    // One each: on a slow machine a SYN-ACK is repeated before its answer is due.
    const finishers = new Map<number, Uint8Array>();
    wire.onSwallowed = (buf, start, end) => {
      const header = fieldsOf(buf, start, end);
      if (header.flags !== (TcpFlag.SYN | TcpFlag.ACK)) return;
      finishers.set(
        header.destination,
        segment({
          source: header.destination,
          destination: header.source,
          sourcePort: header.destinationPort,
          destinationPort: header.sourcePort,
          seq: header.ack,
          ack: header.seq + 1,
          flags: TcpFlag.ACK,
        }),
      );
    };
    for (let stranger = 1; stranger <= 500; stranger++) await wire.inject(syn(stranger));
    await wire.settled();
    expect(finishers.size).toBe(500);
    for (const finisher of finishers.values()) await wire.inject(finisher);
    await wire.settled();
    expect(listener.pending).toBeLessThanOrEqual(16);
    await listener.close();
  });

  it('is emptied when the listener closes', async () => {
    const { stack } = await openTunStack();
    const listener = stack.listen({ port: 80, backlog: 16 });
    const clients = await Promise.all(Array.from({ length: 16 }, () => connect(80)));
    const over = clients.map(
      (client) => new Promise<void>((resolve) => client.on('close', () => resolve()).resume()),
    );
    await listener.close();
    await Promise.all(over);
    expect(stack.counters().connections).toBe(0);
  });

  it('of sockets that are pulled late loses no byte', async () => {
    const { stack } = await openTunStack();
    const listener = stack.listen({ port: 80 });
    const client = await connect(80);
    client.end('early');
    await sleep(100);
    const pulled: TcpSocket[] = [];
    for await (const socket of listener) {
      pulled.push(socket);
      break;
    }
    const text = await new Promise<string>((resolve) => {
      let received = '';
      pulled[0]?.setHandler({
        handleData: (buf, start, end) => {
          received += Buffer.from(buf.subarray(start, end)).toString('latin1');
        },
        handleEnd: () => resolve(received),
        handleDrain: () => {},
        handleClose: () => {},
      });
    });
    expect(text).toBe('early');
    pulled[0]?.end();
    client.resume();
  });
});
