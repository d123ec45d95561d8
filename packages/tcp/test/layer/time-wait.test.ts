/** TIME-WAIT as a record: what it answers, what it gives way to, how many there may be. */

import { TcpFlag } from '@netlayers/tcp';
import { LONG } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { seq } from '../../src/wire/seq.js';
import { Crowd, closeAtOnce } from '../support/crowd.js';
import {
  established,
  finWait2,
  type PeerSegment,
  type Script,
  type ScriptSetup,
  timeWait,
} from '../support/fake-peer.js';

/** In TIME-WAIT, with timestamps on both sides. */
function stamped(tsval = 1000, setup: ScriptSetup = {}): Script {
  const options = { mss: 1000, ts: [tsval, 0] as const };
  const script = established({ settings: { timestamps: true }, options, ...setup });
  script.end();
  script.sends({ seq: 1, ack: 2, flags: 'FA', options });
  expect(script.conn.state).toBe('TIME-WAIT');
  return script.clear();
}

const syn = (values: PeerSegment = {}): PeerSegment => ({
  seq: 100,
  flags: 'S',
  options: { mss: 1000 },
  ...values,
});

describe('TIME-WAIT', () => {
  it('leaves no connection behind, only a record [RFC 9293 MUST-13]', () => {
    const script = finWait2();
    script.sends({ seq: 1, ack: 2, flags: 'FA' });
    script.expects([{ seq: 2, ack: 2, flags: 'A' }]);
    expect([...script.tcp.connections()]).toEqual([]);
    expect([script.tcp.connectionCount, script.tcp.timeWaitCount]).toEqual([0, 1]);
    expect(script.events).toEqual(['end', 'close']);
    expect(script.conn.state).toBe('TIME-WAIT');
    script.advance(60_000);
    expect([script.conn.state, script.tcp.timeWaitCount]).toEqual(['CLOSED', 0]);
    expect(script.tcp.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  it('sends the ACK of the FIN later where the device has no room', () => {
    const script = finWait2();
    script.ip.room = 0;
    script.inject(script.encode({ seq: 1, ack: 2, flags: 'FA' }));
    script.tcp.deliverEvents();
    expect(script.tcp.pollTransmit(script.now)).toBe(false);
    script.ip.room = Number.POSITIVE_INFINITY;
    script.turn();
    script.expects([{ seq: 2, ack: 2, flags: 'A' }]);
  });

  it('acknowledges a FIN in the window, and only the FIN itself prolongs it [RFC 9293 3.10.7.4 eighth]', () => {
    const script = timeWait();
    script.advance(30_000);
    script.sends({ seq: 2, ack: 2, flags: 'FA' });
    script.expects([{ seq: 2, ack: 2, flags: 'A' }]);
    script.advance(30_000);
    expect(script.tcp.timeWaitCount).toBe(0);
    const again = timeWait();
    again.advance(30_000);
    again.sends({ seq: 1, ack: 2, flags: 'FA' });
    again.expects([{ seq: 2, ack: 2, flags: 'A' }]);
    again.advance(59_999);
    expect(again.tcp.timeWaitCount).toBe(1);
    again.advance(1);
    expect(again.tcp.timeWaitCount).toBe(0);
  });

  it('measures for a peer whose FIN is repeated: its new timestamp is echoed [RFC 7323 4.3]', () => {
    const script = stamped();
    script.sends({ seq: 1, ack: 2, flags: 'FA', options: { ts: [1700, 0] } });
    script.expects([{ flags: 'A', ts: true, tsecr: 1700 }]);
  });

  it('refuses old timestamps, and takes none from what it refuses [RFC 7323 5.3 R1, 5.3 R2]', () => {
    const script = stamped();
    script.sends({ seq: 2, ack: 2, options: { ts: [999, 0] } });
    script.expects([{ flags: 'A', tsecr: 1000 }]);
    script.advance(500);
    script.sends({ seq: 2, ack: 90_000, options: { ts: [5000, 0] } });
    script.expects([{ flags: 'A', tsecr: 1000 }]);
    script.sends({ seq: 2, ack: 2 });
    script.expectsNothing();
  });

  it('answers at most every 500 ms, whatever comes [RFC 5961 7]', () => {
    const script = timeWait();
    const provocations: PeerSegment[] = [
      { seq: 1, ack: 2, flags: 'FA' },
      { seq: 0, ack: 2 },
      { seq: 3, flags: 'R' },
      { seq: 2, ack: 3 },
      { seq: -5, flags: 'S' },
      { seq: 50_000, ack: 2, data: 'x' },
    ];
    for (let i = 0; i < 1000; i++) script.sends(provocations[i % provocations.length]!);
    expect(script.take()).toHaveLength(1);
    expect(script.tcp.counters.answersSuppressed).toBeGreaterThan(990);
    script.advance(500);
    script.sends(...provocations);
    expect(script.take()).toHaveLength(1);
  });

  it('ends with a reset at RCV.NXT only [RFC 9293 3.10.7.4 second] [RFC 1337 3 (F1)]', () => {
    const script = timeWait();
    script.sends({ seq: 3, flags: 'R' });
    script.expects([{ seq: 2, ack: 2, flags: 'A' }]);
    script.sends({ seq: 1, flags: 'R' });
    expect(script.tcp.timeWaitCount).toBe(1);
    script.sends({ seq: 2, flags: 'R' });
    script.expectsNothing();
    expect([script.conn.state, script.tcp.timeWaitCount]).toEqual(['CLOSED', 0]);
  });
});

describe('the application of a connection in TIME-WAIT', () => {
  it('still reads what waits for it, also when the record has gone', () => {
    for (const waitMs of [10, 70_000]) {
      const script = finWait2();
      script.conn.pause();
      script.sends({ seq: 1, ack: 2, data: 'abc', flags: 'FA' });
      expect(script.tcp.timeWaitCount).toBe(1);
      script.advance(waitMs);
      expect(script.events).toEqual([]);
      script.conn.resume();
      script.turn();
      expect(script.events).toEqual(['data:3', 'end', 'close']);
    }
  });

  it('ends it with an abort, without a segment [RFC 9293 3.10.5]', () => {
    const script = timeWait();
    script.abort();
    script.expectsNothing();
    expect([script.conn.state, script.tcp.timeWaitCount]).toEqual(['CLOSED', 0]);
  });

  it('does not end the next incarnation with it', () => {
    const script = timeWait();
    const old = script.conn;
    script.sends(syn({ seq: 100 }));
    script.take();
    script.sends({ seq: 101, ack: 2 + 65_537 });
    expect(script.conn).not.toBe(old);
    expect(old.state).toBe('CLOSED');
    script.end();
    script.sends({ seq: 101, ack: 3 + 65_537, flags: 'FA' });
    expect(script.conn.state).toBe('TIME-WAIT');
    old.abort(script.now);
    script.turn();
    expect([script.conn.state, script.tcp.timeWaitCount]).toEqual(['TIME-WAIT', 1]);
  });
});

describe('a SYN for a 4-tuple in TIME-WAIT', () => {
  it('is judged with the backlog before the old one goes [RFC 6191 2]', () => {
    const script = timeWait();
    const { listener } = script;
    Object.defineProperty(listener, 'isFull', { get: () => true, configurable: true });
    script.sends(syn());
    script.expectsNothing();
    expect(script.tcp.timeWaitCount).toBe(1);
    expect(script.tcp.counters.dropped['backlog-full']).toBe(1);
    // The record still answers, and gives way once there is room.
    script.sends({ seq: 1, ack: 2, flags: 'FA' });
    script.expects([{ seq: 2, ack: 2, flags: 'A' }]);
    Object.defineProperty(listener, 'isFull', { get: () => false });
    script.sends(syn());
    script.expects([{ flags: 'SA' }]);
    expect([script.tcp.timeWaitCount, script.tcp.counters.timeWaitReused]).toEqual([0, 1]);
  });

  it('is judged with the table before the old one goes', () => {
    const script = timeWait({ tcp: { maxConnections: 1 } });
    script.sends({ seq: 0, flags: 'S', from: 5000, options: { mss: 1000 } });
    script.take();
    script.sends(syn());
    script.expectsNothing();
    expect(script.tcp.timeWaitCount).toBe(1);
    expect(script.tcp.counters.dropped['table-full']).toBe(1);
  });

  it('is challenged where nobody listens any more [RFC 5961 4.2]', () => {
    const script = timeWait();
    script.listener?.close(script.now);
    script.turn();
    script.sends(syn());
    script.expects([{ seq: 2, ack: 2, flags: 'A' }]);
    expect(script.tcp.timeWaitCount).toBe(1);
  });

  it('begins beyond everything that was sent before, also across the wrap [RFC 9293 MAY-2]', () => {
    for (const iss of [1000, 0xffff_fff0]) {
      const script = timeWait({ iss });
      script.sends(syn());
      script.expects([{ seq: 2 + 65_536, ack: 101, flags: 'SA' }]);
    }
  });

  it('leaves the clock of the sequence numbers alone where that is beyond already', () => {
    const script = timeWait();
    script.tcp.isn.next = () => seq(script.iss + 5_000_000);
    script.sends(syn());
    script.expects([{ seq: 5_000_000, flags: 'SA' }]);
  });

  it('goes on with our timestamps from one incarnation to the next [RFC 7323 5.4]', () => {
    const options = { mss: 1000, ts: [1000, 0] as const };
    const script = established({ settings: { timestamps: true }, options });
    script.conn.write(new Uint8Array(1));
    script.turn();
    const [first] = script.take();
    script.sends({ seq: 1, ack: 2, options });
    script.end();
    script.sends({ seq: 1, ack: 3, flags: 'FA', options });
    script.advance(7);
    script.take();
    script.sends(syn({ options: { mss: 1000, ts: [1001, 0] } }));
    const [synAck] = script.take();
    expect(synAck?.flags).toBe('SA');
    expect(((synAck?.tsval ?? 0) - (first?.tsval ?? 0)) | 0).toBe(7);
  });
});

describe('an active open of a 4-tuple in TIME-WAIT', () => {
  const reopen = (script: Script, afterMs: number): Script => {
    script.advance(afterMs);
    script.take();
    script.tcp.connect(
      { remoteAddress: script.conn.remoteAddress, remotePort: 4000, localPort: 80 },
      () => {},
      script.now,
    );
    script.turn();
    return script;
  };

  it('is allowed two seconds after the last timestamp, and goes on from there [RFC 6191 2]', () => {
    const script = reopen(stamped(), 2000);
    script.expects([{ seq: 2 + 65_536, flags: 'S' }]);
    expect([script.tcp.timeWaitCount, script.tcp.connectionCount]).toEqual([0, 1]);
  });

  it('is refused earlier, and without timestamps at any time [RFC 9293 MUST-13]', () => {
    const inUse = expect.objectContaining({ code: 'EADDRINUSE' });
    expect(() => reopen(stamped(), 900)).toThrow(inUse);
    expect(() => reopen(timeWait(), 59_000)).toThrow(inUse);
    const script = stamped();
    script.advance(5000);
    const to = { remoteAddress: script.conn.remoteAddress, remotePort: 4000, localPort: 80 };
    const without = { ...to, settings: { timestamps: false } };
    expect(() => script.tcp.connect(without, () => {}, script.now)).toThrow(inUse);
  });
});

describe('a server that closes first', () => {
  it('takes the sixth client although it may have five connections', () => {
    const crowd = new Crowd({ maxConnections: 5 });
    closeAtOnce(crowd);
    for (let n = 0; n < 6; n++) expect(crowd.visit(n), `client ${n}`).toBe(true);
    expect([crowd.tcp.connectionCount, crowd.tcp.timeWaitCount]).toEqual([0, 6]);
  });

  const seconds = LONG ? 120 : 0.5;
  it(`takes 20,000 connections a second for ${seconds} s, none refused`, {
    timeout: 1_800_000,
  }, () => {
    const perSecond = 20_000;
    const count = perSecond * seconds;
    const maxTimeWait = LONG ? 262_144 : 4096;
    const crowd = new Crowd({ maxConnections: 1000, maxTimeWait });
    const told = closeAtOnce(crowd);
    let refused = 0;
    for (let n = 0; n < count; n++) {
      crowd.now = 1000 + (n * 1000) / perSecond;
      if (!crowd.visit(n)) refused++;
    }
    expect(refused).toBe(0);
    expect(told.closes).toBe(count);
    expect(crowd.tcp.timeWaitCount).toBe(Math.min(maxTimeWait, count));
    expect(crowd.tcp.counters.timeWaitRecycled).toBe(count - maxTimeWait);
    expect(Object.values(crowd.tcp.counters.dropped).reduce((a, b) => a + b)).toBe(0);
    crowd.now += 60_001;
    crowd.turn();
    expect(crowd.tcp.timeWaitCount).toBe(0);
  });

  it('holds no memory of the budget for connections in TIME-WAIT', () => {
    const crowd = new Crowd({ memoryLimit: 64 * 1024 });
    closeAtOnce(crowd);
    for (let n = 0; n < 200; n++) expect(crowd.visit(n), `client ${n}`).toBe(true);
    expect(crowd.tcp.counters.memoryUsed).toBe(0);
    const script = finWait2();
    script.conn.pause();
    script.sends({ seq: 1, ack: 2, data: 1000, flags: 'FA' });
    expect([script.conn.state, script.tcp.counters.memoryUsed]).toEqual(['TIME-WAIT', 0]);
    script.abort();
    expect(script.tcp.counters.memoryUsed).toBe(0);
  });

  it('serves one client that uses its port again and again', () => {
    const crowd = new Crowd();
    closeAtOnce(crowd);
    let irs = 1000;
    for (let round = 0; round < 100; round++) {
      expect(crowd.visit(1, irs), `round ${round}`).toBe(true);
      irs += 100;
      crowd.now += 1;
    }
    expect(crowd.tcp.timeWaitCount).toBe(1);
    expect(crowd.tcp.counters.timeWaitReused).toBe(99);
    crowd.sends(1, TcpFlag.RST, irs - 100 + 2);
    expect(crowd.tcp.timeWaitCount).toBe(0);
  });
});
