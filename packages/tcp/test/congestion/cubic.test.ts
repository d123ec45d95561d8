import { describe, expect, it } from 'vitest';
import {
  type CongestionControlFactory,
  initialWindow,
} from '../../src/congestion/congestion-control.js';
import { cubic, cubicWith } from '../../src/congestion/cubic.js';
import { AckClock, type AckClockOptions } from '../support/ack-clock.js';

const MSS = 1000;
const C = 0.4;
const BETA = 0.7;
const ALPHA = (3 * (1 - BETA)) / (1 + BETA);

const plain = cubicWith({ pacing: false, hystart: false });

/** A clock over a CUBIC in its first slow start, `segments` large. */
function slowStartTo(segments: number, options: AckClockOptions = {}, make = plain): AckClock {
  const mss = options.mss ?? MSS;
  const clock = new AckClock(make(mss), { mss, ...options });
  clock.fillTo(segments);
  expect(clock.segments).toBe(segments);
  return clock;
}

/** A clock over a CUBIC that has just repaired a loss at `segments`. */
function lossAt(segments: number, options: AckClockOptions = {}): AckClock {
  const clock = slowStartTo(segments, options);
  clock.lose();
  expect(clock.segments).toBeCloseTo(BETA * segments, 2);
  return clock;
}

/** Seconds until the plateau at `wMax`, from `cwnd`; both in segments. */
const plateauAt = (wMax: number, cwnd: number): number => Math.cbrt((wMax - cwnd) / C);

/** The closed formula, in segments. */
const wCubic = (seconds: number, wMax: number, cwnd: number): number =>
  C * (seconds - plateauAt(wMax, cwnd)) ** 3 + wMax;

describe('congestion avoidance', () => {
  it.each([
    { mss: 1000, ackBytes: 1000 },
    { mss: 1460, ackBytes: 2920 },
    { mss: 536, ackBytes: 5360 },
  ])('follows W_cubic(t), $ackBytes bytes an ACK [RFC 9438 4.2]', (options) => {
    const wMax = 1000;
    const clock = lossAt(wMax, options);
    expect(plateauAt(wMax, BETA * wMax)).toBeCloseTo(9.086, 3);
    for (let second = 1; second <= 16; second++) {
      clock.run(1000);
      const expected = wCubic(second, wMax, BETA * wMax);
      expect(Math.abs(clock.segments / expected - 1)).toBeLessThan(0.01);
    }
  });

  it('is concave up to W_max, then convex [RFC 9438 4.4]', () => {
    const clock = lossAt(1000);
    const increases: number[] = [];
    for (let i = 0; i < 18; i++) {
      const before = clock.segments;
      clock.run(1000);
      increases.push(clock.segments - before);
    }
    const plateau = increases.indexOf(Math.min(...increases));
    expect(plateau).toBe(9);
    for (let i = 1; i <= plateau; i++) expect(increases[i]).toBeLessThan(increases[i - 1]!);
    for (let i = plateau + 1; i < 18; i++) {
      expect(increases[i]).toBeGreaterThan(increases[i - 1]!);
    }
  });

  it('grows by (target - cwnd) / cwnd for each segment acknowledged [RFC 9438 4.4]', () => {
    const clock = lossAt(1000);
    clock.ack();
    clock.now += 1000;
    clock.ack();
    const before = clock.segments;
    clock.ack();
    const target = wCubic(1 + clock.rttMs / 1000, 1000, 700);
    expect(clock.cc.cwnd - before * MSS).toBeCloseTo(((target - before) / before) * MSS, -1);
    clock.ack({ ackedBytes: 100 * MSS });
    expect(clock.segments - before).toBeCloseTo(((target - before) / before) * 100, 0);
  });

  it('grows by no more than half in a round trip [RFC 9438 4.2]', () => {
    const clock = lossAt(100, { rttMs: 8000 });
    const before = clock.segments;
    // Without the bound the target would be far above: W_cubic(8 s) is 125 segments.
    clock.round();
    expect(clock.segments).toBeGreaterThan(1.3 * before);
    expect(clock.segments).toBeLessThanOrEqual(1.5 * before);
    for (let i = 0; i < 5; i++) {
      const cwnd = clock.segments;
      clock.ack({ ackedBytes: 10 * clock.cc.cwnd });
      expect(clock.segments).toBeGreaterThan(1.49 * cwnd);
      expect(clock.segments).toBeLessThanOrEqual(1.5 * cwnd + 0.001);
      clock.now += 8000;
    }
  });

  it('never shrinks for being above the function [RFC 9438 4.2]', () => {
    const clock = lossAt(1000);
    clock.run(9000);
    let before = clock.cc.cwnd;
    for (let i = 0; i < 1000; i++) {
      // A smaller round trip means a smaller target than the one before.
      clock.ack({ srttMs: i % 2 === 0 ? 500 : 1 });
      expect(clock.cc.cwnd).toBeGreaterThanOrEqual(before);
      before = clock.cc.cwnd;
    }
  });

  it('begins anew when the segment size changes, above W_max with its plateau [RFC 9438 4.2]', () => {
    const clock = lossAt(1000);
    clock.run(14_000);
    expect(clock.segments).toBeGreaterThan(1040);
    clock.cc.setMss(1200);
    const begin = clock.cc.cwnd;
    for (let second = 1; second <= 12; second++) {
      clock.run(1000);
      // Ten round trips a second, each of a segment: Reno's increase above the last window.
      const expected = begin + 1200 * Math.max(C * second ** 3, 10 * second);
      expect(Math.abs(clock.cc.cwnd / expected - 1)).toBeLessThan(0.01);
    }
  });

  it('does not count the time of the recovery [RFC 9438 4.2]', () => {
    const clock = slowStartTo(1000);
    clock.congestion('loss');
    clock.run(30_000, { isInRecovery: true });
    expect(clock.segments).toBeCloseTo(700, 5);
    clock.cc.handleRecovered(clock.now, clock.cc.cwnd);
    clock.run(3000);
    expect(clock.segments / wCubic(3, 1000, 700)).toBeCloseTo(1, 2);
  });
});

