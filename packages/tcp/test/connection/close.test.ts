import { describe, expect, it } from 'vitest';
import {
  closeWait,
  closing,
  established,
  finWait1,
  finWait2,
  lastAck,
  timeWait,
} from '../support/fake-peer.js';

describe('the close', () => {
  it('from our side: FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT [RFC 9293 3.6 case 1]', () => {
    const script = established();
    script.end();
    script.expects([{ seq: 1, ack: 1, flags: 'FA' }]);
    script.sends({ seq: 1, ack: 2 });
    script.sends({ seq: 1, ack: 2, flags: 'FA' });
    script.expects([{ seq: 2, ack: 2, flags: 'A' }]);
    expect(script.states).toEqual(['FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT']);
    expect(script.events).toEqual(['end', 'close']);
  });

  it('from the peer\u2019s side: CLOSE-WAIT, LAST-ACK, CLOSED [RFC 9293 3.6 case 2]', () => {
    const script = established();
    script.sends({ seq: 1, flags: 'FA' });
    script.end();
    script.expects([
      { seq: 1, ack: 2, flags: 'A' },
      { seq: 1, ack: 2, flags: 'FA' },
    ]);
    script.sends({ seq: 2, ack: 2 });
    expect(script.states).toEqual(['CLOSE-WAIT', 'LAST-ACK', 'CLOSED']);
    expect(script.events).toEqual(['end', 'close']);
    expect(script.tcp.connectionCount).toBe(0);
  });

  it('from both sides at once: CLOSING [RFC 9293 3.6 case 3]', () => {
    const script = finWait1();
    script.sends({ seq: 1, ack: 1, flags: 'FA' });
    script.expects([{ seq: 2, ack: 2, flags: 'A' }]);
    script.sends({ seq: 2, ack: 2 });
    expect(script.states).toEqual(['CLOSING', 'TIME-WAIT']);
    expect(script.events).toEqual(['end', 'close']);
  });

  it('takes text in FIN-WAIT-1 and FIN-WAIT-2, and acknowledges it [RFC 9293 3.6 case 1, 3.10.7.4 seventh]', () => {
    const script = finWait2();
    script.sends({ seq: 1, ack: 2, data: 1000 }, { seq: 1001, ack: 2, data: 1000 });
    script.expects([{ seq: 2, ack: 2001 }]);
    expect(script.received).toHaveLength(2000);
  });

  it('repeats a FIN that is not acknowledged [RFC 9293 3.6 case 1]', () => {
    for (const build of [finWait1, lastAck, closing]) {
      const script = build();
      script.advance(200);
      script.expects([{ seq: 1, flags: 'FA' }]);
    }
  });

  it('repeats text and FIN together', () => {
    const script = established();
    script.conn.write(new Uint8Array(10));
    script.end();
    script.take();
    script.advance(200);
    script.expects([{ seq: 1, len: 10, flags: 'FA' }]);
    script.sends({ seq: 1, ack: 11 });
    expect(script.conn.state).toBe('FIN-WAIT-1');
    script.sends({ seq: 1, ack: 12 });
    expect(script.conn.state).toBe('FIN-WAIT-2');
  });

  it('delivers what waits for a paused application before the end and the close [RFC 9293 3.10.3]', () => {
    const script = established();
    script.conn.pause();
    script.sends({ seq: 1, data: 'abc', flags: 'FA' });
    script.end();
    script.sends({ seq: 5, ack: 2 });
    expect(script.conn.state).toBe('CLOSED');
    expect(script.events).toEqual([]);
    script.conn.resume();
    script.turn();
    expect(script.events).toEqual(['data:3', 'end', 'close']);
  });

  it('reports text that a reset in LAST-ACK has lost', () => {
    const script = closeWait();
    script.conn.write(new Uint8Array(10));
    script.end();
    script.sends({ seq: 2, ack: 1, flags: 'R' });
    expect(script.events).toEqual(['close:ECONNRESET']);
  });

  it('aborts with a reset in LAST-ACK only if text gets lost by it [RFC 9293 3.10.5]', () => {
    const quiet = lastAck();
    quiet.abort();
    quiet.expectsNothing();
    const loud = closeWait();
    loud.conn.write(new Uint8Array(10));
    loud.end();
    loud.take();
    loud.abort();
    loud.expects([{ seq: 12, flags: 'RA' }]);
  });
});

