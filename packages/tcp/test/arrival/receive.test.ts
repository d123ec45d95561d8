import { Because, Verdict } from '@netlayers/tcp';
import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { established, type PeerSegment, type Script } from '../support/fake-peer.js';
import { pattern } from '../support/segments.js';

const text = (script: Script): string => String.fromCharCode(...script.received);

describe('delayed ACK', () => {
  it('waits 40 ms for data to ride on [RFC 9293 SHLD-18, MUST-40]', () => {
    const script = established();
    script.sends({ seq: 1, data: 'abc' });
    script.expectsNothing();
    script.advance(39);
    script.expectsNothing();
    script.advance(1);
    script.expects([{ seq: 1, ack: 4, flags: 'A', because: Because.DELAYED_ACK_TIMER }]);
    script.advance(1000);
    script.expectsNothing();
  });

  it('rides on an answer and stops the timer', () => {
    const script = established();
    script.sends({ seq: 1, data: 'abc' });
    script.write('xyz');
    script.expects([{ seq: 1, ack: 4, flags: 'A', data: 'xyz' }]);
    script.sends({ seq: 4, ack: 4 });
    script.advance(500);
    script.expectsNothing();
  });

  it('is sent at once for every second full segment [RFC 9293 SHLD-19] [RFC 5681 4.2 every second]', () => {
    const script = established();
    script.sends({ seq: 1, data: 1000 });
    script.expectsNothing();
    script.sends({ seq: 1001, data: 1000 });
    script.expects([{ ack: 2001, because: Because.ACK_DUE }]);
    script.sends({ seq: 2001, data: 1000 });
    script.expectsNothing();
  });

  it('counts full segments by what timestamps leave of them, and by what the peer can send [RFC 9293 SHLD-19]', () => {
    const stamped = established({
      settings: { timestamps: true },
      options: { mss: 1000, ts: [50, 0] },
    });
    const ts = { options: { ts: [50, 0] } } as const;
    stamped.sends({ seq: 1, data: 988, ...ts });
    stamped.expectsNothing();
    stamped.sends({ seq: 989, data: 988, ...ts });
    stamped.expects([{ ack: 1977 }]);
    const tiny = established({ options: { mss: 1 } });
    tiny.sends({ seq: 1, data: 10 });
    tiny.expectsNothing();
    const narrow = established({ options: { mss: 500 } });
    narrow.sends({ seq: 1, data: 500 });
    narrow.sends({ seq: 501, data: 500 });
    narrow.expects([{ ack: 1001 }]);
  });

  it('is one for all segments of a batch [RFC 9293 MUST-58, MUST-59]', () => {
    const script = established();
    script.sends(
      { seq: 1, data: 1000 },
      { seq: 1001, data: 1000 },
      { seq: 2001, data: 1000 },
      { seq: 3001, data: 1000 },
    );
    script.expects([{ ack: 4001, flags: 'A' }]);
  });

  it('is sent at once for a FIN and for a duplicate [RFC 9293 3.10.7.4 first]', () => {
    const script = established();
    script.sends({ seq: 1, data: 'abc' });
    script.sends({ seq: 1, data: 'abc' });
    script.expects([{ ack: 4, because: Because.DUPLICATE }]);
    expect(script.verdict).toBe(Verdict.DUPLICATE);
    script.sends({ seq: 4, flags: 'FA' });
    script.expects([{ ack: 5 }]);
    expect(text(script)).toBe('abc');
  });

  it('may be switched off: 0 ms', () => {
    const script = established({ settings: { delayedAckMs: 0 } });
    script.sends({ seq: 1, data: 'abc' });
    script.advance(0);
    script.expects([{ ack: 4 }]);
  });
});

