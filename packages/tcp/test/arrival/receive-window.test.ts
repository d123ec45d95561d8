import { newReno, type TcpSettings } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import { established, type Script, synReceived } from '../support/fake-peer.js';
import { Pair } from '../support/pair.js';
import { pattern } from '../support/segments.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Sends `bytes` over a path of 100 ms there and 100 ms back that drops nothing. */
function transfer(bytes: number, settings: Partial<TcpSettings>) {
  const pair = new Pair({
    seed: 1,
    delayMs: 100,
    settings: { congestionControl: newReno, ...settings },
  });
  const data = pattern(bytes);
  pair.exchange(data, new Uint8Array(0));
  const capacities = new Set<number>();
  let doneAt = 0;
  for (let at = 50; doneAt === 0; at += 50) {
    if (at > 60_000) expect.fail('the transfer does not end');
    pair.run(at);
    const { connection, received } = pair.server;
    if (connection !== null) capacities.add(connection.rcv.capacity);
    if (received.length === bytes) doneAt = at;
  }
  expect(Buffer.from(pair.server.received).equals(Buffer.from(data))).toBe(true);
  return { doneAt, capacity: Math.max(...capacities), first: [...capacities][0] };
}

describe('the receive window on a long path', () => {
  for (const timestamps of [true, false]) {
    const by = timestamps ? 'timestamps' : 'passing its edge';
    it(`grows ahead of the sender's, round trips measured by ${by}`, () => {
      const bytes = 4 * MIB;
      const tuned = transfer(bytes, { timestamps });
      const fixed = transfer(bytes, { timestamps, autotune: false });
      expect(tuned.first).toBe(128 * KIB);
      expect(tuned.capacity).toBeGreaterThan(4 * 128 * KIB);
      expect(tuned.doneAt).toBeLessThanOrEqual(fixed.doneAt);
    });
  }

  it('stops at receiveBuffer', () => {
    const { capacity } = transfer(3 * MIB, { receiveBuffer: 300_000 });
    expect(capacity).toBe(300_000);
  });

  it('does not begin with more than receiveBuffer', () => {
    expect(transfer(200_000, { receiveBuffer: 20_000 })).toMatchObject({
      first: 20_000,
      capacity: 20_000,
    });
  });

  it('has a fixed size without autotune', () => {
    const settings = { receiveBuffer: 400_000, autotune: false };
    expect(transfer(3 * MIB, settings)).toMatchObject({ first: 400_000, capacity: 400_000 });
  });
});

describe('the receive window of a slow reader', () => {
  /** Reads what a block holds every two seconds, while the peer fills what is offered. */
  const readSlowly = (timestamps: boolean): Script => {
    const script = synReceived({
      settings: { receiveBuffer: 4 * MIB, windowScaling: true, timestamps },
      options: { mss: 1000, ws: 7, ...(timestamps ? { ts: [1, 0] } : {}) },
    });
    const echo = () => (timestamps ? { options: { ts: [1, tsval] as const } } : {});
    let tsval = script.conn.timestampAt(script.now);
    script.advance(50);
    script.sends({ seq: 1, ...echo() });
    const { conn } = script;
    conn.pause();
    script.inside.data = () => conn.pause();
    let next = 1;
    for (let round = 0; round < 50; round++) {
      tsval = conn.timestampAt(script.now);
      script.advance(50);
      while (((conn.rcv.edge - conn.rcv.nxt) | 0) >= 1000) {
        script.sends({ seq: next, data: 1000, ...echo() });
        next += 1000;
      }
      script.advance(1950);
      conn.resume();
      script.turn();
    }
    return script;
  };

  for (const timestamps of [true, false]) {
    it(`stays as it is, however much the peer would send, timestamps ${timestamps}`, () => {
      const script = readSlowly(timestamps);
      expect(script.received.length).toBeGreaterThan(1_000_000);
      expect(script.conn.rcv.capacity).toBe(128 * KIB);
    });
  }

  it('grows for a long transfer behind many small messages', () => {
    const script = synReceived({
      settings: { receiveBuffer: 4 * MIB, windowScaling: true },
      options: { mss: 1000, ws: 7 },
    });
    script.advance(50);
    script.sends({ seq: 1 });
    const { rcv } = script.conn;
    let next = 1;
    for (; next < 200_000; next += 200) script.sends({ seq: next, data: 200 });
    for (let round = 0; round < 5; round++) {
      while (((rcv.edge - rcv.nxt) | 0) >= 1000) {
        // As fast as the window lets it: what is offered here is used in the next round trip.
        script.inject(script.encode({ seq: next, data: 1000 }));
        next += 1000;
      }
      script.turn();
      script.advance(50);
    }
    expect(rcv.capacity).toBeGreaterThan(128 * KIB);
  });

  it('costs nothing to measure before the first kilobytes, and after the bound is reached', () => {
    const script = established({ settings: { receiveBuffer: 200_000 } });
    script.sends({ seq: 1, data: 5000 });
    expect(script.conn.rcv.tuner).toBe(null);
    script.sends({ seq: 5001, data: 5000 });
    expect(script.conn.rcv.tuner).not.toBe(null);
    script.conn.rcv.grow(1e9);
    expect(script.conn.rcv.capacity).toBe(200_000);
    expect(script.conn.rcv.tuner).toBe(null);
  });
});
