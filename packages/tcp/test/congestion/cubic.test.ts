import { describe, expect, it } from 'vitest';
import {
  type CongestionControlFactory,
  initialWindow,
} from '../../src/congestion/congestion-control.js';
import { cubic, cubicWith } from '../../src/congestion/cubic.js';
import { AckClock } from '../support/ack-clock.js';
import { ALPHA, BETA, C, lossAt, MSS, slowStartTo, wCubic } from '../support/cubic-clock.js';

describe('congestion', () => {
  it('leaves 0.7 of the window [RFC 9438 4.6]', () => {
    const clock = slowStartTo(100);
    clock.congestion('loss');
    expect(clock.cc.cwnd).toBe(70 * MSS);
    expect(clock.cc.ssthresh).toBe(70 * MSS);
  });

  it('goes by what was in flight where the window was not used [RFC 9438 4.6] [RFC 5681 3.1 unused]', () => {
    const clock = slowStartTo(100);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 30; j++) clock.ack({ isWindowUsed: false, roundEnded: j === 29 });
    }
    clock.congestion('loss', 20 * MSS);
    // 30 segments were delivered in a round trip: that much the path takes (RFC 7661, 4.4.1).
    expect(clock.cc.ssthresh).toBe(21 * MSS);
    // A round trip with more in flight than delivered.
    const other = slowStartTo(100);
    for (let i = 0; i < 3; i++) other.ack({ isWindowUsed: false, roundEnded: true });
    other.congestion('loss', 20 * MSS);
    expect(other.cc.ssthresh).toBe(14 * MSS);
  });

  it('at the end of a response goes by what the response was [RFC 7661 4.4.1]', () => {
    const clock = slowStartTo(50);
    clock.round();
    const { cwnd } = clock.cc;
    clock.congestion('timeout', MSS);
    expect(clock.cc.ssthresh).toBeGreaterThanOrEqual(Math.floor(0.34 * cwnd));
  });

  it('never leaves less than two segments on loss, and one on a mark [RFC 9438 4.6 minimum]', () => {
    const clock = slowStartTo(20);
    for (let i = 0; i < 20; i++) clock.congestion('loss');
    expect(clock.cc.cwnd).toBe(2 * MSS);
    for (let i = 0; i < 20; i++) clock.congestion('ecn');
    expect(clock.cc.cwnd).toBe(MSS);
    expect(clock.cc.ssthresh).toBe(2 * MSS);
  });

  it('takes a mark as it takes loss [RFC 9438 4.6 ECN]', () => {
    const clock = slowStartTo(1000);
    clock.congestion('ecn');
    expect(clock.segments).toBe(700);
    clock.run(5000);
    expect(clock.segments / wCubic(5, 1000, 700)).toBeCloseTo(1, 2);
  });

  it('below the last W_max puts the plateau lower: fast convergence [RFC 9438 4.7]', () => {
    const clock = lossAt(1000);
    // Grown to 848 of 1000 when the next one comes.
    clock.run(3000);
    const cwnd = clock.segments;
    expect(cwnd).toBeLessThan(1000);
    clock.lose();
    const wMax = (cwnd * (1 + BETA)) / 2;
    for (let second = 1; second <= 9; second++) {
      clock.run(1000);
      const expected = wCubic(second, wMax, BETA * cwnd);
      expect(Math.abs(clock.segments / expected - 1)).toBeLessThan(0.01);
    }
  });

  it('above the last W_max puts the plateau where it is [RFC 9438 4.7]', () => {
    const clock = lossAt(1000);
    clock.run(14_000);
    const cwnd = clock.segments;
    expect(cwnd).toBeGreaterThan(1000);
    clock.lose();
    clock.run(6000);
    expect(clock.segments / wCubic(6, cwnd, BETA * cwnd)).toBeCloseTo(1, 2);
  });
});

