/** CLOSE of both directions, and what is left of a connection whose application has gone. */

import { Because } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import {
  closeWait,
  established,
  finWait2,
  lastAck,
  type Script,
  synSent,
  timeWait,
} from '../support/fake-peer.js';
import { pattern } from '../support/segments.js';

const close = (script: Script): void => {
  script.conn.close(script.now);
  script.turn();
};

describe('close()', () => {
  it('sends what is queued and a FIN, and is told when that is acknowledged [RFC 9293 MAY-1]', () => {
    const script = established();
    script.conn.write(pattern(1500));
    close(script);
    script.expects([
      { seq: 1, len: 1000 },
      { seq: 1001, len: 500, flags: 'FA' },
    ]);
    script.sends({ seq: 1, ack: 1501 });
    expect(script.events).toEqual([]);
    script.sends({ seq: 1, ack: 1502 });
    expect(script.conn.state).toBe('FIN-WAIT-2');
    expect(script.events).toEqual(['close']);
    script.sends({ seq: 1, ack: 1502, flags: 'FA' });
    script.expects([{ seq: 1502, ack: 2, flags: 'A' }]);
    expect(script.conn.state).toBe('TIME-WAIT');
    expect(script.events).toEqual(['close']);
  });

  it('in CLOSE-WAIT is the last step [RFC 9293 3.10.4]', () => {
    const script = closeWait();
    close(script);
    script.expects([{ seq: 1, ack: 2, flags: 'FA' }]);
    expect(script.events).toEqual([]);
    script.sends({ seq: 2, ack: 2 });
    expect(script.events).toEqual(['close']);
    expect(script.tcp.connectionCount).toBe(0);
  });

  it('at the same time as the peer\u2019s goes through CLOSING [RFC 9293 3.6 case 3]', () => {
    const script = established();
    close(script);
    script.sends({ seq: 1, ack: 1, flags: 'FA' });
    expect(script.conn.state).toBe('CLOSING');
    expect(script.events).toEqual([]);
    script.sends({ seq: 2, ack: 2 });
    expect(script.conn.state).toBe('TIME-WAIT');
    expect(script.events).toEqual(['close']);
  });

  it('in SYN-SENT deletes the connection [RFC 9293 3.10.4]', () => {
    const script = synSent();
    close(script);
    expect(script.tcp.connectionCount).toBe(0);
    expect(script.events).toEqual(['open:ECONNABORTED']);
  });

  it('a second time, or before end(), write() and resume(), changes nothing', () => {
    const script = established();
    close(script);
    script.take();
    close(script);
    script.conn.end();
    script.conn.resume();
    expect(script.write('more')).toBe(false);
    script.expectsNothing();
    script.sends({ seq: 1, ack: 2 });
    expect(script.events).toEqual(['close']);
  });

  it('after end() gives up the direction that was left', () => {
    const script = finWait2();
    close(script);
    script.expectsNothing();
    expect(script.events).toEqual(['close']);
    script.sends({ seq: 1, ack: 2, data: 'late' });
    script.expects([{ seq: 2, flags: 'R' }]);
  });

  it('and then abort() resets', () => {
    const script = established();
    close(script);
    script.take();
    script.abort();
    script.expects([{ flags: 'RA', because: Because.ABORT }]);
    expect(script.events).toEqual(['close']);
  });

  it('is told of a reset only while something is not acknowledged', () => {
    const early = established();
    early.conn.write(pattern(10));
    close(early);
    early.sends({ seq: 1, ack: 1, flags: 'R' });
    expect(early.events).toEqual(['close:ECONNRESET']);
    const late = established();
    close(late);
    late.sends({ seq: 1, ack: 2 });
    late.sends({ seq: 1, flags: 'R' });
    expect(late.events).toEqual(['close']);
    expect(late.tcp.connectionCount).toBe(0);
  });

  it('from inside of handleData and handleEnd tells nothing more but the close', () => {
    for (const place of ['data', 'end'] as const) {
      const script = established();
      script.inside[place] = () => script.conn.close(script.now);
      script.sends({ seq: 1, data: 'abc', flags: 'FA' });
      script.expects([{ seq: 1, ack: 5, flags: 'FA' }]);
      script.sends({ seq: 5, ack: 2 });
      const told = place === 'data' ? ['data:3', 'close'] : ['data:3', 'end', 'close'];
      expect(script.events).toEqual(told);
    }
  });

  it('from inside of the delivery of text that has waited counts this as read', () => {
    const script = established();
    script.conn.pause();
    script.sends({ seq: 1, data: 'abc' });
    script.take();
    script.inside.data = () => script.conn.close(script.now);
    script.conn.resume();
    script.turn();
    script.expects([{ seq: 1, ack: 4, flags: 'FA' }]);
    expect(script.events).toEqual(['data:3']);
    expect(script.conn.rcv.queue.capacity).toBe(0);
  });
});