describe('TIME-WAIT', () => {
  it('lasts 2 MSL [RFC 9293 MUST-13, 3.10.8]', () => {
    const script = timeWait();
    script.advance(59_999);
    expect(script.conn.state).toBe('TIME-WAIT');
    script.advance(1);
    expect(script.conn.state).toBe('CLOSED');
    expect(script.tcp.connectionCount).toBe(0);
    expect(script.events).toEqual([]);
    const short = timeWait({ settings: { timeWaitMs: 100 } });
    short.advance(100);
    expect(short.tcp.connectionCount).toBe(0);
  });

  it('starts anew, and answers, when the FIN is repeated [RFC 9293 3.10.7.4 eighth]', () => {
    const script = timeWait();
    script.advance(30_000);
    script.sends({ seq: 1, ack: 2, flags: 'FA' });
    script.expects([{ seq: 2, ack: 2, flags: 'A' }]);
    script.advance(59_000);
    expect(script.conn.state).toBe('TIME-WAIT');
    script.advance(1000);
    expect(script.conn.state).toBe('CLOSED');
  });

  it('is not prolonged by a FIN that is not the one it has seen', () => {
    const script = timeWait();
    script.advance(30_000);
    script.sends({ seq: -500, ack: 2, flags: 'FA' });
    script.sends({ seq: 500_000, ack: 2, flags: 'FA' });
    script.advance(30_000);
    expect(script.conn.state).toBe('CLOSED');
  });

  it('holds no memory and no retransmission timer', () => {
    const script = timeWait();
    expect(script.conn.snd.queue.capacity).toBe(0);
    expect(script.conn.rcv.queue.capacity).toBe(0);
    expect(script.conn.snd.retransmitAt).toBe(Number.POSITIVE_INFINITY);
  });

  it('gives way to a SYN with a later sequence number [RFC 9293 MAY-2]', () => {
    const script = timeWait();
    script.sends({ seq: 100, flags: 'S', options: { mss: 1000 } });
    script.expects([{ seq: 2 + 65_536, ack: 101, flags: 'SA' }]);
    expect(script.tcp.connectionCount).toBe(1);
    script.sends({ seq: 101, ack: 2 + 65_537 });
    expect(script.conn.state).toBe('ESTABLISHED');
  });

  it('does not give way to an older SYN', () => {
    const script = timeWait();
    script.sends({ seq: -100, flags: 'S', options: { mss: 1000 } });
    script.expects([{ seq: 2, ack: 2, flags: 'A' }]);
    expect(script.conn.state).toBe('TIME-WAIT');
  });

  it('goes by timestamps where both have them [RFC 9293 SHLD-4] [RFC 6191 2]', () => {
    const ts = (tsval: number) => ({ mss: 1000, ts: [tsval, 0] as const });
    const build = () => {
      const script = established({ settings: { timestamps: true }, options: ts(1000) });
      script.end();
      script.sends({ seq: 1, ack: 2, flags: 'FA', options: ts(1000) });
      expect(script.conn.state).toBe('TIME-WAIT');
      return script.clear();
    };
    const later = build();
    later.sends({ seq: -100, flags: 'S', options: ts(1001) });
    later.expects([{ flags: 'SA' }]);
    const older = build();
    older.sends({ seq: 100, flags: 'S', options: ts(999) });
    older.expects([{ flags: 'A' }]);
    const same = build();
    same.sends({ seq: 100, flags: 'S', options: ts(1000) });
    same.expects([{ flags: 'SA' }]);
  });

  it('of an active open does not give way: nobody listens', () => {
    const script = established({ active: true });
    script.end();
    script.sends({ seq: 1, ack: 2, flags: 'FA' });
    script.take();
    script.sends({ seq: 100, flags: 'S' });
    expect(script.conn.state).toBe('TIME-WAIT');
    expect(script.take().map((s) => s.flags)).toEqual(['A']);
  });
});