describe('out-of-order text', () => {
  it('is kept, answered by one ACK each, and delivered when the gap closes [RFC 9293 SHLD-31, MAY-13] [RFC 5681 4.2 gap]', () => {
    const script = established();
    script.sends({ seq: 4, data: 'def' }, { seq: 7, data: 'ghi' });
    script.expects([
      { seq: 1, ack: 1, because: Because.OUT_OF_ORDER },
      { seq: 1, ack: 1 },
    ]);
    expect(script.events).toEqual([]);
    script.sends({ seq: 1, data: 'abc' });
    script.expects([{ ack: 10, because: Because.ACK_DUE }]);
    expect(text(script)).toBe('abcdefghi');
    expect(script.conn.rcv.queue.capacity).toBe(0);
  });

  it('acknowledges a partly filled gap at once [RFC 5681 4.2 filled]', () => {
    const script = established();
    script.sends({ seq: 5, data: 'e' });
    script.take();
    script.sends({ seq: 1, data: 'ab' });
    script.expects([{ ack: 3 }]);
  });

  it('merges overlaps and takes every byte once [RFC 9293 3.10.7.4 seventh]', () => {
    const script = established();
    script.sends({ seq: 3, data: 'cde' });
    script.sends({ seq: 5, data: 'efgh' });
    script.sends({ seq: 2, data: 'bcdefghi' });
    script.sends({ seq: 12, data: 'l' });
    script.sends({ seq: 1, data: 'abcd' });
    expect(text(script)).toBe('abcdefghi');
    script.sends({ seq: 9, data: 'ijkl' });
    expect(text(script)).toBe('abcdefghijkl');
  });

  it('takes the new part of a segment that begins before the window [RFC 9293 3.10.7.4 first]', () => {
    const script = established();
    script.sends({ seq: 1, data: 'abc' });
    script.sends({ seq: 0, data: 'Xabcdef' });
    expect(text(script)).toBe('abcdef');
  });

  it('trims what reaches beyond the window [RFC 9293 3.10.7.4 first]', () => {
    const script = established({ settings: { receiveBuffer: 1000 } });
    script.sends({ seq: 501, data: 900 });
    script.sends({ seq: 1, data: pattern(500) });
    expect(script.received).toHaveLength(1000);
    script.sends({ seq: 1001, data: 2000 });
    expect(script.received).toHaveLength(2000);
  });

  it('holds a FIN ahead of a gap until the gap closes [RFC 9293 3.10.7.4 eighth]', () => {
    const script = established();
    script.sends({ seq: 4, flags: 'FA', data: 'def' });
    script.expects([{ ack: 1 }]);
    expect(script.conn.state).toBe('ESTABLISHED');
    script.sends({ seq: 1, data: 'abc' });
    script.expects([{ ack: 8 }]);
    expect(script.events.at(-1)).toBe('end');
    expect(script.conn.state).toBe('CLOSE-WAIT');
  });

  it('believes the later of two FINs that contradict each other', () => {
    const script = established();
    script.sends({ seq: 3, flags: 'FA' });
    script.sends({ seq: 1, data: 'abcdef' });
    expect(script.conn.state).toBe('ESTABLISHED');
    script.sends({ seq: 7, flags: 'FA' });
    expect(script.conn.state).toBe('CLOSE-WAIT');
    expect(text(script)).toBe('abcdef');
  });

  it('forgets what lies beyond the FIN', () => {
    const script = established();
    script.sends({ seq: 10, data: 'zzz' });
    script.sends({ seq: 1, flags: 'FA', data: 'abc' });
    expect(script.conn.state).toBe('CLOSE-WAIT');
    expect(text(script)).toBe('abc');
    expect(script.conn.rcv.queue.capacity).toBe(0);
  });

  it('keeps a bounded number of gaps', () => {
    const script = established();
    for (let i = 0; i < 300; i++) script.sends({ seq: 3 + i * 2, data: 'x' });
    expect(script.conn.rcv.ranges?.size).toBe(256);
    expect(script.verdict).toBe(Verdict.NO_ROOM);
    expect(script.take()).toHaveLength(300);
    script.sends({ seq: 1, data: pattern(700) });
    expect(script.received).toEqual([...pattern(700)]);
  });

  it('puts any shuffle of overlapping pieces together', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = seededRandom(seed);
      const script = established();
      const whole = pattern(3000, seed);
      const pieces: PeerSegment[] = [];
      for (let at = 0; at < whole.length; ) {
        const length = 1 + random.below(300);
        const back = Math.min(at, random.below(100));
        pieces.push({ seq: 1 + at - back, data: whole.slice(at - back, at + length) });
        at += length;
      }
      for (let i = pieces.length - 1; i > 0; i--) {
        const j = random.below(i + 1);
        [pieces[i], pieces[j]] = [pieces[j]!, pieces[i]!];
      }
      for (const piece of pieces) script.sends(piece);
      expect(script.received, `seed ${seed}`).toEqual([...whole]);
    }
  });
});

