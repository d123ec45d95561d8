/**
 * Clients that mean harm: heads that trickle in, resets and SYNs thrown at the connections of
 * others, segments for connections that are over. Whoever means none is served all the while.
 */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseIpv4 } from '@netlayers/bytes';
import { TcpFlag, type Verdict } from '@netlayers/tcp';
import { seededRandom } from '@netlayers/testkit';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { describe, expect, it, vi } from 'vitest';
import { ask, serve } from '../support/http-service.js';
import { type InjectingDevice, openInjectedStack } from '../support/injecting-device.js';
import { connect, drain, readAll } from '../support/kernel-end.js';
import { amount, report, TIMEOUT } from '../support/long.js';
import { expectReturnTo, held } from '../support/memory.js';
import { echo, OurEnd } from '../support/our-end.js';
import { pattern } from '../support/pattern.js';
import { fieldsOf, segment } from '../support/segments.js';
import { KERNELS, OURS, openTunStack } from '../support/tun-stack.js';

const namespace = enterNetworkNamespace();
const SEED = 77;
const SOURCE = parseIpv4(KERNELS) ?? 0;
const DESTINATION = parseIpv4(OURS) ?? 0;

/** Fields of the last segment that arrived from a port of the kernel's. */
function follow(wire: InjectingDevice): { last: ReturnType<typeof fieldsOf> | null } {
  const following: ReturnType<typeof follow> = { last: null };
  wire.onArrival = (buf, start, end) => {
    following.last = fieldsOf(buf, start, end);
  };
  return following;
}

