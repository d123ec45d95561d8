import { Because, newReno } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import { established, type Script, type ScriptSetup } from '../support/fake-peer.js';
import { watchSamples } from '../support/rtt-samples.js';

/** `count` segments of 1000 bytes in flight, nothing recorded. */
function inFlight(count: number, setup: ScriptSetup = {}): Script {
  const script = established(setup);
  script.write(count * 1000);
  expect(script.take()).toHaveLength(Math.min(count, 10));
  return script;
}

const duplicates = (script: Script, ack: number, count: number): void => {
  for (let i = 0; i < count; i++) script.sends({ seq: 1, ack });
};

describe('the retransmission timer', () => {
  it('backs off by doubling, to 60 s, and repeats only the first segment [RFC 9293 3.8.1, MUST-19, 3.10.8] [RFC 6298 2.5, 5.4, 5.5, 5.6]', () => {
    const script = inFlight(3);
    script.advance(3100);
    expect(script.take().map((s) => [s.seq, s.len, s.at, s.because])).toEqual(
      [200, 600, 1400, 3000].map((at) => [1, 1000, at, Because.RETRANSMISSION_TIMEOUT]),
    );
    const slow = inFlight(1, { settings: { userTimeoutMs: 1_000_000, maxRtoMs: 60_000 } });
    slow.advance(400_000);
    const times = slow.take().map((s) => s.at);
    expect(times.at(-1)! - times.at(-2)!).toBe(60_000);
  });

  it('fails with ETIMEDOUT after the user timeout [RFC 9293 MUST-20, 3.10.8]', () => {
    const script = inFlight(1, { settings: { userTimeoutMs: 5000 } });
    script.advance(4999);
    expect(script.events).toEqual([]);
    script.advance(5000);
    expect(script.events).toEqual(['close:ETIMEDOUT']);
    expect(script.tcp.connectionCount).toBe(0);
  });

  it('stops when everything is acknowledged, starts anew when something is [RFC 6298 5.1, 5.2, 5.3]', () => {
    const script = inFlight(2);
    script.advance(150);
    script.sends({ seq: 1, ack: 1001 });
    script.advance(199);
    expect(script.take()).toEqual([]);
    const { rtoMs } = script.conn.snd.rtt;
    script.advance(rtoMs - 199);
    script.expects([{ seq: 1001 }]);
    script.sends({ seq: 1, ack: 2001 });
    script.advance(100_000);
    script.expectsNothing();
  });

  it('measures one segment a round trip and never one sent twice [RFC 9293 MUST-18] [RFC 6298 3, 3 rate]', () => {
    const script = inFlight(1);
    const samples = watchSamples(script.conn);
    script.advance(100);
    script.sends({ seq: 1, ack: 1001 });
    expect(samples).toEqual([100]);
    script.write(1000);
    script.advance(script.conn.snd.rtt.rtoMs + 5);
    const { backoffs } = script.conn.snd.rtt;
    expect(backoffs).toBe(1);
    script.sends({ seq: 1, ack: 2001 });
    expect(samples).toEqual([100]);
    // The back-off stays until there is a new measurement.
    expect(script.conn.snd.rtt.backoffs).toBe(1);
    script.write(1000);
    script.advance(30);
    script.sends({ seq: 1, ack: 3001 });
    expect(samples).toEqual([100, 30]);
    expect(script.conn.snd.rtt.backoffs).toBe(0);
  });

  it('measures no segment that a fast retransmission has repeated [RFC 9293 MUST-18] [RFC 6298 3]', () => {
    const script = inFlight(10);
    const samples = watchSamples(script.conn);
    duplicates(script, 1, 3);
    script.advance(50);
    script.sends({ seq: 1, ack: 10_001 });
    expect(samples).toEqual([]);
  });

  it('measures retransmissions too with timestamps [RFC 7323 4.1, 5.4]', () => {
    const script = established({
      settings: { timestamps: true },
      options: { mss: 1000, ts: [7, 0] },
    });
    script.write(500);
    const sent = script.take()[0]!;
    const samples = watchSamples(script.conn);
    script.advance(200);
    const again = script.take()[0]!;
    expect((again.tsval - sent.tsval) | 0).toBe(200);
    script.advance(50);
    script.sends({ seq: 1, ack: 501, options: { ts: [8, again.tsval] } });
    expect(samples).toEqual([50]);
    expect(script.conn.snd.rtt.backoffs).toBe(0);
  });

  it('measures by no echo that moves nothing [RFC 7323 4.1 advance]', () => {
    const script = established({
      settings: { timestamps: true },
      options: { mss: 1000, ts: [7, 0] },
    });
    script.write(500);
    script.advance(200);
    const again = script.take().at(-1)!;
    const samples = watchSamples(script.conn);
    script.advance(70);
    script.sends({ seq: 1, ack: 1, options: { ts: [8, again.tsval] } });
    expect(samples).toEqual([]);
    expect(script.conn.snd.rtt.backoffs).toBe(1);
  });

  it('measures once a round trip, however many ACKs there are [RFC 7323 4.2]', () => {
    const script = inFlight(8);
    expect(script.conn.snd.rtt.srttMs).toBe(0);
    script.advance(100);
    for (let acked = 1001; acked <= 8001; acked += 1000) script.sends({ seq: 1, ack: acked });
    expect(script.conn.snd.rtt.srttMs).toBe(100 / 8);
    script.write(1000);
    script.advance(100);
    script.sends({ seq: 1, ack: 9001 });
    expect(script.conn.snd.rtt.srttMs).toBeGreaterThan(100 / 8);
  });

  it('measures nothing by the echo of a time before the last repetition [RFC 6298 3]', () => {
    const script = established({
      settings: { timestamps: true },
      options: { mss: 1000, ts: [7, 0] },
    });
    script.write(500);
    const sent = script.take()[0]!;
    const samples = watchSamples(script.conn);
    script.advance(200);
    script.take();
    script.advance(10);
    // Only the repeated segment was answered by an ACK that has arrived, with the echo of the first.
    script.sends({ seq: 1, ack: 501, options: { ts: [8, sent.tsval] } });
    expect(samples).not.toContain(210);
    expect(script.conn.snd.rtt.backoffs).toBe(1);
  });

  it('returns to slow start from one segment, half of the flight as threshold [RFC 9293 MUST-19] [RFC 5681 3.1 (4), 3.1 loss window]', () => {
    const script = inFlight(8);
    script.advance(200);
    script.expects([{ seq: 1 }]);
    expect(script.conn.snd.congestion.cwnd).toBe(1000);
    expect(script.conn.snd.congestion.ssthresh).toBe(4000);
    // Everything is presumed lost: two for one, then four for two.
    script.sends({ seq: 1, ack: 1001 });
    expect(script.take().map((s) => s.seq)).toEqual([1001, 2001]);
    script.sends({ seq: 1, ack: 2001 });
    script.sends({ seq: 1, ack: 3001 });
    expect(script.take().map((s) => s.seq)).toEqual([3001, 4001, 5001, 6001]);
    // What has arrived after all is not repeated.
    script.sends({ seq: 1, ack: 8001 });
    script.expectsNothing();
    expect(script.conn.snd.phase).toBe('open');
  });

  it('halves the threshold once for repeated time-outs of the same data [RFC 5681 3.1 repeated]', () => {
    const script = inFlight(8);
    script.advance(200 + 400 + 800);
    expect(script.conn.snd.congestion.ssthresh).toBe(4000);
    const congestion = newReno(1000);
    const timeout = { cause: 'timeout', now: 0 } as const;
    congestion.handleCongestion({ ...timeout, flightSize: 8000, isFirst: true });
    congestion.handleCongestion({ ...timeout, flightSize: 20_000, isFirst: false });
    expect(congestion.ssthresh).toBe(4000);
  });
});