describe('the window that is offered', () => {
  it('shrinks as text waits for a paused application, and stays put at its right edge [RFC 9293 SHLD-14]', () => {
    const script = established({ settings: { receiveBuffer: 4000 } });
    script.conn.pause();
    script.sends({ seq: 1, data: 1000 }, { seq: 1001, data: 1000 });
    script.expects([{ ack: 2001, wnd: 2000 }]);
    script.sends({ seq: 2001, data: 1000 }, { seq: 3001, data: 1000 });
    script.expects([{ ack: 4001, wnd: 0 }]);
    expect(script.events).toEqual([]);
  });

  it('is announced at once when a closed window opens', () => {
    const script = established({ settings: { receiveBuffer: 4000 } });
    script.conn.pause();
    for (let i = 0; i < 4; i++) script.sends({ seq: 1 + i * 1000, data: 1000 });
    script.take();
    script.conn.resume();
    script.turn();
    script.expects([{ ack: 4001, wnd: 4000, because: Because.WINDOW_UPDATE }]);
    expect(script.received).toHaveLength(4000);
  });

  it('is not opened by less than a segment or half of the buffer [RFC 9293 MUST-39]', () => {
    const script = established({ settings: { receiveBuffer: 4000 } });
    script.conn.pause();
    // The first segment fills a block of its own.
    script.sends({ seq: 1, data: 256 });
    for (let i = 0; i < 4; i++) script.sends({ seq: 257 + i * 936, data: 936 });
    expect(script.conn.rcv.wnd).toBe(0);
    script.clear();
    // So the application takes no more than that block.
    script.inside.data = () => script.conn.pause();
    script.conn.resume();
    script.turn();
    expect(script.received).toHaveLength(256);
    script.expectsNothing();
    script.sends({ seq: 4001, data: 'x' });
    script.expects([{ ack: 4001, wnd: 0 }]);
    delete script.inside.data;
    script.conn.resume();
    script.turn();
    script.expects([{ ack: 4001, wnd: 4000 }]);
  });

  it('answers probes of a closed window, takes their ACK, and none of their text [RFC 9293 3.8.6.1, MUST-66]', () => {
    const script = established({ settings: { receiveBuffer: 2000 } });
    script.conn.pause();
    script.sends({ seq: 1, data: 1000 }, { seq: 1001, data: 1000 });
    script.take();
    script.write('hello');
    script.take();
    script.sends({ seq: 2001, ack: 6, data: 'x' });
    script.expects([{ seq: 6, ack: 2001, wnd: 0 }]);
    expect(script.conn.snd.una).toBe(script.conn.snd.nxt);
    // Linux probes with the byte before the window.
    script.sends({ seq: 2000, ack: 6 });
    script.expects([{ ack: 2001, wnd: 0 }]);
  });

  it('stays closed for as long as the application likes [RFC 9293 MAY-8]', () => {
    const script = established({ settings: { receiveBuffer: 2000 } });
    script.conn.pause();
    script.sends({ seq: 1, data: 1000 }, { seq: 1001, data: 1000 });
    script.take();
    for (let minute = 0; minute < 100; minute++) {
      script.advance(60_000);
      script.sends({ seq: 2001, data: 'x' });
      script.expects([{ ack: 2001, wnd: 0 }]);
    }
    expect(script.conn.state).toBe('ESTABLISHED');
  });

  it('takes a FIN and a reset at the edge of a closed window [RFC 9293 MUST-66]', () => {
    const closed = (): Script => {
      const script = established({ settings: { receiveBuffer: 2000 } });
      script.conn.pause();
      script.sends({ seq: 1, data: 1000 }, { seq: 1001, data: 1000 });
      return script.clear();
    };
    const fin = closed();
    fin.sends({ seq: 2001, flags: 'FA' });
    fin.expects([{ ack: 2002, wnd: 0 }]);
    expect(fin.conn.state).toBe('CLOSE-WAIT');
    expect(fin.events).toEqual([]);
    fin.conn.resume();
    fin.turn();
    expect(fin.events.at(-1)).toBe('end');
    const reset = closed();
    reset.sends({ seq: 2001, flags: 'R' });
    expect(reset.conn.state).toBe('CLOSED');
  });

  it('trims a FIN that lies beyond the window', () => {
    const script = established({ settings: { receiveBuffer: 2000 } });
    script.conn.pause();
    script.sends({ seq: 1, data: 1900 });
    script.sends({ seq: 1901, flags: 'FA', data: 200 });
    expect(script.conn.rcv.finSeen).toBe(false);
    script.take();
    script.conn.resume();
    script.turn();
    script.sends({ seq: 1901, flags: 'FA', data: 200 });
    expect(script.received).toHaveLength(2100);
    expect(script.conn.state).toBe('CLOSE-WAIT');
  });

  it('never grows beyond the buffer by rounding, however small the segments [RFC 7323 2.4]', () => {
    const script = established({
      settings: {
        windowScaling: true,
        receiveBuffer: 1024 * 1024,
        autotune: false,
        delayedAckMs: 0,
      },
      options: { mss: 1000, ws: 7 },
    });
    script.conn.pause();
    const start = script.conn.rcv.readSeq;
    let at = 1;
    for (let i = 0; i < 2000; i++) {
      script.sends({ seq: at, data: 1 });
      script.advance(0);
      at += 1;
    }
    const offered = (script.conn.rcv.edge - start) | 0;
    expect(offered).toBeLessThanOrEqual(1024 * 1024 + 32);
  });

  it('is not taken back by rounding while the application reads [RFC 7323 2.4]', () => {
    const script = established({
      settings: { windowScaling: true, receiveBuffer: 2 ** 20, autotune: false, delayedAckMs: 0 },
      options: { mss: 1000, ws: 7 },
    });
    let edge = 0;
    for (let at = 1; at < 5000; at += 7) {
      script.sends({ seq: at, data: 7 });
      script.advance(0);
      for (const { ack, wnd } of script.take()) {
        expect(ack + wnd * 2 ** 5).toBeGreaterThanOrEqual(edge);
        edge = ack + wnd * 2 ** 5;
      }
    }
    expect(edge).toBeGreaterThan(2 ** 20);
  });

  it('is refused beyond: paused and flooded, memory stays at the buffer\u2019s size', () => {
    const script = established({ settings: { receiveBuffer: 5000 } });
    script.conn.pause();
    for (let i = 0; i < 20; i++) script.sends({ seq: 1 + i * 700, data: 700 });
    expect(script.conn.rcv.undelivered).toBe(5000);
    expect(script.conn.rcv.queue.capacity).toBeLessThanOrEqual(8192);
    script.conn.resume();
    script.turn();
    expect(script.conn.rcv.queue.capacity).toBe(0);
  });

  it('is not announced again and again where 16 bits cannot say more', () => {
    const script = established({
      mtu: 65_535,
      settings: { receiveBuffer: 1024 * 1024, autotune: false },
      options: { mss: 65_495 },
    });
    script.sends({ seq: 1, data: 10 });
    script.advance(40);
    script.take();
    for (let i = 0; i < 3; i++) script.sends({ seq: 11 });
    script.expectsNothing();
  });

  it('grows by scaling: 1 MiB is said with a shift of 5 [RFC 7323 2.3]', () => {
    const script = established({
      settings: { windowScaling: true, receiveBuffer: 1024 * 1024, autotune: false },
      options: { mss: 1000, ws: 2 },
    });
    script.sends({ seq: 1, data: 1000 }, { seq: 1001, data: 1000 });
    script.expects([{ ack: 2001, wnd: 32768 }]);
  });
});