describe('the Reno-friendly region', () => {
  it('is an AIMD with an increase of 0.53 up to the last window, and of 1 after [RFC 9438 4.3]', () => {
    const clock = lossAt(40, { rttMs: 10 });
    let aimd = 28;
    for (let i = 0; i < 60; i++) {
      clock.round();
      aimd += aimd < 40 ? ALPHA : 1;
      expect(Math.abs(clock.segments - aimd)).toBeLessThan(0.5);
    }
    expect(aimd).toBeGreaterThan(70);
  });

  it('counts bytes: few large ACKs are as good as many small ones [RFC 9438 4.3]', () => {
    const many = lossAt(40, { rttMs: 10 });
    const few = lossAt(40, { rttMs: 10, ackBytes: 4 * MSS });
    for (let i = 0; i < 20; i++) {
      many.round();
      few.round();
    }
    expect(few.segments).toBeCloseTo(many.segments, 0);
  });

  it('is left when the cubic function is above it [RFC 9438 4.3]', () => {
    const clock = lossAt(100);
    clock.run(1000);
    expect(clock.segments).toBeGreaterThan(70 + 10 * ALPHA + 5);
    expect(clock.segments / wCubic(1, 100, 70)).toBeCloseTo(1, 2);
  });

  it.each([
    { p: 1e-2, rttMs: 100, window: 12 },
    { p: 1e-3, rttMs: 100, window: 38 },
    { p: 1e-4, rttMs: 100, window: 187 },
    { p: 1e-5, rttMs: 100, window: 1054 },
    { p: 1e-3, rttMs: 10, window: 38 },
    { p: 1e-4, rttMs: 10, window: 120 },
  ])(
    'has a window of $window segments at a loss of $p, $rttMs ms [RFC 9438 5.1]',
    ({ p, rttMs, window }) => {
      const clock = slowStartTo(Math.max(window, 20), { rttMs });
      let area = 0;
      let begin = 0;
      for (let cycle = 0; cycle < 12; cycle++) {
        if (cycle === 4) begin = clock.now;
        clock.congestion('loss');
        clock.cc.handleRecovered(clock.now, clock.cc.cwnd);
        for (let i = 0; i < 1 / p; i++) {
          const ms = (clock.rttMs * MSS) / clock.cc.cwnd;
          if (cycle >= 4) area += ms * clock.segments;
          clock.now += ms;
          clock.ack();
        }
      }
      const average = area / (clock.now - begin);
      expect(Math.abs(average / window - 1)).toBeLessThan(0.1);
    },
  );
});