describe('fast retransmit and NewReno', () => {
  it('repeats the segment at the third duplicate, not before [RFC 5681 3.2 fast retransmit, 3.2 step 2] [RFC 8985 4]', () => {
    const script = inFlight(10);
    duplicates(script, 1, 2);
    script.expectsNothing();
    duplicates(script, 1, 1);
    script.expects([{ seq: 1, len: 1000, because: Because.FAST_RETRANSMIT }]);
    expect(script.conn.snd.congestion.ssthresh).toBe(5000);
    expect(script.conn.snd.phase).toBe('fast');
    expect(script.tcp.counters.fastRetransmissions).toBe(1);
    duplicates(script, 1, 5);
    script.expectsNothing();
  });

  it('sends new data for the first two duplicates, which does not count as flight [RFC 3042 2] [RFC 5681 3.2 step 1, 3.1 (4)]', () => {
    const script = inFlight(20);
    duplicates(script, 1, 1);
    script.expects([{ seq: 10_001, because: Because.NEW_DATA }]);
    duplicates(script, 1, 1);
    script.expects([{ seq: 11_001 }]);
    duplicates(script, 1, 1);
    script.expects([{ seq: 1, because: Because.FAST_RETRANSMIT }]);
    expect(script.conn.snd.congestion.ssthresh).toBe(5000);
  });

  it('inflates the window by one segment for each further duplicate [RFC 5681 3.2 step 4]', () => {
    const script = inFlight(20);
    duplicates(script, 1, 3);
    script.take();
    // cwnd 5,000 + 3,000; 12,000 in flight.
    duplicates(script, 1, 4);
    script.expectsNothing();
    duplicates(script, 1, 2);
    script.expects([{ seq: 12_001 }, { seq: 13_001 }]);
  });

  it('repeats the next hole on a partial ACK and ends with a full one [RFC 6582 3.2 step 3 partial, 3.2 step 3 full] [RFC 5681 3.2 step 6]', () => {
    const script = inFlight(10);
    duplicates(script, 1, 3);
    script.take();
    script.sends({ seq: 1, ack: 2001 });
    script.expects([{ seq: 2001, len: 1000, because: Because.PARTIAL_ACK }]);
    script.sends({ seq: 1, ack: 5001 });
    script.expects([{ seq: 5001, because: Because.PARTIAL_ACK }]);
    expect(script.conn.snd.phase).toBe('fast');
    script.sends({ seq: 1, ack: 10_001 });
    expect(script.conn.snd.phase).toBe('open');
    // No burst: nothing is in flight (RFC 6582, 3.2, step 3).
    expect(script.conn.snd.congestion.cwnd).toBe(2000);
    expect(script.conn.snd.inflation).toBe(0);
  });

  it('restarts the timer at the first partial ACK only [RFC 6582 4]', () => {
    const script = inFlight(10);
    duplicates(script, 1, 3);
    script.advance(100);
    script.sends({ seq: 1, ack: 2001 });
    const { retransmitAt } = script.conn.snd;
    script.advance(100);
    script.sends({ seq: 1, ack: 3001 });
    expect(script.conn.snd.retransmitAt).toBe(retransmitAt);
  });

  it('is not started again by duplicates of before the last recovery [RFC 6582 3.2 step 2]', () => {
    const script = inFlight(10);
    script.advance(200);
    script.take();
    duplicates(script, 1, 5);
    script.expectsNothing();
    expect(script.conn.snd.phase).toBe('timeout');
    expect(script.tcp.counters.fastRetransmissions).toBe(0);
  });

  it('finds a repetition lost by duplicates that follow a small step [RFC 6582 4.1]', () => {
    const script = inFlight(10);
    script.advance(200);
    script.sends({ seq: 1, ack: 1001 });
    script.sends({ seq: 1, ack: 2001 });
    script.clear();
    duplicates(script, 2001, 3);
    expect(script.take()[0]).toMatchObject({ seq: 2001, because: Because.FAST_RETRANSMIT });
    expect(script.conn.snd.phase).toBe('fast');
  });

  it('takes duplicates that follow a great step for answers to needless repetitions [RFC 6582 4.1]', () => {
    const script = inFlight(10);
    script.advance(200);
    script.sends({ seq: 1, ack: 6001 });
    script.clear();
    duplicates(script, 6001, 3);
    expect(script.conn.snd.phase).toBe('timeout');
    expect(script.tcp.counters.fastRetransmissions).toBe(0);
  });

  it('counts no ACK with text, with a new window, or with nothing in flight [RFC 5681 2]', () => {
    const script = inFlight(5);
    for (let i = 0; i < 4; i++) script.sends({ seq: 1 + i, ack: 1, data: 'x' });
    for (let i = 0; i < 4; i++) script.sends({ seq: 5, ack: 1, wnd: 50_000 + i });
    expect(script.conn.snd.dupAcks).toBe(0);
    const idle = established();
    duplicates(idle, 1, 5);
    expect(idle.conn.snd.dupAcks).toBe(0);
  });

  it('takes the answers to window probes for what they are', () => {
    const script = established({ wnd: 0 });
    script.write(3000);
    for (let i = 0; i < 6; i++) {
      script.advance(60_000);
      script.sends({ seq: 1, ack: 1, wnd: 0 });
    }
    expect(script.conn.snd.phase).toBe('open');
    expect(script.conn.snd.congestion.cwnd).toBe(10_000);
  });
});

