/** Blind attacks (RFC 5961), old duplicates (RFC 7323, 5), checksums. */

import { ChecksumState } from '@netlayers/ip';
import { Because, Verdict } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import {
  established,
  type PeerSegment,
  type Script,
  type ScriptSetup,
} from '../support/fake-peer.js';

describe('challenge ACKs', () => {
  it('answer a reset and a SYN inside of the window, and an ACK of nowhere [RFC 5961 3.2 (3), 4.2, 5.2] [RFC 9293 3.5.2 group 3, 3.10.7.4 second, 3.10.7.4 fourth]', () => {
    const script = established();
    script.sends({ seq: 5, flags: 'R' });
    script.expects([{ seq: 1, ack: 1, flags: 'A', because: Because.CHALLENGE }]);
    script.sends({ seq: 5, flags: 'S' });
    script.expects([{ because: Because.CHALLENGE }]);
    script.sends({ seq: 1, ack: 2 });
    script.expects([{ because: Because.CHALLENGE }]);
    expect(script.verdict).toBe(Verdict.BAD_ACK);
    script.advance(500);
    script.sends({ seq: 1, ack: -100_000 });
    script.expects([{ because: Because.CHALLENGE }]);
    expect(script.tcp.counters.challengeAcks).toBe(4);
    expect(script.conn.state).toBe('ESTABLISHED');
  });

  it('are one each 500 ms of a kind, the first at once [RFC 5961 7]', () => {
    for (const provocation of [
      { seq: 5, flags: 'R' },
      { seq: 5, flags: 'S' },
      { seq: 1, ack: 2 },
    ] satisfies PeerSegment[]) {
      const script = established();
      for (let ms = 0; ms < 2000; ms += 10) {
        script.sends(provocation);
        script.advance(10);
      }
      expect(script.take().map((s) => s.at)).toEqual([0, 500, 1000, 1500]);
      expect(script.tcp.counters.challengeAcks).toBe(4);
      expect(script.tcp.counters.answersSuppressed).toBe(196);
    }
  });

  it('of one connection tell nothing about another: CVE-2016-5696 [RFC 5961 7]', () => {
    const answersOfB = (provokeA: PeerSegment | null): number => {
      const script = established();
      // B is another connection of the same stack, from another port.
      const from = 5000;
      script.sends({ seq: 0, flags: 'S', from, options: { mss: 1000 } });
      script.sends({ seq: 1, ack: 1, from });
      script.take();
      if (provokeA !== null) script.sends(provokeA);
      const before = script.take().length;
      expect(before).toBe(provokeA === null || (provokeA.seq ?? 0) > 20_000 ? 0 : 1);
      for (let i = 0; i < 100; i++) script.sends({ seq: 5, flags: 'R', from });
      return script.take().length;
    };
    const untouched = answersOfB(null);
    expect(untouched).toBe(1);
    expect(answersOfB({ seq: 5, flags: 'R' })).toBe(untouched);
    expect(answersOfB({ seq: 30_000, flags: 'R' })).toBe(untouched);
  });

  it('take an ACK as old as the largest window, and no older [RFC 5961 5.2] [RFC 9293 MAY-12]', () => {
    const script = established({ wnd: 2000 });
    script.write(2000);
    script.sends({ seq: 1, ack: 2001, wnd: 2000 });
    script.write(2000);
    script.sends({ seq: 1, ack: 4001, wnd: 2000 });
    script.take();
    script.sends({ seq: 1, ack: 2001, data: 'abc', wnd: 2000 });
    expect(script.received).toHaveLength(3);
    script.sends({ seq: 4, ack: 2000, data: 'def', wnd: 2000 });
    expect(script.received).toHaveLength(3);
    expect(script.verdict).toBe(Verdict.BAD_ACK);
  });
});

describe('a reset', () => {
  it('may carry text, which is nobody\u2019s business [RFC 9293 SHLD-2]', () => {
    const script = established();
    script.sends({ seq: 1, flags: 'RA', data: 'because I say so' });
    expect(script.events).toEqual(['close:ECONNRESET']);
  });

  it('is dropped in silence outside of the window, and counts at its left edge only [RFC 5961 3.2 (1), 3.2 (2)] [RFC 9293 3.10.7.4 second]', () => {
    const script = established();
    for (const seq of [0, -1, 20_001, 30_000, -2_000_000_000]) script.sends({ seq, flags: 'R' });
    script.expectsNothing();
    expect(script.conn.state).toBe('ESTABLISHED');
    script.sends({ seq: 20_000, flags: 'R' });
    script.expects([{ ack: 1, because: Because.CHALLENGE }]);
    script.sends({ seq: 1, flags: 'R' });
    script.expectsNothing();
    expect(script.events).toEqual(['close:ECONNRESET']);
  });
});