describe.skipIf(!namespace.available)('a server under attack', () => {
  it('answers 408 to heads that trickle in, and serves others', { timeout: TIMEOUT }, async () => {
    const { stack } = await openTunStack();
    const server = await serve(stack.transport, { timeouts: { headMs: 1000 } });
    const trickle = async (): Promise<string> => {
      const client = await connect(80);
      const answer = readAll(client);
      client.write('GET / HTTP/1.1\r\nHost: a\r\n');
      const timer = setInterval(() => client.write('X-A: b\r\n'), 200);
      for (const event of ['data', 'close']) client.once(event, () => clearInterval(timer));
      return String(await answer);
    };
    const attack = async (count: number): Promise<void> => {
      const answers = Promise.all(Array.from({ length: count }, trickle));
      await sleep(200);
      const { status, ms } = await ask('/json');
      expect(status).toBe(200);
      report(`a request beside ${count} trickling ones: ${ms.toFixed(1)} ms`);
      for (const answer of await answers) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    };
    await attack(500);
    const before = await held();
    await attack(500);
    await vi.waitFor(() => expect(stack.counters().connections).toBe(0), { timeout: 10_000 });
    await expectReturnTo(before, '500 trickling heads');
    await server.close();
  });

  it('keeps a connection that 50,000 blind resets and SYNs are thrown at', {
    timeout: TIMEOUT,
  }, async () => {
    const verdicts = new Map<Verdict, number>();
    const { stack, wire } = await openInjectedStack({
      stack: {
        observer: {
          segmentReceived: (_, __, ___, verdict) => {
            verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
          },
        },
      },
    });
    stack.listen({ port: 7 }, echo);
    const following = follow(wire);
    const client = await connect(7, { allowHalfOpen: true });
    const body = pattern(3_000_000);
    const received = drain(client);
    client.write(body.subarray(0, 1_000_000));
    await sleep(50);
    const random = seededRandom(SEED);
    const { last } = following;
    if (last === null) throw new Error('nothing arrived');
    const tuple = {
      source: SOURCE,
      destination: DESTINATION,
      sourcePort: last.sourcePort,
      destinationPort: 7,
    };
    const sentBefore = stack.counters().tcp.challengeAcks;
    const count = amount(50_000, 500_000);
    for (let shot = 0; shot < count; shot++) {
      const flags = shot % 2 === 0 ? TcpFlag.RST : TcpFlag.SYN;
      // Half of them inside the window, where a guess would be a hit but for RFC 5961.
      const at =
        shot % 4 < 2 ? random.u32() : (following.last!.seq + 1 + random.below(30_000)) >>> 0;
      await wire.inject(segment({ ...tuple, seq: at, flags }));
    }
    await wire.settled();
    client.end(body.subarray(1_000_000));
    expect(await received, `seed ${SEED}`).toMatchObject({ received: 3_000_000, firstWrong: -1 });
    const challenges = stack.counters().tcp.challengeAcks - sentBefore;
    report(`${count} blind resets and SYNs: ${challenges} challenge ACKs`);
    expect(challenges).toBeGreaterThan(0);
    expect(challenges).toBeLessThan(2000);
    const judged = [...verdicts.values()].reduce((total, number) => total + number, 0);
    expect(judged + stack.counters().tcp.dropped['no-connection']).toBe(
      stack.counters().tcp.segmentsReceived,
    );
  });

  it('answers segments for connections that are over with nothing but resets', async () => {
    const { stack, wire } = await openInjectedStack();
    stack.listen({ port: 80 }, (socket) => new OurEnd(socket).send(1000));
    const following = follow(wire);
    const client = await connect(80);
    expect(await drain(client)).toMatchObject({ received: 1000, firstWrong: -1 });
    client.destroy();
    await vi.waitFor(() => expect(stack.counters().connections).toBe(0), { timeout: 10_000 });
    const { last } = following;
    if (last === null) throw new Error('nothing arrived');
    const late = {
      source: parseIpv4('198.18.0.1') ?? 0,
      destination: DESTINATION,
      sourcePort: last.sourcePort,
      destinationPort: 80,
      seq: last.seq,
      ack: last.ack,
    };
    const answers: number[] = [];
    wire.onSwallowed = (buf, start, end) => answers.push(fieldsOf(buf, start, end).flags);
    const { FIN, ACK, RST, PSH } = TcpFlag;
    for (const flags of [FIN | ACK, RST, RST | ACK, ACK, PSH | ACK, FIN, 0]) {
      await wire.inject(segment({ ...late, flags, payload: new Uint8Array(10) }));
    }
    await wire.settled();
    // Resets are never answered, nor is what a listener ignores: no SYN, no ACK.
    expect(answers.map((flags) => (flags & RST) !== 0)).toEqual([true, true, true]);
    expect(stack.counters().tcp.dropped['no-connection']).toBe(7);
    expect(stack.counters().connections).toBe(0);
  });

  it('lives through a storm of resets behind real connections', { timeout: TIMEOUT }, async () => {
    const { stack } = await openTunStack();
    const server = await serve(stack.transport, { onError: () => {} });
    const storm = async (count: number): Promise<void> => {
      let left = count;
      const one = async (): Promise<void> => {
        while (left-- > 0) {
          const client = await connect(80);
          client.write('GET /json HTTP/1.1\r\nHost: a\r\n\r\n');
          if (left % 2 === 0) await once(client, 'data');
          client.resetAndDestroy();
        }
      };
      await Promise.all(Array.from({ length: 20 }, one));
      await sleep(100);
      expect(stack.counters().connections).toBe(0);
      expect(server.counters().connections).toBe(0);
    };
    await storm(500);
    const before = await held();
    await storm(amount(1000, 20_000));
    expect((await ask('/json')).status).toBe(200);
    await expectReturnTo(before, 'a storm of resets');
    await server.close();
  });

  it('does not read a pipelined flood whose answers are not read', {
    timeout: TIMEOUT,
  }, async () => {
    const { stack } = await openTunStack();
    const server = await serve(stack.transport, { timeouts: { writeMs: 1000 }, onError: () => {} });
    const requests = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(20_000));
    const flood = async (): Promise<void> => {
      const client = await connect(80);
      client.pause();
      client.write(requests);
      await sleep(300);
      expect((await ask('/json')).status).toBe(200);
      const { requests: served } = server.counters();
      await sleep(100);
      expect(server.counters().requests).toBeLessThan(served + 5);
      client.resetAndDestroy();
    };
    await flood();
    const before = await held();
    for (let round = 0; round < 5; round++) await flood();
    await expectReturnTo(before, 'pipelined floods');
    await server.close();
  });
});