describe('the congestion window', () => {
  it('begins with ten segments [RFC 6928 2] [RFC 5681 3, 3.1 initial window]', () => {
    const script = established({ wnd: 65_000 });
    script.write(50_000);
    expect(script.take()).toHaveLength(10);
  });

  it('grows by what is acknowledged in slow start, only while it is used [RFC 5681 3.1 (2), 3.1 unused]', () => {
    const script = inFlight(30);
    script.sends({ seq: 1, ack: 2001 });
    expect(script.conn.snd.congestion.cwnd).toBe(12_000);
    expect(script.take()).toHaveLength(4);
    const idle = inFlight(2);
    idle.sends({ seq: 1, ack: 2001 });
    expect(idle.conn.snd.congestion.cwnd).toBe(10_000);
  });

  it('grows by one segment a window in congestion avoidance [RFC 5681 3.1 (3)] [RFC 9293 MUST-19]', () => {
    const script = established();
    script.write(100_000);
    duplicates(script, 1, 3);
    script.sends({ seq: 1, ack: 12_001 });
    const { congestion } = script.conn.snd;
    expect(congestion.ssthresh).toBe(5000);
    let acked = 12_001;
    while (congestion.cwnd < 5000) {
      acked += 1000;
      script.sends({ seq: 1, ack: acked });
    }
    const before = congestion.cwnd;
    const window = Math.floor(before / 1000);
    for (let i = 0; i < window; i++) {
      acked += 1000;
      script.sends({ seq: 1, ack: acked });
    }
    expect(congestion.cwnd).toBe(before + 1000);
  });
});

describe('loss with sequence numbers that wrap', () => {
  it('recovers across 2^32 [RFC 9293 3.4]', () => {
    const script = inFlight(10, { iss: 0xffff_f000, irs: 0xffff_fffa });
    duplicates(script, 1, 3);
    script.expects([{ seq: 1 }]);
    script.sends({ seq: 1, ack: 5001 });
    script.expects([{ seq: 5001 }]);
    script.sends({ seq: 1, ack: 10_001, data: 'across' });
    script.sends({ seq: 7, ack: 10_001, data: ' it' });
    expect(String.fromCharCode(...script.received)).toBe('across it');
    expect(script.conn.snd.phase).toBe('open');
  });
});