describe('PAWS', () => {
  const stamped = (setup: ScriptSetup = {}): Script =>
    established({
      settings: { timestamps: true },
      options: { mss: 1000, ts: [1000, 0] },
      ...setup,
    });
  const ts = (tsval: number) => ({ options: { ts: [tsval, 0] as const } });

  it('drops a segment older than what was received, and answers it [RFC 7323 5.3 R1]', () => {
    const script = stamped();
    script.sends({ seq: 1, data: 'abc', ...ts(1500) });
    script.advance(40);
    script.take();
    script.sends({ seq: 4, data: 'old', ...ts(1499) });
    script.expects([{ ack: 4, tsecr: 1500 }]);
    expect(script.verdict).toBe(Verdict.OLD_TIMESTAMP);
    script.sends({ seq: 4, data: 'new', ...ts(1500) });
    expect(script.received).toHaveLength(6);
  });

  it('compares in the circle of 2^32 [RFC 7323 5.2]', () => {
    const script = established({
      settings: { timestamps: true },
      options: { mss: 1000, ts: [0xffff_fff0, 0] },
    });
    script.sends({ seq: 1, data: 'abc', ...ts(5) });
    expect(script.received).toHaveLength(3);
    script.sends({ seq: 4, data: 'old', ...ts(0xffff_fff5) });
    expect(script.received).toHaveLength(3);
  });

  it('drops silently what comes without a timestamp, but not a reset [RFC 7323 3.2 missing, 5.2 RST]', () => {
    const script = stamped();
    script.sends({ seq: 1, data: 'abc' });
    script.advance(1000);
    script.expectsNothing();
    expect(script.verdict).toBe(Verdict.NO_TIMESTAMP);
    script.sends({ seq: 1, flags: 'R' });
    expect(script.conn.state).toBe('CLOSED');
  });

  it('is blind after 24 days, and takes the peer\u2019s new clock [RFC 7323 5.5]', () => {
    const script = stamped();
    script.advance(25 * 24 * 3600 * 1000);
    script.sends({ seq: 1, data: 'abc', ...ts(7) });
    expect(script.received).toHaveLength(3);
    script.advance(40);
    script.expects([{ ack: 4, tsecr: 7 }]);
    script.sends({ seq: 4, data: 'def', ...ts(6) });
    expect(script.verdict).toBe(Verdict.OLD_TIMESTAMP);
  });

  it('is off where timestamps were not agreed to: they mean nothing [RFC 7323 3.2 unasked]', () => {
    const script = established({ settings: { timestamps: true }, options: { mss: 1000 } });
    script.sends({ seq: 1, data: 'abc', ...ts(1500) });
    script.sends({ seq: 4, data: 'def', ...ts(0xffff_ff00) });
    script.expectsNothing();
    expect(script.received).toHaveLength(6);
    script.advance(40);
    script.expects([{ ack: 7, ts: false }]);
  });

  it('is not moved by a reset [RFC 7323 5.2 RST]', () => {
    const script = stamped();
    // Reaches over the left edge: acceptable, but not at RCV.NXT.
    script.sends({ seq: 0, flags: 'R', data: 5, ...ts(500_000) });
    expect(script.verdict).toBe(Verdict.CHALLENGED);
    script.sends({ seq: 1, data: 'abc', ...ts(1001) });
    expect(script.received).toHaveLength(3);
  });

  it('echoes the timestamp at the left edge of what is acknowledged [RFC 7323 4.3, 5.3 R3]', () => {
    const script = stamped({ settings: { timestamps: true, delayedAckMs: 0 } });
    script.sends({ seq: 4, data: 'def', ...ts(2000) });
    script.expects([{ ack: 1, tsecr: 1000 }]);
    script.sends({ seq: 1, data: 'abc', ...ts(1500) });
    script.expects([{ ack: 7, tsecr: 1500 }]);
    // Of two delayed segments, the earlier one.
    script.sends({ seq: 7, data: 'g', ...ts(3000) }, { seq: 8, data: 'h', ...ts(3005) });
    script.advance(0);
    script.expects([{ ack: 9, tsecr: 3000 }]);
  });

  it('takes no timestamp of a repetition: it lies outside of the window [RFC 7323 5.3 R2]', () => {
    const script = stamped();
    script.sends({ seq: 1, data: 'abc', ...ts(1500) });
    script.advance(40);
    script.expects([{ ack: 4, tsecr: 1500 }]);
    script.sends({ seq: 1, data: 'abc', ...ts(1800) });
    script.expects([{ ack: 4, tsecr: 1500 }]);
    script.sends({ seq: 1, data: 'ab', ...ts(1900) });
    script.expects([{ ack: 4, tsecr: 1500 }]);
  });
});

