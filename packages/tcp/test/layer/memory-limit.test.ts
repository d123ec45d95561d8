/**
 * Many connections with holes in what they have received: the smallest thing with which a stranger
 * can make a receiver keep something.
 */

import type { TcpConnection } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import { listening, type Script, type ScriptSetup } from '../support/fake-peer.js';
import { pattern } from '../support/segments.js';

const FIRST_PORT = 2000;
const MIB = 2 ** 20;

/** A listener with many established connections, and how much each of them has received. */
class Crowd {
  readonly script: Script;
  readonly ports: number[];
  readonly received = new Map<number, number>();
  /** Octets that were not those of the pattern. */
  wrong = 0;

  constructor(count: number, setup: ScriptSetup) {
    this.script = listening({ halfOpenLimit: 1000, ...setup });
    this.ports = Array.from({ length: count }, (_, i) => FIRST_PORT + i);
    this.script.inside.accept = () => this.#watch(this.script.conn);
    for (let at = 0; at < count; at += 500) {
      const some = this.ports.slice(at, at + 500);
      for (const from of some) {
        const options = { mss: 1000, ws: 7, sackOk: true };
        this.script.inject(this.script.encode({ seq: 0, flags: 'S', options, from }));
      }
      this.script.turn();
      for (const from of some) this.script.inject(this.script.encode({ seq: 1, from }));
      this.script.turn();
      this.script.take();
    }
  }

  #watch(connection: TcpConnection): void {
    let count = 0;
    this.received.set(connection.remotePort, 0);
    connection.setHandler({
      handleData: (buf, start, end) => {
        const expected = pattern(end - start, count);
        const actual = buf.subarray(start, end);
        if (Buffer.compare(actual, expected) !== 0) this.wrong++;
        count += end - start;
        this.received.set(connection.remotePort, count);
      },
      handleEnd: () => {},
      handleDrain: () => {},
      handleClose: () => {},
    });
  }

  /** The same segment on every connection, then one turn. */
  sendAll(seq: number, data: Uint8Array): void {
    for (const from of this.ports) this.script.inject(this.script.encode({ seq, data, from }));
    this.script.turn();
    this.script.take();
  }
}

describe('300 connections with an octet each, a megabyte ahead', () => {
  it('hold what came, not a megabyte each', () => {
    const crowd = new Crowd(300, {
      settings: { receiveBuffer: MIB, autotune: false, windowScaling: true, sack: true },
    });
    const { counters } = crowd.script.tcp;
    // The SYN-ACK could not say the whole window.
    crowd.sendAll(1, pattern(1000));
    crowd.sendAll(1001, pattern(1000, 1000));
    const before = { used: counters.memoryUsed, memory: process.memoryUsage().arrayBuffers };
    crowd.sendAll(1_002_001, Uint8Array.of(7));
    const kept = [...crowd.script.tcp.connections()].map(({ rcv }) => rcv.queue.held);
    expect(kept.every((held) => held === 1)).toBe(true);
    expect(counters.memoryUsed - before.used).toBe(300 * 320);
    expect(process.memoryUsage().arrayBuffers - before.memory).toBeLessThan(MIB);
  });

  it('and as many islands as a connection may have cost in proportion', () => {
    const crowd = new Crowd(20, {
      settings: { receiveBuffer: MIB, autotune: false, windowScaling: true, sack: true },
    });
    const { counters } = crowd.script.tcp;
    const before = counters.memoryUsed;
    for (let i = 0; i < 300; i++) crowd.sendAll(2 + i * 3400, Uint8Array.of(i));
    const kept = [...crowd.script.tcp.connections()].map(({ rcv }) => rcv.queue.held);
    expect(kept.every((held) => held === 256)).toBe(true);
    expect(counters.memoryUsed - before).toBe(20 * 256 * 320);
  });
});

describe('10,000 connections with holes in their windows', () => {
  it('stay inside memoryLimit, and lose nothing [RFC 2018 8]', { timeout: 120_000 }, () => {
    const limit = 32 * MIB;
    const crowd = new Crowd(10_000, {
      tcp: { memoryLimit: limit },
      settings: { receiveBuffer: 60_000, sack: true },
    });
    const { counters } = crowd.script.tcp;
    const text = pattern(6000);
    for (const at of [5000, 1000, 3000]) crowd.sendAll(1 + at, text.subarray(at, at + 1000));
    expect(counters.memoryPeak).toBeGreaterThan(limit * 0.7);
    expect(counters.memoryPeak).toBeLessThanOrEqual(limit);
    expect(counters.outOfOrderPruned).toBeGreaterThan(10_000);
    // Then every peer repeats what was not acknowledged.
    crowd.sendAll(1, text.subarray(0, 3000));
    crowd.sendAll(3001, text.subarray(3000, 6000));
    expect(crowd.received.size).toBe(10_000);
    expect([...crowd.received.values()].every((count) => count === 6000)).toBe(true);
    expect(crowd.wrong).toBe(0);
    expect(counters.memoryPeak).toBeLessThanOrEqual(limit);
  });
});
