/**
 * Real packets, damaged in every way by a seed and thrown back at the stack while real clients go
 * on being served. Nothing throws, nobody who did nothing wrong notices, and every packet is
 * accounted for: delivered, dropped for a counted reason, or judged by its connection.
 *
 * Packets of the clients that have to survive are damaged so that a checksum cannot miss it. Those
 * of a sacrificed connection get their checksums put right, so that what is damaged is the
 * protocol; that connection may die of it, and another takes its place.
 */

import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { TcpObserver } from '@netlayers/tcp';
import { fuzzSeed, type SeededRandom, seededRandom } from '@netlayers/testkit';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { describe, expect, it } from 'vitest';
import { ask, serve } from '../support/http-service.js';
import { type InjectedStack, openInjectedStack } from '../support/injecting-device.js';
import { connect } from '../support/kernel-end.js';
import { amount, LONG, report } from '../support/long.js';
import { expectReturnTo, held } from '../support/memory.js';
import { pattern } from '../support/pattern.js';
import { repairChecksums, sourcePortOf } from '../support/segments.js';

const namespace = enterNetworkNamespace();
const SEED = fuzzSeed(20_260_317);
/** Packets of each kind that are kept as originals. */
const KEPT = 64;
const BODY = pattern(20_000);

/** Damages a copy of a packet; without `repaired` a checksum notices every time. */
function mutate(original: Uint8Array, random: SeededRandom, repaired: boolean): Uint8Array {
  const packet = original.slice();
  const length = packet.length;
  if (!repaired) {
    const kind = random.below(4);
    if (kind === 0) return packet.subarray(0, random.below(length));
    packet[random.below(length)]! ^= 1 << random.below(8);
    return packet;
  }
  const header = Math.min(length, 60);
  switch (random.below(7)) {
    case 0:
      for (let flips = random.below(8); flips >= 0; flips--) {
        packet[random.below(header)]! ^= 1 << random.below(8);
      }
      break;
    case 1:
      packet[random.below(header)] = random.u32();
      break;
    case 2:
      packet[33] = random.u32(); // the flags of TCP
      break;
    case 3:
      for (let at = 24; at < 36 && at < length; at++) packet[at] = random.u32();
      break;
    case 4: {
      const end = random.below(length);
      repairChecksums(packet.subarray(0, end));
      return packet.subarray(0, end);
    }
    case 5: {
      // Fragments: offset and flags of IP.
      packet[6] = random.u32();
      packet[7] = random.below(4);
      break;
    }
    default:
      packet[9] = random.below(4) === 0 ? random.u32() : 1; // another protocol, mostly ICMP
      break;
  }
  if (random.below(8) > 0) repairChecksums(packet);
  return packet;
}

/** A connection that sends requests all the time and is opened again whenever it dies. */
class Sacrifice {
  port = 0;
  deaths = 0;
  #socket: Socket | null = null;
  #stopped = false;

