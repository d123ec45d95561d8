import { Because } from '@netlayers/tcp';
import { LONG } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { inFlight, RTT, sacks, sentBy } from '../support/flight.js';

/** Set for the runs that take their time. */

describe('SACK and RACK', () => {
  it('repeats the hole when three segments behind it are reported, and only the hole [RFC 8985 6.2 step 4, 6.2 step 5] [RFC 6675 4 IsLost, 5 (1), 5 (4.1), 5 (4.3)] [RFC 2018 5] [RFC 5681 4.3]', () => {
    const script = inFlight(8);
    script.advance(RTT);
    sacks(script, 1, 1001, 2001);
    sacks(script, 1, 1001, 3001);
    expect(sentBy(script)).toEqual([]);
    sacks(script, 1, 1001, 4001);
    expect(sentBy(script)).toEqual([{ seq: 1, len: 1000, because: Because.LOST }]);
    expect(script.conn.snd.phase).toBe('fast');
    expect(script.tcp.counters.fastRetransmissions).toBe(1);
    script.advance(RTT);
    script.sends({ seq: 1, ack: 8001 });
    expect(script.conn.snd.phase).toBe('open');
    expect(script.conn.snd.map.size).toBe(0);
  });

  it('finds one lost segment with one report by time, a quarter of the round trip later [RFC 8985 6.2 step 4, 6.2 step 5 timer]', () => {
    const script = inFlight(3);
    script.advance(RTT);
    sacks(script, 1, 2001, 3001);
    expect(sentBy(script)).toEqual([]);
    script.advance(RTT / 4 - 1);
    expect(sentBy(script)).toEqual([]);
    script.advance(2);
    // Both are lost; the first repetition leaves at once, the other one with the next delivery.
    expect(sentBy(script)).toEqual([{ seq: 1, len: 1000, because: Because.LOST }]);
    expect(script.conn.snd.map.lostBytes).toBe(1000);
  });

  it('repairs several holes of one window, and a lost repetition without a time-out [RFC 8985 6.2 step 5] [RFC 6675 4 Update, 4 NextSeg]', () => {
    const script = inFlight(10);
    script.advance(RTT);
    sacks(script, 1, 1001, 3001, 4001, 6001);
    const first = sentBy(script).filter(({ because }) => because === Because.LOST);
    expect(first.map(({ seq }) => seq)).toContain(1);
    script.advance(10);
    sacks(script, 1, 1001, 3001, 4001, 10_001);
    expect(sentBy(script).map(({ seq }) => seq)).toContain(3001);
    // The repetition of 1 is lost too; the later one of 3001 arrives and tells.
    script.advance(RTT);
    sacks(script, 1, 1001, 10_001);
    script.advance(RTT / 2);
    expect(sentBy(script).map(({ seq }) => seq)).toEqual([1]);
    expect(script.tcp.counters.retransmissionTimeouts).toBe(0);
    script.sends({ seq: 1, ack: 10_001 });
    expect(script.conn.snd.phase).toBe('open');
  });

  it('shrinks the flight to the threshold over the round trip [RFC 9937 6] [RFC 6675 4 SetPipe, 5 (4.2), 5 (C)]', () => {
    const script = inFlight(100, { wnd: 60_000 });
    for (let acked = 1001; acked <= 10_001; acked += 1000) script.sends({ seq: 1, ack: acked });
    script.clear();
    const { snd } = script.conn;
    const before = snd.pipe;
    script.advance(RTT);
    for (let right = 12_001; right <= 30_001; right += 1000) sacks(script, 10_001, 11_001, right);
    const sent = sentBy(script);
    expect(sent[0]).toEqual({ seq: 10_001, len: 1000, because: Because.LOST });
    // NewReno's threshold is half: about one segment leaves for two that are reported.
    expect(sent.length).toBeGreaterThan(6);
    expect(sent.length).toBeLessThanOrEqual(11);
    expect(snd.pipe).toBeLessThan(before);
    expect(snd.pipe).toBeGreaterThanOrEqual(snd.congestion.ssthresh - 1000);
    script.advance(RTT);
    script.sends({ seq: 1, ack: 40_001 });
    expect(snd.congestion.cwnd).toBe(snd.congestion.ssthresh);
  });

  it('ignores blocks beyond SND.NXT, below SND.UNA and upside down [RFC 2018 5]', () => {
    const script = inFlight(4);
    sacks(script, 1, 1001, 8001);
    sacks(script, 1, 3001, 2001);
    expect(script.conn.snd.map.sackedBytes).toBe(0);
    expect(script.conn.snd.map.size).toBe(1);
  });

  it('does not let the edges of blocks make the map grow without bound', () => {
    const script = inFlight(10);
    for (let edge = 2; edge < 9990; edge += 2) sacks(script, 1, edge, edge + 1);
    expect(script.conn.snd.map.size).toBeLessThan(100);
  });
});