describe('URG', () => {
  it('is delivered in line [RFC 6093 2]', () => {
    const script = established();
    script.sends({ seq: 1, flags: 'UA', data: 'urgent', up: 3 });
    expect(text(script)).toBe('urgent');
  });
});

describe('every second full segment is acknowledged', () => {
  it.each([1000, 536, 500, 100, 48])(
    'also when the peer sends %s octets at a time [RFC 9293 SHLD-19]',
    (size) => {
      const script = established({ mtu: 1500, options: { mss: 1460 } });
      let acks = 0;
      for (let i = 0; i < 12; i++) {
        script.sends({ seq: 1 + i * size, ack: 1, data: size });
        acks += script.take().length;
      }
      // The first two smaller ones show the size.
      expect(acks).toBeGreaterThanOrEqual(size >= 536 ? 6 : 5);
      expect(acks).toBeLessThanOrEqual(6);
    },
  );

  it('by what the device merged, not by the merged whole [RFC 9293 MUST-58]', () => {
    const script = established({ mtu: 1500, options: { mss: 1460 } });
    script.sends({ seq: 1, ack: 1, data: 1460 });
    script.expectsNothing();
    script.sends({ seq: 1461, ack: 1, data: 1460 });
    script.expects([{ ack: 2921 }]);
  });
});