describe('text that nobody reads', () => {
  it('is answered by a reset instead of a FIN when it waits at the close [RFC 9293 SHLD-3]', () => {
    const script = established();
    script.conn.pause();
    script.sends({ seq: 1, data: 'abc' });
    script.take();
    close(script);
    script.expects([{ seq: 1, ack: 4, flags: 'RA' }]);
    expect(script.events).toEqual(['close']);
    expect(script.tcp.connectionCount).toBe(0);
    expect(script.tcp.counters.resetsForUnreadText).toBe(1);
    expect(script.conn.rcv.queue.capacity).toBe(0);
  });

  it('takes what is queued with it, of which the application is told [RFC 9293 SHLD-3]', () => {
    const script = established();
    script.conn.pause();
    script.sends({ seq: 1, data: 'abc' });
    script.conn.write(pattern(10));
    close(script);
    expect(script.take().at(-1)!.flags).toBe('RA');
    expect(script.events).toEqual(['close:ECONNRESET']);
  });

  it('also when the peer has ended behind it [RFC 9293 SHLD-3]', () => {
    for (const ends of [false, true]) {
      const script = established();
      script.conn.pause();
      script.sends({ seq: 1, data: 'abc', flags: 'FA' });
      if (ends) script.end();
      script.take();
      close(script);
      expect(script.take().map((s) => s.flags)).toEqual(['RA']);
      expect(script.events).toEqual(['close']);
    }
  });

  it('is answered by a reset when it comes later [RFC 9293 SHLD-3]', () => {
    for (const isFinAcked of [false, true]) {
      const script = established();
      close(script);
      script.take();
      script.sends({ seq: 1, ack: isFinAcked ? 2 : 1, data: 'late' });
      const seq = isFinAcked ? 2 : 1;
      script.expects([{ seq, flags: 'R', because: Because.NOBODY_READS }]);
      expect(script.events).toEqual(['close']);
      expect(script.tcp.connectionCount).toBe(0);
      expect(script.tcp.counters.resetsForUnreadText).toBe(1);
    }
  });

  it('that comes while something is queued is an error [RFC 9293 SHLD-3]', () => {
    const script = established({ wnd: 5 });
    script.conn.write(pattern(10));
    close(script);
    script.take();
    script.sends({ seq: 1, ack: 6, wnd: 0, data: 'late' });
    script.expects([{ seq: 6, flags: 'R' }]);
    expect(script.events).toEqual(['close:ECONNRESET']);
  });

  it('is refused beyond a gap too, and with a FIN behind it [RFC 9293 SHLD-3]', () => {
    for (const segment of [
      { seq: 100, data: 'x' },
      { seq: 1, data: 'x', flags: 'FA' },
    ]) {
      const script = established();
      close(script);
      script.take();
      script.sends({ ack: 2, ...segment });
      script.expects([{ seq: 2, flags: 'R' }]);
    }
  });

  it('that is behind a gap at the close waits for the gap [RFC 9293 SHLD-3]', () => {
    const script = established();
    script.sends({ seq: 4, data: 'def' });
    script.take();
    close(script);
    script.expects([{ seq: 1, ack: 1, flags: 'FA' }]);
    script.sends({ seq: 1, ack: 2, data: 'abc' });
    script.expects([{ seq: 2, flags: 'R' }]);
  });

  it('is not what was acknowledged before, nor a FIN', () => {
    const script = established();
    script.sends({ seq: 1, data: 'abc' });
    close(script);
    script.take();
    script.sends({ seq: 1, ack: 2, data: 'abc' });
    script.expects([{ seq: 2, ack: 4, flags: 'A' }]);
    // A FIN behind a gap, and then one with the old text in front.
    script.sends({ seq: 9, ack: 2, flags: 'FA' });
    script.expects([{ seq: 2, ack: 4, flags: 'A' }]);
    script.sends({ seq: 1, ack: 2, data: 'abc', flags: 'FA' });
    script.expects([{ seq: 2, ack: 5, flags: 'A' }]);
    expect(script.conn.state).toBe('TIME-WAIT');
  });

  it('does not cut TIME-WAIT short [RFC 9293 MUST-13]', () => {
    const script = finWait2();
    script.conn.pause();
    script.sends({ seq: 1, ack: 2, data: 'abc', flags: 'FA' });
    script.take();
    close(script);
    script.expectsNothing();
    expect(script.conn.state).toBe('TIME-WAIT');
    expect(script.events).toEqual(['close']);
    expect(script.conn.rcv.queue.capacity).toBe(0);
  });

  it('goes on being read after end() alone [RFC 9293 3.6.1]', () => {
    const script = finWait2();
    script.sends({ seq: 1, ack: 2, data: 'late' });
    script.expects([]);
    expect(script.events).toEqual(['data:4']);
  });
});

