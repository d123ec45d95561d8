import { HeldBy } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import {
  closeWait,
  established,
  finWait1,
  type Script,
  type ScriptSetup,
  synReceived,
  synSent,
} from '../support/fake-peer.js';
import { Because, ChecksumState } from '../support/names.js';
import { pattern } from '../support/segments.js';

const lengths = (script: Script): number[] => script.take().map((s) => s.len);

describe('segmentation', () => {
  it('cuts text at the segment size and pushes the last piece [RFC 9293 MAY-15, MUST-61]', () => {
    const script = established();
    script.write(2500);
    script.expects([
      { seq: 1, len: 1000, flags: 'A' },
      { seq: 1001, len: 1000, flags: 'A' },
      { seq: 2001, len: 500, flags: 'PA' },
    ]);
  });

  it('names the MSS in no segment but the SYN [RFC 9293 MUST-65]', () => {
    const script = established();
    script.write(10);
    script.end();
    expect(script.take().map((s) => s.mss)).toEqual([0, 0]);
  });

  it('joins small writes of one turn [RFC 9293 MAY-16, SHLD-27, SHLD-28]', () => {
    const script = established();
    for (let i = 0; i < 100; i++) script.conn.write(pattern(30));
    script.turn();
    expect(script.take().map((s) => [s.len, s.flags])).toEqual([
      [1000, 'A'],
      [1000, 'A'],
      [1000, 'PA'],
    ]);
  });

  it('leaves room for timestamps and for SACK blocks [RFC 9293 MUST-16]', () => {
    const script = established({
      settings: { timestamps: true, sack: true },
      options: { mss: 1000, ts: [9, 0], sackOk: true },
    });
    script.write(1000);
    expect(lengths(script)).toEqual([988, 12]);
    script.sends({ seq: 5, ack: 1001, data: 'x', options: { ts: [9, 0] } });
    script.take();
    script.write(1000);
    expect(lengths(script)).toEqual([976, 24]);
  });

  it('writes nothing before the handshake [RFC 9293 3.10.2]', () => {
    const passive = synReceived();
    passive.conn.write(pattern(10));
    passive.turn();
    passive.expectsNothing();
  });

  it('puts the FIN on the last segment, also on a full one', () => {
    const script = established();
    script.conn.write(pattern(2000));
    script.end();
    script.expects([
      { seq: 1, len: 1000, flags: 'A' },
      { seq: 1001, len: 1000, flags: 'FPA' },
    ]);
    expect(script.conn.state).toBe('FIN-WAIT-1');
  });

  it('takes nothing after end() [RFC 9293 3.10.2]', () => {
    const script = finWait1();
    expect(script.write('more')).toBe(false);
    script.expectsNothing();
  });

  it('takes a write of 100 MiB at once', () => {
    const script = established();
    expect(script.conn.write(new Uint8Array(100 * 2 ** 20))).toBe(false);
    expect(script.conn.bufferedBytes).toBe(100 * 2 ** 20);
    script.abort();
  });
});

describe('Nagle', () => {
  it('holds a small segment while anything is unacknowledged [RFC 9293 SHLD-7, MUST-60]', () => {
    const script = established({ settings: { noDelay: false } });
    script.write('a');
    script.write('b');
    script.write('c');
    script.expects([{ seq: 1, data: 'a' }]);
    script.sends({ seq: 1, ack: 2 });
    script.expects([{ seq: 2, data: 'bc', flags: 'PA' }]);
  });

  it('lets full segments go, and the FIN', () => {
    const script = established({ settings: { noDelay: false } });
    script.write('a');
    script.write(1500);
    expect(lengths(script)).toEqual([1, 1000]);
    script.end();
    script.expects([{ seq: 1002, len: 500, flags: 'FA' }]);
  });

  it('sends the tail of a long write with it, on every device the same [RFC 9293 SHLD-7]', () => {
    for (const segmentationOffload of [0, 65_535]) {
      const script = established({ settings: { noDelay: false }, segmentationOffload });
      script.write(3500);
      expect(lengths(script).reduce((a, b) => a + b)).toBe(3500);
      script.write(200);
      script.expectsNothing();
      script.sends({ seq: 1, ack: 3001 });
      script.expectsNothing();
      script.sends({ seq: 1, ack: 3501 });
      script.expects([{ seq: 3501, len: 200 }]);
    }
  });

  it('is switched off per connection [RFC 9293 MUST-17]', () => {
    const script = established({ settings: { noDelay: false } });
    script.conn.noDelay = true;
    script.write('a');
    script.write('b');
    script.expects([{ data: 'a' }, { data: 'b' }]);
  });
});

