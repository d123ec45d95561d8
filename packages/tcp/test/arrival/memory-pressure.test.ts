/**
 * What a stack does when its memory gets short, one connection at a time. Pressure is made by
 * charging the budget; the limit is 1,000,000 octets.
 */

import { Verdict } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import { CONNECTION_COST } from '../../src/memory/budget.js';
import { established, type Script, type ScriptSetup } from '../support/fake-peer.js';
import { pattern } from '../support/segments.js';

const LIMIT = 1_000_000;
const MODERATE = 500_000;
const HIGH = 750_000;
const FULL = 875_000;

const setup = (more: ScriptSetup = {}): ScriptSetup => ({
  ...more,
  tcp: { memoryLimit: LIMIT },
  settings: { receiveBuffer: 60_000, sack: true, ...more.settings },
  options: { mss: 1000, sackOk: true },
});

/** Charges the budget until so much of it is used, and returns how to take that back. */
function charge(script: Script, used: number): () => void {
  const { budget } = script.tcp.queues;
  const octets = used - budget.counters.memoryUsed;
  budget.take(octets);
  return () => budget.give(octets);
}

describe('a stack', () => {
  it('counts every connection, and what it holds, and forgets both', () => {
    const script = established(setup());
    const { counters } = script.tcp;
    expect(counters.memoryUsed).toBe(CONNECTION_COST);
    script.sends({ seq: 1001, data: 100 });
    script.write(1000);
    expect(counters.memoryUsed).toBeGreaterThan(CONNECTION_COST + 1100);
    expect(counters.memoryUsed).toBeLessThan(CONNECTION_COST + 4000);
    script.sends({ seq: 1, data: 1000, ack: 1001 });
    expect(counters.memoryUsed).toBe(CONNECTION_COST);
    script.abort();
    expect(counters.memoryUsed).toBe(0);
  });

  it('does not count what a connection that is over has left for its application', () => {
    const script = established({ ...setup(), noHandler: true });
    script.sends({ seq: 1, flags: 'FA', data: 500 });
    script.end();
    script.sends({ seq: 502, ack: 2 });
    expect(script.conn.state).toBe('CLOSED');
    expect(script.tcp.counters.memoryUsed).toBe(0);
    script.conn.setHandler(script.handler());
    script.turn();
    expect(script.received).toHaveLength(500);
    expect(script.tcp.counters.memoryUsed).toBe(0);
  });
});

describe('under moderate pressure', () => {
  it('a window shrinks as text fills it, and its edge never moves left [RFC 9293 3.8.6]', () => {
    const script = established(setup());
    script.sends({ seq: 1, data: 1000 }, { seq: 1001, data: 1000 });
    script.expects([{ ack: 2001, wnd: 60_000 }]);
    const relieve = charge(script, MODERATE);
    const windows: number[] = [];
    for (let i = 0; i < 60; i++) {
      script.sends({ seq: 2001 + i * 1000, data: 1000 });
      script.advance(40);
      windows.push(script.take().at(-1)?.wnd ?? -1);
    }
    expect(windows.slice(0, 3)).toEqual([59_000, 58_000, 57_000]);
    expect(windows.slice(-4)).toEqual([4096, 4096, 4096, 4096]);
    expect(script.tcp.counters.windowsShrunk).toBe(1);
    relieve();
    script.sends({ seq: 62_001, data: 1000 });
    script.advance(40);
    script.expects([{ ack: 63_001, wnd: 60_000 }]);
  });

  it('windows do not grow', () => {
    const script = established(
      setup({ settings: { receiveBuffer: 2 ** 20, windowScaling: true, sack: false } }),
    );
    charge(script, MODERATE);
    script.conn.rcv.grow(2 ** 20);
    expect(script.conn.rcv.capacity).toBe(128 * 1024);
  });

  it('`write` takes everything, asks to wait earlier, and has room again when that is acknowledged', () => {
    const script = established(setup());
    charge(script, MODERATE);
    expect(script.write(16_000)).toBe(true);
    expect(script.write(20_000)).toBe(false);
    expect(script.conn.bufferedBytes).toBe(36_000);
    const sent = (): number => script.take().reduce((sum, { len }) => sum + len, 0);
    let acked = sent();
    for (let round = 0; round < 20 && acked < 36_000; round++) {
      expect(script.events.includes('drain')).toBe(36_000 - acked <= 0);
      script.sends({ ack: 1 + acked });
      acked += sent();
    }
    script.sends({ ack: 36_001 });
    expect(script.takeEvents()).toEqual(['drain']);
  });
});