describe('a time-out', () => {
  it('leaves one segment, and 0.7 of the window as threshold [RFC 9438 4.8] [RFC 9293 MUST-19]', () => {
    const clock = slowStartTo(1000);
    clock.congestion('timeout');
    expect(clock.segments).toBe(1);
    expect(clock.cc.ssthresh).toBe(700 * MSS);
  });

  it('forgets W_max: the stage after it begins with its plateau [RFC 9438 4.8]', () => {
    const clock = lossAt(1000);
    clock.run(2000);
    clock.congestion('timeout');
    const { ssthresh } = clock.cc;
    while (clock.cc.cwnd < ssthresh) clock.ack({ isInRecovery: true });
    expect(clock.cc.cwnd).toBe(ssthresh);
    clock.cc.handleRecovered(clock.now, MSS);
    expect(clock.cc.cwnd).toBe(ssthresh);
    const begin = clock.segments;
    for (let second = 1; second <= 12; second++) {
      clock.run(1000);
      const aimd = begin + second * 10 * ALPHA;
      const expected = Math.max(begin + C * second ** 3, aimd);
      expect(Math.abs(clock.segments / expected - 1)).toBeLessThan(0.01);
    }
  });

  it('does not leave its slow start above the threshold [RFC 9438 4.10]', () => {
    const clock = slowStartTo(25);
    clock.congestion('timeout');
    while (clock.cc.cwnd < clock.cc.ssthresh) {
      clock.ack({ isInRecovery: true });
      expect(clock.cc.cwnd).toBeLessThanOrEqual(clock.cc.ssthresh);
    }
  });
});

describe('congestion that was none', () => {
  it('leaves no trace, the function of time included [RFC 9438 4.9.2]', () => {
    const undisturbed = lossAt(1000);
    const clock = lossAt(1000);
    for (const each of [undisturbed, clock]) each.run(4000);
    clock.congestion('loss');
    clock.round({ isInRecovery: true });
    clock.cc.handleSpurious(clock.now);
    undisturbed.now = clock.now;
    expect(clock.cc.cwnd).toBe(undisturbed.cc.cwnd);
    expect(clock.cc.ssthresh).toBe(undisturbed.cc.ssthresh);
    for (let second = 0; second < 10; second++) {
      for (const each of [undisturbed, clock]) each.run(1000);
      expect(clock.cc.cwnd).toBe(undisturbed.cc.cwnd);
    }
  });

  it('leaves W_max as it was: the next loss is below it [RFC 9438 4.9.2]', () => {
    const undisturbed = lossAt(1000);
    const clock = lossAt(1000);
    for (const each of [undisturbed, clock]) each.run(4000);
    clock.congestion('loss');
    clock.cc.handleSpurious(clock.now);
    for (const each of [undisturbed, clock]) {
      each.lose();
      each.run(6000);
    }
    expect(clock.cc.cwnd).toBe(undisturbed.cc.cwnd);
  });

  it('leaves the window as it was up to which Reno is the slower one [RFC 9438 4.9.2]', () => {
    const undisturbed = lossAt(40, { rttMs: 10 });
    const clock = lossAt(40, { rttMs: 10 });
    for (const each of [undisturbed, clock]) each.run(50);
    clock.congestion('loss');
    clock.cc.handleSpurious(clock.now);
    for (const each of [undisturbed, clock]) each.run(100);
    expect(undisturbed.segments).toBeLessThan(40);
    expect(clock.cc.cwnd).toBe(undisturbed.cc.cwnd);
  });

  it('is found out after the recovery, too [RFC 9438 4.9.2]', () => {
    const clock = lossAt(1000);
    clock.run(4000);
    const { cwnd, ssthresh } = clock.cc;
    clock.lose();
    clock.round();
    expect(clock.cc.cwnd).toBeLessThan(cwnd);
    clock.cc.handleSpurious(clock.now);
    expect(clock.cc.cwnd).toBe(cwnd);
    expect(clock.cc.ssthresh).toBe(ssthresh);
  });

  it('is found out too late when the window is back already [RFC 9438 4.9.2]', () => {
    const clock = lossAt(100);
    clock.lose();
    const { ssthresh } = clock.cc;
    while (clock.segments < 75) clock.round();
    const { cwnd } = clock.cc;
    clock.cc.handleSpurious(clock.now);
    expect(clock.cc.cwnd).toBe(cwnd);
    expect(clock.cc.ssthresh).toBe(ssthresh);
  });

  it('gives a time-out back, without the time that it took [RFC 9438 4.9.1]', () => {
    const undisturbed = lossAt(1000);
    const clock = lossAt(1000);
    for (const each of [undisturbed, clock]) each.run(4000);
    clock.now += 20_000;
    clock.congestion('timeout');
    expect(clock.segments).toBe(1);
    clock.congestion('timeout', MSS, false);
    clock.cc.handleSpurious(clock.now);
    expect(clock.cc.cwnd).toBe(undisturbed.cc.cwnd);
    for (const each of [undisturbed, clock]) each.run(3000);
    expect(clock.segments / undisturbed.segments).toBeCloseTo(1, 3);
  });

  it('gives the first slow start back, its HyStart++ included [RFC 9438 4.9.2]', () => {
    const clock = slowStartTo(40, {}, cubicWith({ pacing: false }));
    clock.congestion('loss');
    clock.cc.handleSpurious(clock.now);
    expect(clock.cc.ssthresh).toBe(Number.POSITIVE_INFINITY);
    clock.round();
    expect(clock.segments).toBe(80);
    clock.round({ rttMs: 150 });
    expect(clock.segments).toBeLessThan(120);
  });

  it('is never a mark [RFC 9438 4.9]', () => {
    const clock = slowStartTo(100);
    clock.congestion('ecn');
    clock.cc.handleSpurious(clock.now);
    expect(clock.segments).toBe(70);
  });
});