describe('an orphan', () => {
  it('leaves FIN-WAIT-2 after finWait2Ms, without a word', () => {
    const script = established();
    close(script);
    script.advance(100);
    script.sends({ seq: 1, ack: 2 });
    script.take();
    script.advance(59_999);
    expect(script.conn.state).toBe('FIN-WAIT-2');
    // Whatever the peer says does not prolong it.
    script.sends({ seq: 1, ack: 2, wnd: 100 });
    script.advance(1);
    script.expectsNothing();
    expect(script.tcp.connectionCount).toBe(0);
    expect(script.tcp.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    expect(script.events).toEqual(['close']);
    script.sends({ seq: 1, ack: 2, data: 'late' });
    script.expects([{ seq: 2, flags: 'R' }]);
  });

  it('takes its time from the close when the FIN was acknowledged before', () => {
    const script = finWait2({ settings: { finWait2Ms: 1000 } });
    script.advance(500_000);
    expect(script.conn.state).toBe('FIN-WAIT-2');
    close(script);
    script.advance(500);
    close(script);
    script.advance(499);
    expect(script.conn.state).toBe('FIN-WAIT-2');
    script.advance(1);
    expect(script.tcp.connectionCount).toBe(0);
  });

  it('is no connection that was only ended: that one waits for ever [RFC 9293 3.6.1]', () => {
    const script = finWait2();
    script.advance(10_000_000);
    expect(script.conn.state).toBe('FIN-WAIT-2');
  });

  it('is given up by R2 when the peer is silent [RFC 9293 MUST-20]', () => {
    for (const build of [established, closeWait]) {
      const script = build();
      script.conn.write(pattern(10));
      close(script);
      script.advance(121_000);
      expect(script.events).toEqual(['close:ETIMEDOUT']);
      expect(script.tcp.connectionCount).toBe(0);
    }
  });

  it('may deliver slowly, but not keep its window shut [RFC 6429 5]', () => {
    const script = established({ wnd: 0, settings: { userTimeoutMs: 100_000 } });
    script.conn.write(pattern(10));
    close(script);
    for (let taken = 1; taken <= 5; taken++) {
      script.advance(70_000);
      script.sends({ seq: 1, ack: 1 + taken, wnd: 0 });
    }
    script.take();
    for (let i = 0; i < 99; i++) {
      script.advance(1000);
      script.sends({ seq: 1, ack: 6, wnd: 0 });
    }
    expect(script.events).toEqual([]);
    script.take();
    script.advance(1000);
    expect(script.take().at(-1)!.flags).toBe('RA');
    expect(script.events).toEqual(['close:ETIMEDOUT']);
    expect(script.tcp.connectionCount).toBe(0);
  });
});

describe('the close of an application that is late', () => {
  it('ends a connection that has closed in order meanwhile', () => {
    for (const command of ['close', 'abort'] as const) {
      const script = established();
      script.conn.pause();
      script.sends({ seq: 1, data: 'abc', flags: 'FA' });
      script.end();
      script.sends({ seq: 5, ack: 2 });
      expect(script.conn.state).toBe('CLOSED');
      script.conn[command](script.now);
      script.turn();
      expect(script.events).toEqual(['close']);
      expect(script.conn.rcv.queue.capacity).toBe(0);
    }
  });

  it('in TIME-WAIT and LAST-ACK is no news to the peer', () => {
    const waiting = timeWait();
    close(waiting);
    waiting.expectsNothing();
    const last = lastAck();
    close(last);
    last.expectsNothing();
    expect(last.events).toEqual([]);
    last.sends({ seq: 2, ack: 2 });
    expect(last.events).toEqual(['close']);
  });
});