describe('the tail loss probe', () => {
  it('repeats the last segment after two round trips [RFC 8985 7.2, 7.3]', () => {
    const script = inFlight(4);
    script.advance(2 * RTT);
    expect(sentBy(script)).toEqual([]);
    script.advance(20);
    expect(sentBy(script)).toEqual([{ seq: 3001, len: 1000, because: Because.TAIL_LOSS_PROBE }]);
    // Its report shows that the rest of the tail is missing.
    script.advance(RTT);
    sacks(script, 2001, 3001, 4001);
    expect(script.take().map(({ seq }) => seq)).toEqual([2001]);
    expect(script.tcp.counters.retransmissionTimeouts).toBe(0);
  });

  it('sends new text instead where there is some, beyond the congestion window [RFC 8985 7.3, 7.3 window]', () => {
    const script = inFlight(20);
    expect(script.conn.snd.hasUnsent).toBe(true);
    const { nxt, iss } = script.conn.snd;
    script.advance(2 * RTT + 20);
    expect(sentBy(script)).toEqual([
      { seq: nxt - iss, len: 1000, because: Because.TAIL_LOSS_PROBE },
    ]);
  });

  it('waits longer for the ACK of a lone segment, which may be delayed [RFC 8985 7.2 delayed]', () => {
    const script = inFlight(1);
    script.advance(2 * RTT + 20);
    expect(sentBy(script)).toEqual([]);
  });

  it('is congestion when it repairs what nobody else saw [RFC 8985 7.4]', () => {
    const script = inFlight(4);
    script.advance(2 * RTT + 20);
    const { cwnd } = script.conn.snd.congestion;
    script.write(1000);
    script.sends({ seq: 1, ack: 5001 });
    expect(script.conn.snd.congestion.cwnd).toBeLessThan(cwnd);
  });

  it('is none when the peer reports the probe as a duplicate [RFC 8985 7.4]', () => {
    const script = inFlight(4);
    script.advance(2 * RTT + 20);
    script.take();
    const { cwnd } = script.conn.snd.congestion;
    sacks(script, 4001, 3001, 4001);
    expect(script.conn.snd.congestion.cwnd).toBeGreaterThanOrEqual(cwnd);
    expect(script.conn.snd.recovery.isProbeOut).toBe(false);
  });
});

describe('a needless recovery', () => {
  it('is taken back when the echo is older than the repetition [RFC 3522 3.2]', () => {
    const script = inFlight(8, {
      settings: { sack: true, timestamps: true },
      options: { mss: 1012, sackOk: true, ts: [7, 0] },
      mtu: 1052,
    });
    const sent = script.conn.timestampAt(script.now);
    const { cwnd } = script.conn.snd.congestion;
    script.advance(RTT);
    const ts = (echo: number) => ({ ts: [8, echo] as const });
    const blocks = (...edges: number[]) => ({ sack: edges.map((edge) => script.iss + edge) });
    script.sends({ seq: 1, ack: 1, options: { ...ts(sent), ...blocks(1001, 5001) } });
    expect(script.conn.snd.phase).toBe('fast');
    expect(script.conn.snd.congestion.cwnd).toBeLessThan(cwnd);
    script.advance(5);
    // The original was late: the peer echoes its time.
    script.sends({ seq: 1, ack: 5001, options: ts(sent) });
    expect(script.conn.snd.phase).toBe('open');
    expect(script.conn.snd.congestion.cwnd).toBeGreaterThanOrEqual(cwnd);
    expect(script.tcp.counters.spuriousRecoveries).toBe(1);
    expect(script.conn.snd.recovery.reorderingSeen).toBe(true);
  });

  it('is taken back when every repetition is reported as a duplicate [RFC 2883 5] [RFC 3708 2]', () => {
    const script = inFlight(8);
    const { cwnd } = script.conn.snd.congestion;
    script.advance(RTT);
    sacks(script, 1, 1001, 5001);
    script.advance(5);
    script.sends({ seq: 1, ack: 5001 });
    script.advance(RTT);
    sacks(script, 8001, 1, 1001);
    expect(script.conn.snd.congestion.cwnd).toBeGreaterThanOrEqual(cwnd);
    expect(script.tcp.counters.spuriousRecoveries).toBe(1);
  });

  it.each([
    { name: 'by timestamps [RFC 3522 3.2]', timestamps: true, sack: true },
    { name: 'by F-RTO with SACK [RFC 5682 3.1]', timestamps: false, sack: true },
    { name: 'by F-RTO [RFC 5682 2.1]', timestamps: false, sack: false },
  ])('after one delay of 600 ms is found $name', ({ timestamps, sack }) => {
    const script = inFlight(60, {
      settings: { sack, timestamps },
      mtu: timestamps ? 1052 : 1040,
      options: { mss: timestamps ? 1012 : 1000, sackOk: sack, ...(timestamps && { ts: [7, 0] }) },
    });
    const ts = script.conn.timestampAt(script.now);
    const echo = timestamps ? { ts: [8, ts] as const } : {};
    for (let acked = 1001; acked <= 10_001; acked += 1000) {
      script.sends({ seq: 1, ack: acked, options: echo });
    }
    script.clear();
    const { nxt, iss } = script.conn.snd;
    const flight = (nxt - iss - 10_001) / 1000;
    expect(flight).toBeGreaterThanOrEqual(20);
    const { cwnd } = script.conn.snd.congestion;
    script.advance(700);
    const later = script.conn.timestampAt(script.now - 700);
    const repeated = sentBy(script).filter(({ seq }) => seq < nxt - iss).length;
    for (let acked = 11_001; acked <= nxt - iss; acked += 1000) {
      script.sends({ seq: 1, ack: acked, ...(timestamps && { options: { ts: [8, later] } }) });
    }
    const all = repeated + sentBy(script).filter(({ seq }) => seq < nxt - iss).length;
    expect(all).toBeLessThanOrEqual(2);
    expect(script.conn.snd.phase).toBe('open');
    expect(script.conn.snd.congestion.cwnd).toBeGreaterThanOrEqual(cwnd);
  });
});