describe('cork', () => {
  it('holds what does not fill a segment, nested', () => {
    const script = established();
    script.conn.cork();
    script.conn.cork();
    script.write(1200);
    expect(lengths(script)).toEqual([1000]);
    script.conn.uncork();
    script.turn();
    script.expectsNothing();
    script.conn.uncork();
    script.turn();
    expect(lengths(script)).toEqual([200]);
    script.conn.uncork();
  });

  it('does not hold a FIN', () => {
    const script = established();
    script.conn.cork();
    script.write('tail');
    script.end();
    script.expects([{ data: 'tail', flags: 'FPA' }]);
  });
});

describe('the peer\u2019s window', () => {
  it('bounds what is in flight, and moves with the ACKs [RFC 5681 3]', () => {
    const script = established({ wnd: 2500 });
    script.write(6000);
    expect(lengths(script)).toEqual([1000, 1000]);
    script.sends({ seq: 1, ack: 1001, wnd: 2500 });
    expect(lengths(script)).toEqual([1000]);
    script.sends({ seq: 1, ack: 3001, wnd: 4000 });
    expect(lengths(script)).toEqual([1000, 1000, 1000]);
  });

  it('is not cut into small pieces: silly window avoidance [RFC 9293 MUST-38]', () => {
    const script = established({ wnd: 3000 });
    script.write(10_000);
    script.take();
    script.sends({ seq: 1, ack: 3001, wnd: 400 });
    script.expectsNothing();
    // Half of the largest window ever offered may go although it is not full.
    script.sends({ seq: 1, ack: 3001, wnd: 900 });
    script.expectsNothing();
    script.sends({ seq: 1, ack: 3001, wnd: 1000 });
    expect(lengths(script)).toEqual([1000]);
    const small = established({ wnd: 900 });
    small.write(10_000);
    expect(lengths(small)).toEqual([900]);
    small.sends({ seq: 1, ack: 901, wnd: 450 });
    expect(lengths(small)).toEqual([450]);
  });

  it('is a number of 32 bits without a sign [RFC 9293 MUST-1, REC-1]', () => {
    const usable = (script: Script): number => script.conn.snd.windowFrom(script.conn.snd.nxt);
    expect(usable(established({ wnd: 65_535 }))).toBe(65_535);
    const script = established({
      settings: { windowScaling: true },
      wnd: 65_535,
      options: { mss: 1000, ws: 14 },
    });
    expect(usable(script)).toBe(65_535 * 2 ** 14);
  });

  it('is scaled by the peer\u2019s shift, except in its SYN [RFC 7323 2.3]', () => {
    const script = established({
      settings: { windowScaling: true },
      wnd: 1000,
      options: { mss: 1000, ws: 4 },
    });
    expect(script.conn.snd.maxWnd).toBe(16_000);
    expect(script.conn.snd.wnd).toBe(16_000);
  });

  it('of a SYN-ACK bounds the first flight unscaled [RFC 7323 2.2 unscaled]', () => {
    const script = synSent({
      settings: { windowScaling: true },
      wnd: 1000,
      options: { mss: 1000, ws: 4 },
    });
    script.write(5000);
    script.sends({ seq: 0, ack: 1, flags: 'SA', options: { mss: 1000, ws: 4 } });
    script.expects([{ seq: 1, len: 1000 }]);
    script.sends({ seq: 1, ack: 1001, wnd: 1000 });
    expect(lengths(script)).toEqual([1000, 1000, 1000, 1000]);
  });

  it('is not taken from an older segment [RFC 9293 3.10.7.4 fifth]', () => {
    const script = established({ wnd: 5000 });
    script.sends({ seq: 1, data: 'abc', wnd: 5000 });
    script.sends({ seq: 4, data: 'd', wnd: 4000 });
    script.sends({ seq: 1, data: 'abcde', wnd: 9000 });
    expect(script.conn.snd.wnd).toBe(4000);
  });
});

describe('an idle connection', () => {
  it('starts again from the initial window after one RTO [RFC 5681 4.1]', () => {
    const script = established();
    let acked = 1;
    for (let round = 0; round < 3; round++) {
      const { cwnd } = script.conn.snd.congestion;
      script.write(cwnd);
      acked += cwnd;
      script.sends({ seq: 1, ack: acked });
    }
    // Growth needs a window that is used up: it was.
    script.write(script.conn.snd.congestion.cwnd + 5000);
    script.take();
    script.sends({ seq: 1, ack: (script.conn.snd.nxt - script.iss) | 0 });
    script.sends({ seq: 1, ack: (script.conn.snd.nxt - script.iss) | 0 });
    expect(script.conn.snd.congestion.cwnd).toBeGreaterThan(10_000);
    script.take();
    script.advance(201);
    script.write(30_000);
    expect(script.conn.snd.congestion.cwnd).toBe(10_000);
    expect(lengths(script)).toHaveLength(10);
  });
});