  async run(): Promise<void> {
    while (!this.#stopped) {
      try {
        const socket = await connect(80);
        this.#socket = socket;
        this.port = socket.localPort ?? 0;
        socket.on('data', () => {});
        const timer = setInterval(() => {
          socket.write('POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n0123456789');
        }, 2);
        await Promise.race([once(socket, 'close'), once(socket, 'end')]);
        clearInterval(timer);
        socket.destroy();
        this.deaths++;
      } catch {
        this.deaths++;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.destroy();
  }
}

/** Counts what becomes of segments at their connections. */
class Verdicts implements TcpObserver {
  received = 0;
  segmentReceived(): void {
    this.received++;
  }
}

const sum = (counters: Readonly<Record<string, number>>): number =>
  Object.values(counters).reduce((total, count) => total + count, 0);

/** Expects that every packet that was received is accounted for. */
function expectAccounts({ stack, wire }: InjectedStack, verdicts: Verdicts): void {
  const { ipv4, tcp } = stack.counters();
  const { dropped } = ipv4;
  const beforeFragments =
    dropped.truncated +
    dropped['bad-version'] +
    dropped['bad-header-length'] +
    dropped['bad-total-length'] +
    dropped['bad-checksum'] +
    dropped['bad-option'] +
    dropped['source-route'] +
    dropped['martian-source'] +
    dropped['martian-destination'] +
    dropped['not-ours'] +
    dropped.broadcast +
    dropped.multicast;
  const whole = ipv4.delivered + dropped['unknown-protocol'] - ipv4.reassembled;
  expect(ipv4.received).toBe(wire.injected + wire.arrived);
  expect(ipv4.received).toBe(beforeFragments + ipv4.fragmentsReceived + whole);
  const { 'half-open-evicted': _, 'transmit-queue-full': __, ...ofSegments } = tcp.dropped;
  expect(tcp.segmentsReceived).toBe(sum(ofSegments) + verdicts.received);
}

/** Clients that have to be served whatever happens beside them. */
async function serveClients(isOver: () => boolean): Promise<{ requests: number; slowest: number }> {
  let requests = 0;
  let slowest = 0;
  const one = async (): Promise<void> => {
    while (!isOver()) {
      const { status, body, ms } = await ask('/echo', { method: 'POST', body: BODY });
      expect(status).toBe(200);
      expect(Buffer.compare(body, BODY)).toBe(0);
      requests++;
      slowest = Math.max(slowest, ms);
    }
  };
  await Promise.all([one(), one()]);
  return { requests, slowest };
}

describe.skipIf(!namespace.available)('mutations of real packets', () => {
  it('are all accounted for, and upset nobody', { timeout: LONG ? 900_000 : 120_000 }, async () => {
    const verdicts = new Verdicts();
    const context = await openInjectedStack({
      stack: { observer: verdicts },
      tcp: { initialRtoMs: 200, synAckRetries: 2, userTimeoutMs: 3000 },
    });
    const { stack, wire: device } = context;
    const server = await serve(stack.transport, {
      onError: () => {},
      timeouts: { headMs: 1000, idleMs: 2000, bodyMs: 1000 },
    });
    const sacrifice = new Sacrifice();
    const healthy: Uint8Array[] = [];
    const sacrificed: Uint8Array[] = [];
    let seen = 0;
    device.onArrival = (buf, start, end) => {
      const originals = sourcePortOf(buf, start) === sacrifice.port ? sacrificed : healthy;
      originals[seen++ % KEPT] = buf.slice(start, end);
    };
    const random = seededRandom(SEED);
    let isOver = false;
    const life = sacrifice.run();
    const clients = serveClients(() => isOver);
    const bombard = async (count: number): Promise<void> => {
      for (let made = 0; made < count; made++) {
        const repaired = random.below(2) === 0;
        const original = (repaired ? sacrificed : healthy)[random.below(KEPT)];
        if (original === undefined) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          made--;
          continue;
        }
        await device.inject(mutate(original, random, repaired));
      }
      await device.settled();
    };
    const count = amount(100_000, 1_000_000);
    await bombard(count / 5);
    const before = await held();
    await bombard(count);
    isOver = true;
    const { requests, slowest } = await clients;
    sacrifice.stop();
    await life;
    expect(requests, `seed ${SEED}`).toBeGreaterThan(100);
    report(
      `${count} mutations: ${requests} requests served beside them, the slowest in ${slowest.toFixed(0)} ms; ${sacrifice.deaths} sacrificed connections`,
    );
    expectAccounts(context, verdicts);
    report(
      `dropped: ${JSON.stringify(nonZero({ ...stack.counters().ipv4.dropped, ...stack.counters().tcp.dropped }))}`,
    );
    const deadline = performance.now() + 10_000;
    while (stack.counters().connections > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(server.counters().connections).toBe(0);
    expect(stack.counters().connections).toBe(0);
    expect((await ask('/json')).status).toBe(200);
    await expectReturnTo(before, `${count} mutations`);
    await server.close();
  });
});

const nonZero = (counters: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(counters).filter(([, count]) => count > 0));