describe('a peer that reneges', () => {
  it('gets again what it had reported and dropped [RFC 2018 8]', () => {
    const script = inFlight(6);
    script.advance(RTT);
    sacks(script, 1, 1001, 6001);
    script.take();
    script.advance(RTT);
    // It has dropped everything beyond the hole.
    script.sends({ seq: 1, ack: 1001 });
    const repeated = new Set<number>();
    for (let turn = 0; turn < 40 && script.conn.snd.map.size > 0; turn++) {
      script.advance(50);
      for (const { seq, len } of script.take()) {
        for (let at = seq; at < seq + len; at += 1000) repeated.add(at);
      }
      let edge = 1001;
      while (repeated.has(edge)) edge += 1000;
      script.sends({ seq: 1, ack: edge });
    }
    expect(script.conn.snd.map.size).toBe(0);
    expect(script.conn.snd.una).toBe(script.conn.snd.nxt);
  });
});

describe('stored sequence numbers', () => {
  const GIB = 2 ** 30;
  /** Behind both of them half of the space has gone by since the last loss; the last one wraps twice. */
  const checks = LONG ? [2.2, 4.4, 10] : [2.2];

  it.each([true, false])(
    'let fast retransmit work after more than 2 GiB without loss, SACK %s [RFC 6582 3.2 step 2]',
    (sack) => {
      const mss = 60_000;
      const script = inFlight(60, {
        settings: { sack, windowScaling: true },
        options: { mss, ws: 14, sackOk: sack },
        mtu: mss + 40,
        wnd: 1000,
        checksumOffload: true,
      });
      script.ip.isSilent = true;
      const relative = (at: number): number => (at - script.iss) >>> 0;
      const { snd } = script.conn;
      const acknowledgeAll = (): void => script.sends({ seq: 1, ack: relative(snd.nxt) });
      acknowledgeAll();
      const text = new Uint8Array(10 * mss);
      let sent = 0;
      for (const check of checks) {
        for (; sent < check * GIB; sent += text.length) {
          script.conn.write(text);
          script.turn();
          acknowledgeAll();
        }
        script.conn.write(text);
        script.turn();
        const { una } = snd;
        for (let i = 2; i < 8; i++) {
          const blocks = { sack: [(una + mss) >>> 0, (una + i * mss) >>> 0] };
          script.sends({ seq: 1, ack: relative(una), options: sack ? blocks : {} });
        }
        expect(snd.phase).toBe('fast');
        expect(snd.map.timesRepeated(0)).toBe(1);
        acknowledgeAll();
        expect(snd.phase).toBe('open');
        acknowledgeAll();
      }
      expect(script.tcp.counters.retransmissionTimeouts).toBe(0);
    },
    120_000,
  );
});