describe('under high pressure', () => {
  const withHoles = (): Script => {
    const script = established(setup());
    script.sends(
      { seq: 2001, data: pattern(1000, 2000) },
      { seq: 4001, data: pattern(1000, 4000) },
    );
    expect(script.take().at(-1)?.sack).toEqual([4001, 5001, 2001, 3001]);
    return script;
  };

  it('text beyond a gap is given up and not reported any more, the newest excepted [RFC 2018 8]', () => {
    const script = withHoles();
    const relieve = charge(script, HIGH);
    script.sends({ seq: 6001, data: pattern(1000, 6000) });
    script.expects([{ ack: 1, sack: [6001, 7001] }]);
    expect(script.tcp.counters.outOfOrderPruned).toBe(1);
    expect(script.conn.rcv.queue.held).toBe(1000);
    relieve();
    // The peer has kept what was not acknowledged, and sends it again.
    script.sends({ seq: 1, data: pattern(4000) });
    script.expects([{ ack: 4001, sack: [6001, 7001] }]);
    script.sends({ seq: 4001, data: pattern(2000, 4000) });
    script.expects([{ ack: 7001, sack: [] }]);
    expect(Buffer.from(script.received).equals(Buffer.from(pattern(7000)))).toBe(true);
  });

  it('text in order goes on, into memory too', () => {
    const script = withHoles();
    charge(script, HIGH);
    script.conn.pause();
    script.sends({ seq: 1, data: pattern(2000) });
    script.expects([{ ack: 3001 }]);
    script.sends({ seq: 3001, data: pattern(1000, 3000) });
    script.expects([{ ack: 5001 }]);
    script.conn.resume();
    script.turn();
    expect(Buffer.from(script.received).equals(Buffer.from(pattern(5000)))).toBe(true);
    expect(script.tcp.counters.outOfOrderPruned).toBe(0);
  });

  it('other connections give theirs up when that of one is not enough, the oldest first', () => {
    const script = withHoles();
    const first = script.conn;
    for (const from of [4001, 4002]) {
      script.sends({ seq: 0, flags: 'S', options: { mss: 1000, sackOk: true }, from });
      script.sends({ seq: 1, from });
      script.sends({ seq: 5001, data: 1000, from });
    }
    const held = () => [...script.tcp.connections()].map(({ rcv }) => rcv.queue.held);
    expect(held().sort()).toEqual([1000, 1000, 2000]);
    charge(script, HIGH + 2000);
    script.sends({ seq: 6001, data: 1000, from: 4002 });
    expect(first.rcv.queue.held).toBe(0);
    expect(held().sort()).toEqual([0, 1000, 1000]);
    expect(script.tcp.counters.outOfOrderPruned).toBe(2);
  });

  it('a FIN behind what was given up is still the end', () => {
    const script = established(setup());
    script.sends({ seq: 2001, flags: 'FA', data: pattern(1000, 2000) });
    charge(script, HIGH);
    script.sends({ seq: 1501, data: pattern(100, 1500) });
    script.sends({ seq: 1, data: pattern(2000) });
    script.sends({ seq: 2001, flags: 'FA', data: pattern(1000, 2000) });
    expect(script.events.at(-1)).toBe('end');
    expect(Buffer.from(script.received).equals(Buffer.from(pattern(3000)))).toBe(true);
  });
});

describe('when memory is nearly full', () => {
  it('new connections are refused in silence, old ones go on, and a connect fails at once', () => {
    const script = established(setup());
    const relieve = charge(script, FULL);
    script.sends({ seq: 0, flags: 'S', options: { mss: 1000 }, from: 4001 });
    script.expectsNothing();
    expect(script.tcp.counters.dropped['memory-full']).toBe(1);
    const connect = () =>
      script.tcp.connect(
        { remoteAddress: script.conn.remoteAddress, remotePort: 99 },
        () => {},
        script.now,
      );
    expect(connect).toThrow(expect.objectContaining({ code: 'ENOBUFS' }));
    script.sends({ seq: 1, data: 'hello' });
    expect(script.received).toHaveLength(5);
    relieve();
    script.clear();
    script.sends({ seq: 0, flags: 'S', options: { mss: 1000 }, from: 4001 });
    script.expects([{ flags: 'SA' }]);
    expect(connect().state).toBe('SYN-SENT');
  });

  it('no text is kept beyond a gap', () => {
    const script = established(setup());
    charge(script, FULL);
    script.sends({ seq: 2001, data: 1000 });
    script.expects([{ ack: 1, sack: [] }]);
    expect(script.verdict).toBe(Verdict.NO_ROOM);
    expect(script.tcp.counters.textRefused).toBe(1);
  });

  it('text that nobody takes is refused at the limit, not acknowledged, and comes again', () => {
    const script = established(setup());
    const relieve = charge(script, LIMIT - 1000);
    script.conn.pause();
    script.sends({ seq: 1, data: pattern(1000) });
    script.expectsNothing();
    expect(script.verdict).toBe(Verdict.NO_ROOM);
    expect(script.tcp.counters.memoryPeak).toBeLessThanOrEqual(LIMIT);
    // Whoever reads needs no memory.
    script.conn.resume();
    script.sends({ seq: 1, data: pattern(500) });
    expect(script.received).toHaveLength(500);
    script.conn.pause();
    relieve();
    script.sends({ seq: 1, data: pattern(1000) });
    script.conn.resume();
    script.turn();
    expect(Buffer.from(script.received).equals(Buffer.from(pattern(1000)))).toBe(true);
  });
});