describe('checksums', () => {
  it('drop and count a segment whose sum is wrong [RFC 9293 MUST-3]', () => {
    const script = established();
    script.sends({ seq: 1, data: 'abc', corrupt: true });
    expect(script.received).toHaveLength(0);
    script.expectsNothing();
    expect(script.tcp.counters.dropped['bad-checksum']).toBe(1);
  });

  it('are not looked at where the device vouches for them', () => {
    const script = established();
    const checks = [ChecksumState.PARTIAL, ChecksumState.VERIFIED];
    checks.forEach((checksum, i) => {
      script.sends({ seq: 1 + i * 3, data: 'abc', corrupt: true, checksum });
    });
    expect(script.received).toHaveLength(6);
  });

  it('are verified over addresses, so a misdelivered segment is dropped [RFC 9293 MUST-3]', () => {
    const script = established();
    const bytes = script.encode({ seq: 1, data: 'abc' });
    bytes[0] = bytes[0]! ^ 1;
    script.inject(bytes);
    expect(script.tcp.counters.dropped['bad-checksum']).toBe(1);
  });
});

describe('malformed segments', () => {
  it('are dropped with a reason', () => {
    const script = established();
    script.inject(new Uint8Array(19));
    expect(script.tcp.counters.dropped.truncated).toBe(1);
    for (const offset of [0x40, 0x60]) {
      const bytes = script.encode({ seq: 1 });
      bytes[12] = offset;
      script.inject(bytes, ChecksumState.VERIFIED);
    }
    expect(script.tcp.counters.dropped['bad-data-offset']).toBe(2);
    script.sends({ seq: 1, options: { raw: [8, 0, 1, 1] } });
    script.sends({ seq: 1, options: { raw: [2, 5, 1, 1] } });
    script.sends({ seq: 1, options: { raw: [1, 1, 1, 200] } });
    expect(script.tcp.counters.dropped['bad-option']).toBe(3);
    script.expectsNothing();
  });
});

describe('a segment that is refused leaves no trace', () => {
  const begin = (): Script =>
    established({
      settings: { timestamps: true },
      options: { mss: 1000, ts: [1000, 0] },
      wnd: 60_000,
    });
  const later = { ts: [1_001_000, 0] as const };

  it.each([
    { name: 'an ACK of data never sent [RFC 5961 5.2]', forged: { seq: 1, ack: 50_001, data: 10 } },
    { name: 'a SYN in the window [RFC 5961 4.2]', forged: { seq: 1, flags: 'SA' } },
    {
      name: 'a RST in the window, not at its edge [RFC 5961 3.2 (3)]',
      forged: { seq: 1, flags: 'RA', ack: 1 },
    },
    { name: 'no ACK bit [RFC 9293 3.10.7.4 fifth]', forged: { seq: 1, flags: '', data: 10 } },
    {
      name: 'a repetition of what is acknowledged [RFC 7323 4.3]',
      forged: { seq: -9, ack: 1, data: 10 },
    },
  ])('$name', ({ forged }) => {
    const script = begin();
    script.sends({ ...forged, seq: forged.flags === 'RA' ? 100 : forged.seq, options: later });
    script.clear();
    script.sends({ seq: 1, ack: 1, data: 100, options: { ts: [1001, 0] } });
    script.sends({ seq: 101, ack: 1, data: 1000, options: { ts: [1002, 0] } });
    expect(script.received.length).toBe(1100);
    script.advance(100);
    expect(script.take().at(-1)).toMatchObject({ ack: 1101 });
  });
});
