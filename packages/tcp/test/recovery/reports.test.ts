/** SACK blocks that contradict what was sent, each other, or the time in which they came. */

import { describe, expect, it } from 'vitest';
import { inFlight, RTT, sacks, seqsOf } from '../support/flight.js';

describe('a report of duplicates', () => {
  it('of what was never sent is none [RFC 2883 4]', () => {
    const script = inFlight(8);
    sacks(script, 1001, 20_001, 21_001, 19_001, 30_001);
    const { recovery } = script.conn.snd;
    expect(recovery.inDsackRound).toBe(false);
    expect(recovery.reorderingSteps).toBe(1);
  });

  it('of what was acknowledged before the recovery does not take it back [RFC 3708 2]', () => {
    const script = inFlight(8);
    script.advance(RTT);
    script.sends({ seq: 1, ack: 2001 });
    sacks(script, 2001, 3001, 7001);
    expect(seqsOf(script)).toContain(2001);
    const { snd } = script.conn;
    const { cwnd } = snd.congestion;
    // The network has doubled a segment of before.
    sacks(script, 2001, 1001, 2001, 3001, 7001);
    expect(snd.phase).toBe('fast');
    expect(snd.congestion.cwnd).toBe(cwnd);
    expect(script.tcp.counters.spuriousRecoveries).toBe(0);
    // That of the repetition itself does.
    sacks(script, 8001, 2001, 3001);
    expect(script.tcp.counters.spuriousRecoveries).toBe(1);
  });

  it('of everything that ever was takes back no more than was repeated [RFC 3708 2]', () => {
    const script = inFlight(10);
    script.advance(RTT);
    script.sends({ seq: 1, ack: 3001 });
    sacks(script, 3001, 6001, 9001);
    const repeated = script.take().filter(({ seq }) => seq < 10_001);
    expect(repeated.length).toBeGreaterThan(1);
    sacks(script, 4001, -20_001, 4001, 6001, 9001);
    expect(script.tcp.counters.spuriousRecoveries).toBe(0);
  });
});

describe('reordering', () => {
  it('is not seen in the blocks of one ACK, the newest of which comes first [RFC 8985 6.2]', () => {
    const script = inFlight(10);
    script.advance(RTT);
    sacks(script, 1, 5001, 6001, 2001, 3001);
    expect(script.conn.snd.recovery.reorderingSeen).toBe(false);
  });

  it('is seen where a later ACK reports what was sent before [RFC 8985 6.2]', () => {
    const script = inFlight(10);
    script.advance(RTT);
    sacks(script, 1, 5001, 6001);
    sacks(script, 1, 2001, 3001, 5001, 6001);
    expect(script.conn.snd.recovery.reorderingSeen).toBe(true);
  });
});

describe('a lost repetition', () => {
  it('is found by one of the same moment that was sent behind it [RFC 8985 6.2]', () => {
    const script = inFlight(10);
    script.advance(RTT);
    sacks(script, 1, 4001, 10_001);
    expect(seqsOf(script)).toEqual([1, 1001, 2001, 3001]);
    script.advance(RTT);
    sacks(script, 1, 3001, 10_001);
    expect(seqsOf(script)).toContain(1);
    expect(script.tcp.counters.retransmissionTimeouts).toBe(0);
  });

  it('is not found by an original of the same moment, which left before it [RFC 8985 6.2]', () => {
    const script = inFlight(10);
    sacks(script, 1, 1001, 5001);
    expect(seqsOf(script)).toEqual([1]);
    sacks(script, 1, 1001, 9001);
    expect(seqsOf(script)).toEqual([]);
    expect(script.conn.snd.map.isLost(0)).toBe(false);
  });
});

describe('a tail loss probe that waits for the device', () => {
  it('is not sent when its segment is reported meanwhile [RFC 8985 7.3]', () => {
    const script = inFlight(4);
    script.ip.room = 0;
    script.advance(2 * RTT + 20);
    sacks(script, 1, 3001, 4001);
    script.ip.room = Number.POSITIVE_INFINITY;
    script.turn();
    script.expectsNothing();
    expect(script.conn.snd.map.sackedBytes).toBe(1000);
    script.advance(2 * RTT);
    expect(seqsOf(script)).toContain(1);
  });
});

describe('blocks that contradict each other', () => {
  it('count what they cover once, wherever their edges lie [RFC 2018 3]', () => {
    const script = inFlight(10);
    script.advance(RTT);
    sacks(script, 1, 1501, 3501, 2501, 4501, 1001, 2001, 4400, 4600);
    const { map } = script.conn.snd;
    expect(map.sackedBytes).toBe(3599);
    // Not longer than before where one is taken back: only a time-out believes that.
    sacks(script, 1, 2001, 3001);
    expect(map.sackedBytes).toBe(3599);
  });

  it('and claim what is next leave it to the timer to repeat it [RFC 2018 8]', () => {
    const script = inFlight(4);
    script.advance(RTT);
    sacks(script, 1, 1, 4001);
    expect(script.conn.snd.pipe).toBe(0);
    script.advance(1000);
    expect(seqsOf(script)).toContain(1);
  });

  it('and reach from old to new count from SND.UNA on [RFC 2018 4]', () => {
    const script = inFlight(6);
    script.advance(RTT);
    sacks(script, 2001, 1001, 3001);
    expect(script.conn.snd.map.sackedBytes).toBe(1000);
    expect(script.conn.snd.recovery.inDsackRound).toBe(false);
  });

  it('and come with an ACK of the future leave no trace [RFC 5961 5]', () => {
    const script = inFlight(6);
    sacks(script, 7001, 1001, 3001);
    expect(script.conn.snd.map.sackedBytes).toBe(0);
    script.expects([{ flags: 'A', ack: 1 }]);
  });

  it('mean nothing on a connection that has not agreed on them [RFC 2018 2]', () => {
    const script = inFlight(6, { settings: { sack: false } });
    for (let i = 0; i < 2; i++) sacks(script, 1, 1001, 6001);
    expect(script.conn.snd.map.sackedBytes).toBe(0);
    expect(script.conn.snd.phase).toBe('open');
  });
});
