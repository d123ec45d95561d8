import { describe, expect, it } from 'vitest';
import { Pair, type PairSetup } from '../support/pair.js';
import { pattern } from '../support/segments.js';

/**
 * With enough patience every byte arrives: time-outs of a minute, one after the other, are no fault,
 * and a peer that asks again after them must still find somebody in TIME-WAIT.
 */
const PATIENT = {
  userTimeoutMs: 1_000_000,
  timeWaitMs: 600_000,
  synRetries: 20,
  synAckRetries: 20,
} as const;

/** Runs one exchange and checks that both sides have seen every byte, the end and the close. */
function exchange(setup: PairSetup, up: number, down: number, untilMs = 5_000_000): Pair {
  const pair = new Pair({ ...setup, settings: { ...PATIENT, ...setup.settings } });
  const upload = pattern(up, setup.seed);
  const download = pattern(down, setup.seed + 1000);
  const label = JSON.stringify(setup);
  try {
    pair.exchange(upload, download);
    pair.run(untilMs);
  } catch (error) {
    throw new Error(`${label}: ${error}`, { cause: error });
  }
  expect(Buffer.from(pair.server.received).equals(upload), `${label}: upload`).toBe(true);
  expect(Buffer.from(pair.client.received).equals(download), `${label}: download`).toBe(true);
  expect(pair.client.events, label).toEqual(['end', 'close']);
  expect(pair.server.events, label).toEqual(['end', 'close']);
  expect(pair.client.tcp.connectionCount + pair.server.tcp.connectionCount, label).toBe(0);
  expect(pair.client.tcp.nextDeadline(), label).toBe(Number.POSITIVE_INFINITY);
  return pair;
}

describe('two ends of a bad network', () => {
  it('exchange every byte at any loss, with and without options', () => {
    for (const loss of [0, 0.01, 0.05, 0.1, 0.2]) {
      for (const options of [true, false]) {
        for (let seed = 1; seed <= 6; seed++) {
          const settings = { timestamps: options, sack: options, windowScaling: options };
          exchange({ seed, loss, settings }, 60_000, 40_000);
        }
      }
    }
  });

  it('exchange every byte whatever is repeated and reordered', () => {
    for (let seed = 1; seed <= 25; seed++) {
      exchange({ seed, loss: 0.05, duplication: 0.1, reordering: 0.2 }, 50_000, 50_000);
    }
  });

  it('exchange every byte through small buffers, small packets and full devices', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const settings = { receiveBuffer: 3000, sendBuffer: 2000, noDelay: seed % 2 === 0 };
      exchange({ seed, loss: 0.03, mtu: 300, fullDevice: 0.3, settings }, 15_000, 15_000);
    }
  });

  it('exchange every byte in super-segments', () => {
    for (let seed = 1; seed <= 20; seed++) {
      exchange({ seed, loss: 0.05, segmentationOffload: 65_535 }, 300_000, 100_000);
    }
  });

  it('exchange every byte when the sides disagree about options and sizes', () => {
    for (let seed = 1; seed <= 16; seed++) {
      const bit = (n: number): boolean => (seed & (1 << n)) !== 0;
      exchange(
        {
          seed,
          loss: 0.05,
          settings: { timestamps: bit(0), sack: bit(1), windowScaling: bit(2), mss: 500 },
          serverSettings: { timestamps: bit(1), sack: bit(2), windowScaling: bit(3), mss: 1000 },
        },
        40_000,
        40_000,
      );
    }
  });

  it('exchange every byte after both have stopped reading for a while', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const pair = new Pair({ seed, loss: 0.05, settings: { receiveBuffer: 4000 } });
      const up = pattern(30_000, seed);
      const down = pattern(30_000, seed + 1);
      pair.exchange(up, down);
      // Longer where a SYN was lost.
      for (let until = 200; pair.client.connection === null; until += 20) pair.run(until);
      for (let until = pair.now; pair.server.connection === null; until += 20) pair.run(until);
      for (const end of [pair.client, pair.server]) end.connection?.pause();
      pair.run(60_000);
      expect(pair.client.connection?.rcv.wnd).toBeLessThan(4000);
      for (const end of [pair.client, pair.server]) end.connection?.resume();
      pair.run(400_000);
      expect(Buffer.from(pair.server.received).equals(up), `seed ${seed}`).toBe(true);
      expect(Buffer.from(pair.client.received).equals(down), `seed ${seed}`).toBe(true);
      expect(pair.client.events, `seed ${seed}`).toEqual(['end', 'close']);
    }
  });

  it('take bounded time: 50 kB each way at 5 % loss', () => {
    const times: number[] = [];
    for (let seed = 100; seed < 120; seed++) {
      const pair = exchange({ seed, loss: 0.05 }, 50_000, 50_000);
      times.push(Number(pair.trace.at(-1)?.split(' ')[0]));
    }
    times.sort((a, b) => a - b);
    // 20 ms round trip; a handful of time-outs of 200 ms and more.
    expect(times[10]).toBeLessThan(3000);
    expect(times.at(-1)).toBeLessThan(30_000);
  });

  it('repeat a run exactly: same seed, same trace', () => {
    const setup = { seed: 77, loss: 0.1, duplication: 0.1, reordering: 0.1 };
    const first = exchange(setup, 30_000, 30_000);
    const second = exchange(setup, 30_000, 30_000);
    expect(second.trace).toEqual(first.trace);
    const other = exchange({ ...setup, seed: 78 }, 30_000, 30_000);
    expect(other.trace).not.toEqual(first.trace);
  });

  it('use the whole link: no loss, no time-out, one segment each once', () => {
    const pair = exchange({ seed: 5 }, 200_000, 200_000);
    expect(pair.client.tcp.counters.retransmissions).toBe(0);
    expect(pair.client.tcp.counters.retransmissionTimeouts).toBe(0);
    expect(pair.server.tcp.counters.duplicates).toBe(0);
    expect(pair.client.tcp.counters.bytesSent).toBe(200_000);
  });

  it('tell the application when the network is gone', () => {
    const pair = new Pair({ seed: 3, loss: 1, settings: { synRetries: 2 } });
    pair.exchange(pattern(10), pattern(10));
    pair.run(100_000);
    expect(pair.client.tcp.connectionCount).toBe(0);
    expect(pair.client.tcp.counters.connectionsFailed).toBe(1);
  });
});