describe('a device with offload', () => {
  const OFFLOAD = { segmentationOffload: 65_535, checksumOffload: true } as const;

  it('gets whole segments at once and the size to cut at', () => {
    const script = established({ ...OFFLOAD });
    script.write(10_000);
    script.expects([{ seq: 1, len: 10_000, segmentSize: 1000, flags: 'PA' }]);
    script.sends({ seq: 1, ack: 10_001 });
    script.write('x');
    script.expects([{ len: 1, segmentSize: 0 }]);
  });

  it('gets no more than the packet length that it takes', () => {
    const script = established({ segmentationOffload: 4000 });
    script.write(10_000);
    expect(script.take().map((s) => [s.len, s.segmentSize])).toEqual([
      [3000, 1000],
      [3000, 1000],
      [3000, 1000],
      [1000, 0],
    ]);
  });

  it('gets the pseudo-header sum as checksum, without offload the whole [RFC 9293 MUST-2]', () => {
    const script = established({ ...OFFLOAD });
    script.write('x');
    expect(script.ip.sent[0]?.checksum).toBe(ChecksumState.PARTIAL);
    const plain = established();
    plain.write('x');
    expect(plain.ip.sent[0]?.checksum).toBe(ChecksumState.COMPLETE);
  });

  describe('that reads text in place', () => {
    const LENDS = { ...OFFLOAD, wnd: 65_535 } as const;

    function lending(setup: ScriptSetup = LENDS): Script {
      const script = established(setup);
      script.ip.lends = true;
      // What is watched is copied.
      script.tcp.observer = null;
      return script;
    }

    const textOf = (script: Script): Uint8Array[] =>
      script.ip.take().map(({ bytes, header }) => bytes.slice(header.dataStart, header.dataEnd));

    it('is lent much text, and little is copied', () => {
      const script = lending();
      script.write(10_000);
      expect(textOf(script)).toEqual([pattern(10_000)]);
      expect(script.ip.pieces).toBeGreaterThan(0);
      const { pieces } = script.ip;
      script.sends({ seq: 1, ack: 10_001 });
      script.write(500);
      expect(textOf(script)).toEqual([pattern(500)]);
      expect(script.ip.pieces).toBe(pieces);
    });

    it('is lent none where an observer sees it, or where the checksum is ours', () => {
      const watched = established(LENDS);
      watched.ip.lends = true;
      watched.write(10_000);
      expect(watched.ip.sent[0]?.header.len).toBe(10_000);
      expect(watched.ip.pieces).toBe(0);
      const summed = lending({ ...LENDS, checksumOffload: false });
      summed.write(10_000);
      expect(textOf(summed)).toEqual([pattern(10_000)]);
      expect(summed.ip.pieces).toBe(0);
    });
  });

  it('retransmits one segment of a super-segment', () => {
    const script = established({ ...OFFLOAD });
    script.write(10_000);
    script.take();
    for (let i = 0; i < 3; i++) script.sends({ seq: 1, ack: 3001 });
    script.sends({ seq: 1, ack: 3001 });
    script.expects([{ seq: 3001, len: 1000, because: Because.FAST_RETRANSMIT }]);
  });
});