describe('the first slow start', () => {
  it('ends by HyStart++ with its window as W_max [RFC 9438 4.10]', () => {
    const clock = slowStartTo(50, {}, cubicWith({ pacing: false }));
    clock.round();
    const undelayed = clock.segments;
    let rounds = 0;
    while (clock.cc.ssthresh === Number.POSITIVE_INFINITY) {
      rounds++;
      clock.round({ rttMs: clock.rttMs + 20 * rounds });
    }
    expect(rounds).toBe(5);
    expect(clock.cc.ssthresh).toBe(clock.cc.cwnd);
    // Eight ACKs of doubling and five rounds of a quarter, where doubling would have made 32.
    const begin = clock.segments;
    expect(begin / undelayed).toBeCloseTo((1 + 6 / undelayed) * 1.25 ** 5, 1);
    for (let second = 1; second <= 14; second++) {
      clock.run(1000);
      const expected = Math.max(begin + C * second ** 3, begin + second * 10);
      expect(Math.abs(clock.segments / expected - 1)).toBeLessThan(0.01);
    }
  });

  it('is the only one that delay ends [RFC 9406 4.3]', () => {
    const clock = slowStartTo(50, {}, cubicWith({ pacing: false }));
    clock.congestion('timeout');
    clock.cc.handleRecovered(clock.now, MSS);
    const { ssthresh } = clock.cc;
    for (let i = 0; i < 5; i++) clock.round({ rttMs: clock.rttMs + 50 * i });
    expect(clock.cc.cwnd).toBe(32 * MSS);
    expect(clock.cc.ssthresh).toBe(ssthresh);
  });

  it('does not compare with what was measured before idleness', () => {
    const clock = slowStartTo(50, {}, cubicWith({ pacing: false }));
    clock.round();
    clock.cc.handleIdle(clock.now);
    clock.round({ rttMs: 300 });
    clock.round({ rttMs: 300 });
    expect(clock.cc.cwnd).toBe(4 * initialWindow(MSS));
  });

  it('believes an ACK of many segments when it paces [RFC 9406 4.3]', () => {
    const paced = new AckClock(cubic(MSS), { mss: MSS });
    paced.ack({ ackedBytes: 10 * MSS });
    expect(paced.segments).toBe(20);
    const unpaced = new AckClock(cubicWith({ pacing: false })(MSS), { mss: MSS });
    unpaced.ack({ ackedBytes: 10 * MSS });
    expect(unpaced.segments).toBe(18);
  });
});

describe('the pacing rate', () => {
  const rateIn = (clock: AckClock): number => (clock.cc.pacingRate * clock.rttMs) / clock.cc.cwnd;

  it('is that of two windows a round trip in slow start, of 1.2 after it', () => {
    const clock = slowStartTo(100, {}, cubic);
    expect(rateIn(clock)).toBeCloseTo(2);
    clock.lose();
    expect(rateIn(clock)).toBeCloseTo(1.2);
  });

  it('is no longer that of slow start in its last round', () => {
    const clock = slowStartTo(100, {}, cubic);
    clock.congestion('timeout');
    while (clock.cc.cwnd < 0.5 * clock.cc.ssthresh) {
      if (clock.cc.cwnd > initialWindow(MSS)) expect(rateIn(clock)).toBeCloseTo(2, 1);
      clock.ack({ isInRecovery: true });
    }
    expect(rateIn(clock)).toBeCloseTo(1.2, 1);
  });

  it.each<[string, CongestionControlFactory, number, Partial<{ srttMs: number }>]>([
    ['up to an initial window', cubic, 10, {}],
    ['before the first round trip is measured', cubic, 100, { srttMs: -1 }],
    ['without a round trip', cubic, 100, { srttMs: 0 }],
    ['when it is turned off', cubicWith({ pacing: false }), 100, {}],
  ])('is without bound %s', (_, make, segments, overrides) => {
    const clock = slowStartTo(segments, {}, make);
    clock.ack({ ackedBytes: 0, ...overrides });
    expect(clock.cc.pacingRate).toBe(Number.POSITIVE_INFINITY);
  });
});
