/** RACK (RFC 8985, 6) where it differs from a count of duplicates, and what a time-out leaves alone. */

import { describe, expect, it } from 'vitest';
import { settleReordering } from '../../src/recovery/rack.js';
import type { Script } from '../support/fake-peer.js';
import { inFlight, RTT, sacks, sentBy } from '../support/flight.js';
import { Because } from '../support/names.js';

/** Text that was sent again since the last look, as its sequence numbers. */
const repeated = (script: Script): number[] =>
  script
    .take()
    .filter(({ because }) => because === Because.LOST)
    .map(({ seq }) => seq);

/** Segment 1 comes behind segment 2, and both are acknowledged. */
function reordered(count: number): Script {
  const script = inFlight(count);
  script.advance(RTT);
  sacks(script, 1, 1001, 2001);
  sacks(script, 2001);
  return script.clear();
}

describe('RACK.segment', () => {
  it('is no repetition that is answered sooner than any round trip [RFC 8985 6.2 step 2]', () => {
    const script = inFlight(8);
    script.advance(RTT);
    sacks(script, 1, 1001, 4001);
    expect(repeated(script)).toEqual([1]);
    // It was late, not lost. What lies behind it left at the same time, and has not come yet.
    script.advance(5);
    sacks(script, 4001);
    expect(repeated(script)).toEqual([]);
    const { recovery, map } = script.conn.snd;
    expect(recovery.rackSentAt).toBe(map.sentAt(0));
    // A repetition that is answered in time tells as much as any other segment.
    const lost = inFlight(8);
    lost.advance(RTT);
    sacks(lost, 1, 1001, 4001);
    lost.advance(RTT);
    lost.take();
    sacks(lost, 4001);
    expect(repeated(lost)).toContain(4001);
  });
});

describe('reordering', () => {
  it('gives each segment a quarter of the round trip from then on [RFC 8985 6.2 step 3, 6.2 step 4]', () => {
    const script = reordered(8);
    expect(script.conn.snd.recovery.reorderingSeen).toBe(true);
    // Three segments behind a hole are no proof any more.
    sacks(script, 2001, 3001, 6001);
    script.advance(RTT / 4 - 1);
    expect(repeated(script)).toEqual([]);
    script.advance(2);
    expect(repeated(script)).toContain(2001);
  });

  it('gives more where repetitions come back as duplicates, once a round trip [RFC 8985 6.2 step 4 DSACK]', () => {
    const script = reordered(8);
    sacks(script, 2001, 1, 1001);
    sacks(script, 2001, 1001, 2001);
    expect(script.conn.snd.recovery.reorderingSteps).toBe(2);
    sacks(script, 2001, 3001, 6001);
    script.advance(RTT / 2 - 1);
    expect(repeated(script)).toEqual([]);
    script.advance(2);
    expect(repeated(script)).toContain(2001);
  });

  it('gives no more than SRTT, and for 16 recoveries without duplicates [RFC 8985 6.2 step 4 DSACK]', () => {
    const script = reordered(8);
    const { snd } = script.conn;
    sacks(script, 2001, 1, 1001);
    snd.recovery.reorderingSteps = 20;
    sacks(script, 2001, 3001, 6001);
    expect(snd.reorderingAt).toBe(script.now + snd.rtt.srttMs);
    for (let i = 0; i < 15; i++) settleReordering(snd);
    expect(snd.recovery.reorderingSteps).toBe(20);
    settleReordering(snd);
    expect(snd.recovery.reorderingSteps).toBe(1);
  });
});

describe('a duplicate with SACK blocks', () => {
  it('counts whatever the window says [RFC 6675 2]', () => {
    const script = inFlight(8);
    script.advance(RTT);
    for (let i = 1; i <= 3; i++) {
      expect(repeated(script)).toEqual([]);
      const sack = [script.iss + 1001, script.iss + 1001 + i * 100];
      script.sends({ seq: 1, ack: 1, wnd: 50_000 + i, options: { sack } });
    }
    expect(repeated(script)).toEqual([1]);
  });
});

describe('a time-out', () => {
  it('sends nothing again that was reported [RFC 6675 5.1]', () => {
    const script = inFlight(5);
    script.advance(RTT);
    sacks(script, 1, 4001, 5001);
    // Whatever is repeated for the report is lost, too.
    while (script.tcp.counters.retransmissionTimeouts === 0) script.advance(10);
    script.take();
    for (const acked of [1001, 2001, 3001]) script.sends({ seq: 1, ack: acked });
    expect(new Set(sentBy(script).map(({ seq }) => seq))).toEqual(new Set([1001, 2001, 3001]));
  });

  it('judges the first segment, and those whose time is over [RFC 8985 6.3]', () => {
    const script = inFlight(3);
    script.advance(RTT);
    script.sends({ seq: 1, ack: 1001 });
    const { snd } = script.conn;
    while (snd.timeouts === 0) {
      script.now = script.tcp.nextDeadline();
      // The latest segment leaves just before the time-out.
      if (script.now === snd.retransmitAt) {
        script.now -= 1;
        script.write(1000);
        script.now += 1;
      }
      script.turn();
    }
    const lost: [number, boolean][] = [];
    for (let i = 0; i < snd.map.size; i++) {
      lost.push([(snd.map.start(i) - script.iss) | 0, snd.map.isLost(i)]);
    }
    expect(lost.at(-1)).toEqual([3001, false]);
    expect(snd.map.timesRepeated(0)).toBeGreaterThan(0);
  });
});

describe('the tail loss probe', () => {
  it('is one at a time, and moves the retransmission timer [RFC 8985 7.1, 7.3 RTO]', () => {
    const script = inFlight(4);
    script.advance(2 * RTT + 4);
    expect(sentBy(script)).toMatchObject([{ seq: 3001, because: Because.TAIL_LOSS_PROBE }]);
    const { retransmitAt, rtt } = script.conn.snd;
    expect(retransmitAt).toBe(script.now + rtt.rtoMs);
    script.advance(10);
    script.write(1000);
    expect(sentBy(script)).toMatchObject([{ seq: 4001, because: Because.NEW_DATA }]);
    script.advance(rtt.rtoMs - 11);
    expect(sentBy(script)).toEqual([]);
    script.advance(1);
    expect(sentBy(script)).toMatchObject([{ seq: 1, because: Because.RETRANSMISSION_TIMEOUT }]);
  });
});
