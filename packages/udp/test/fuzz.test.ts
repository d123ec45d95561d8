import { ChecksumState, type IpErrorKind } from '@netlayers/ip';
import { fuzzSeed, type SeededRandom, seededRandom } from '@netlayers/testkit';
import { type UdpEndpoint, UdpError } from '@netlayers/udp';
import { describe, expect, it } from 'vitest';
import { Bench, BROADCAST, LOOPBACK, OTHER, PEER, Recorder, US } from './fake-ip.js';

const ROUNDS = 60_000;
const ADDRESSES = [US, PEER, OTHER, BROADCAST, LOOPBACK];
const KINDS: readonly IpErrorKind[] = [
  'port-unreachable',
  'host-unreachable',
  'packet-too-big',
  'time-exceeded',
  'parameter-problem',
];

const oneOf = <T>(random: SeededRandom, list: readonly T[]): T => list[random.below(list.length)]!;

/** What the network may do: broken and whole datagrams, from anybody to anybody, and errors. */
function attack(bench: Bench, random: SeededRandom, now: number): void {
  const port = random.below(4) === 0 ? random.below(50) : 50 + random.below(8);
  const from = oneOf(random, [0, 7, 4000, port]);
  switch (random.below(6)) {
    case 0:
      bench.handle(random.bytes(random.below(40)), PEER, oneOf(random, ADDRESSES));
      break;
    case 1:
      bench.error(oneOf(random, KINDS), port, from, { mtu: random.below(2000), now });
      break;
    case 2:
      bench.udp.handleIpError(
        { kind: 'port-unreachable', mtu: 0, reporter: PEER, source: US, destination: PEER },
        random.bytes(8),
        0,
        random.below(9),
        now,
      );
      break;
    default:
      bench.arrive(random.bytes(random.below(300)), {
        source: oneOf(random, ADDRESSES),
        destination: oneOf(random, ADDRESSES),
        from,
        to: port,
        checksum: oneOf(random, ['right', 'right', 'wrong', 'none'] as const),
        state: oneOf(random, [ChecksumState.COMPLETE, ChecksumState.PARTIAL]),
        ...(random.below(4) === 0 && { length: random.below(400) }),
        ...(random.below(4) === 0 && { padding: random.below(40) }),
      });
  }
}

/** What an application may do, right and wrong. */
function use(bench: Bench, sockets: UdpEndpoint[], random: SeededRandom): void {
  const index = random.below(sockets.length);
  const socket = sockets[index]!;
  const reuseAddress = random.below(2) === 0;
  switch (random.below(9)) {
    case 0:
      socket.close();
      break;
    case 1:
      sockets[index] = bench.udp.bind(
        { port: 50 + random.below(8), reuseAddress, receiveBuffer: 2000 + random.below(20_000) },
        null,
      );
      socket.close();
      break;
    case 2:
      socket.connect(oneOf(random, ADDRESSES), random.below(2) * 4000);
      break;
    case 3:
      socket.disconnect();
      break;
    case 4:
      if (socket.isPaused) socket.resume();
      else socket.pause();
      break;
    case 5:
      socket.setHandler(new Recorder());
      break;
    case 6:
      bench.ip.isFull = !bench.ip.isFull;
      bench.udp.handleWritable();
      break;
    default: {
      const length = random.below(8) === 0 ? 65_000 + random.below(1000) : random.below(2000);
      const data = new Uint8Array(length);
      if (random.below(2) === 0) socket.send(data, 0, length);
      else socket.send(data, 0, length, oneOf(random, ADDRESSES), random.below(3) * 4000);
    }
  }
}

describe('everything at once', () => {
  it('loses nothing uncounted, holds no more than it may, and throws what it says', () => {
    const seed = fuzzSeed(768);
    const random = seededRandom(seed);
    const limit = 20_000;
    const bench = new Bench({ memoryLimit: limit });
    const sockets = Array.from({ length: 12 }, () => bench.udp.bind({}, null));
    for (let round = 0; round < ROUNDS; round++) {
      attack(bench, random, round);
      try {
        if (random.below(4) === 0) use(bench, sockets, random);
      } catch (error) {
        if (!(error instanceof UdpError)) throw error;
      }
      if (random.below(8) === 0) bench.udp.deliverEvents();
      bench.udp.handleTimeout(round);
      bench.ip.sent = [];
      if (bench.unaccounted !== 0)
        throw new Error(`seed ${seed}, round ${round}: a loss uncounted`);
    }
    const { counters } = bench.udp;
    expect(counters.queueBytesPeak).toBeLessThanOrEqual(limit);
    for (const [reason, count] of Object.entries(counters.dropped)) {
      expect(count, `${reason} of seed ${seed}`).toBeGreaterThan(0);
    }
    expect(counters.datagramsDelivered).toBeGreaterThan(100);
    expect(counters.datagramsSent).toBeGreaterThan(100);
    for (const endpoint of bench.udp.endpoints()) endpoint.close();
    expect(counters.queueBytes).toBe(0);
    expect(bench.udp.endpoints()).toEqual([]);
    expect(bench.unaccounted).toBe(0);
  });
});