describe('a full device', () => {
  const refused = (script: Script): void => {
    script.ip.room = 0;
  };
  const open = (script: Script): void => {
    script.ip.room = Number.POSITIVE_INFINITY;
    script.turn();
  };

  it('delays a SYN', () => {
    const script = synSent();
    refused(script);
    script.advance(1000);
    script.expectsNothing();
    open(script);
    script.expects([{ flags: 'S' }]);
    script.advance(2000);
    script.expects([{ flags: 'S' }]);
  });

  it('delays a SYN-ACK', () => {
    const script = synReceived();
    refused(script);
    script.advance(1000);
    script.expectsNothing();
    open(script);
    script.expects([{ flags: 'SA' }]);
  });

  it('stops in the middle of text and goes on where it stopped', () => {
    const script = established();
    script.ip.room = 3;
    script.write(6000);
    expect(script.take().map((s) => s.seq)).toEqual([1, 1001, 2001]);
    open(script);
    expect(script.take().map((s) => s.seq)).toEqual([3001, 4001, 5001]);
    expect(script.tcp.counters.dropped['transmit-queue-full']).toBeGreaterThan(0);
  });

  it('delays an ACK, a window update, a FIN', () => {
    const script = established({ settings: { receiveBuffer: 2000 } });
    refused(script);
    script.sends({ seq: 1, data: 1000 }, { seq: 1001, data: 1000 });
    script.advance(100);
    open(script);
    script.expects([{ ack: 2001, wnd: 2000 }]);
    const fin = established();
    refused(fin);
    fin.end();
    open(fin);
    fin.expects([{ flags: 'FA' }]);
    fin.advance(200);
    fin.expects([{ flags: 'FA', because: Because.RETRANSMISSION_TIMEOUT }]);
  });

  it('delays ACKs of gaps, and still sends each', () => {
    const script = established();
    refused(script);
    script.sends({ seq: 4, data: 'd' }, { seq: 6, data: 'f' });
    open(script);
    script.expects([{ ack: 1 }, { ack: 1 }]);
  });

  it('delays a retransmission, which then starts its timer again', () => {
    const script = established();
    script.write(2000);
    script.take();
    refused(script);
    script.advance(1000);
    open(script);
    script.expects([{ seq: 1, because: Because.RETRANSMISSION_TIMEOUT }]);
    script.advance(400);
    script.expects([{ seq: 1 }]);
  });

  it('delays a fast retransmission and a window probe', () => {
    const script = established();
    script.write(5000);
    script.take();
    refused(script);
    for (let i = 0; i < 3; i++) script.sends({ seq: 1, ack: 1 });
    open(script);
    script.expects([{ seq: 1, because: Because.FAST_RETRANSMIT }]);
    const shut = established({ wnd: 0 });
    shut.write('abc');
    refused(shut);
    shut.advance(200);
    shut.expectsNothing();
    open(shut);
    shut.expects([{ seq: 1, len: 1, because: Because.WINDOW_PROBE }]);
    shut.advance(400);
    shut.expects([{ seq: 1, len: 1, because: Because.WINDOW_PROBE }]);
  });

  it('loses a reset, and says so by its counter', () => {
    const script = established();
    refused(script);
    script.abort();
    open(script);
    script.expectsNothing();
    expect(script.tcp.counters.resetsSent).toBe(0);
    expect(script.tcp.connectionCount).toBe(0);
    script.ip.room = 0;
    script.sends({ seq: 1, ack: 1 });
    expect(script.tcp.counters.resetsSent).toBe(0);
  });

  it('starves no connection: the refused one goes last', () => {
    const script = established();
    const first = script.conn;
    script.sends({ seq: 0, flags: 'S', from: 4001, options: { mss: 1000 } });
    script.sends({ seq: 1, ack: 1, from: 4001 });
    const second = script.conn;
    script.clear();
    script.ip.room = 1;
    first.write(pattern(3000));
    second.write(pattern(3000));
    const order: number[] = [];
    for (let i = 0; i < 6; i++) {
      script.ip.room = 1;
      script.turn();
      order.push(...script.ip.sent.map((s) => s.header.destinationPort));
      script.clear();
    }
    expect(order).toContain(4001);
    expect(order.indexOf(4001)).toBeLessThan(3);
    expect(order).toHaveLength(6);
  });
});

describe('what holds the sender (observer)', () => {
  it('is named', () => {
    const held: HeldBy[] = [];
    const watch = (script: Script): Script => {
      script.tcp.observer = { senderHeld: (_connection, by) => held.push(by) };
      return script;
    };
    const last = (): HeldBy | undefined => held.at(-1);
    const open = watch(established({ settings: { noDelay: false } }));
    const write = (script: Script, length: number) => {
      script.conn.write(pattern(length));
      script.tcp.pollTransmit(script.now);
    };
    write(open, 1);
    expect(last()).toBe(HeldBy.NOTHING_TO_SEND);
    write(open, 1);
    expect(last()).toBe(HeldBy.NAGLE);
    write(open, 30_000);
    expect(last()).toBe(HeldBy.CONGESTION_WINDOW);
    const shut = watch(established({ wnd: 0 }));
    write(shut, 5);
    expect(last()).toBe(HeldBy.PEER_WINDOW);
    const corked = watch(established());
    corked.conn.cork();
    write(corked, 5);
    expect(last()).toBe(HeldBy.CORK);
    const full = watch(established());
    full.ip.room = 0;
    write(full, 5);
    expect(last()).toBe(HeldBy.DEVICE);
  });
});

describe('half-close', () => {
  it('goes on sending after the peer\u2019s FIN [RFC 9293 3.6.1]', () => {
    const script = closeWait();
    script.write(1500);
    script.expects([
      { seq: 1, ack: 2, len: 1000 },
      { seq: 1001, len: 500 },
    ]);
    script.sends({ seq: 2, ack: 1501 });
    script.end();
    script.expects([{ seq: 1501, flags: 'FA' }]);
  });
});