describe('congestion', () => {
  it('leaves 0.7 of the window [RFC 9438 4.6]', () => {
    const clock = slowStartTo(100);
    clock.congestion('loss');
    expect(clock.cc.cwnd).toBe(70 * MSS);
    expect(clock.cc.ssthresh).toBe(70 * MSS);
  });

  it('goes by what was in flight where the window was not used [RFC 9438 4.6]', () => {
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

  it('never leaves less than two segments on loss, and one on a mark [RFC 9438 4.6]', () => {
    const clock = slowStartTo(20);
    for (let i = 0; i < 20; i++) clock.congestion('loss');
    expect(clock.cc.cwnd).toBe(2 * MSS);
    for (let i = 0; i < 20; i++) clock.congestion('ecn');
    expect(clock.cc.cwnd).toBe(MSS);
    expect(clock.cc.ssthresh).toBe(2 * MSS);
  });

  it('takes a mark as it takes loss [RFC 9438 4.6]', () => {
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
  it('leaves one segment, and 0.7 of the window as threshold [RFC 9438 4.8]', () => {
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

describe('a window that is not used', () => {
  it('does not move t: growth goes on where it stopped [RFC 9438 5.8]', () => {
    const undisturbed = lossAt(1000);
    const clock = lossAt(1000);
    for (const each of [undisturbed, clock]) each.run(3000);
    const { cwnd } = clock.cc;
    clock.run(20_000, { isWindowUsed: false });
    expect(clock.cc.cwnd).toBe(cwnd);
    for (const each of [undisturbed, clock]) each.run(3000);
    expect(Math.abs(clock.segments / undisturbed.segments - 1)).toBeLessThan(0.002);
  });

  it('does not move t when nothing is in flight, however short [RFC 9438 4.2]', () => {
    const undisturbed = lossAt(1000);
    const clock = lossAt(1000);
    for (const each of [undisturbed, clock]) each.run(3000);
    for (let i = 0; i < 100; i++) {
      clock.now += 150;
      clock.cc.handleSent(clock.now, MSS, MSS);
    }
    for (const each of [undisturbed, clock]) each.run(3000);
    expect(Math.abs(clock.segments / undisturbed.segments - 1)).toBeLessThan(0.002);
  });

  it('moves t as long as something is in flight [RFC 9438 4.2]', () => {
    const undisturbed = lossAt(1000);
    const clock = lossAt(1000);
    for (const each of [undisturbed, clock]) {
      each.run(3000);
      each.now += 1000;
    }
    clock.cc.handleSent(clock.now, MSS, 2 * MSS);
    for (const each of [undisturbed, clock]) each.run(1000);
    expect(clock.cc.cwnd).toBe(undisturbed.cc.cwnd);
  });

  it('begins again from the initial window when idle, up to three quarters of the last [RFC 7661 4.4.3]', () => {
    const clock = lossAt(1000);
    clock.run(9000);
    const { cwnd } = clock.cc;
    clock.now += 60_000;
    clock.cc.handleIdle(clock.now);
    expect(clock.cc.cwnd).toBe(initialWindow(MSS));
    expect(Math.abs(clock.cc.ssthresh - 0.75 * cwnd)).toBeLessThanOrEqual(1);
    while (clock.cc.cwnd < clock.cc.ssthresh) {
      const before = clock.cc.cwnd;
      clock.round();
      expect(clock.cc.cwnd).toBeLessThanOrEqual(2 * before);
    }
    // And from there as after a loss, with the plateau where the last one was.
    const begin = clock.segments;
    clock.run(4000);
    expect(clock.segments / wCubic(4, 1000, begin)).toBeCloseTo(1, 2);
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
