import { describe, expect, it } from 'vitest';
import { initialWindow } from '../../src/congestion/congestion-control.js';
import {
  ALPHA,
  BETA,
  C,
  lossAt,
  MSS,
  plateauAt,
  slowStartTo,
  wCubic,
} from '../support/cubic-clock.js';

describe('congestion avoidance', () => {
  it.each([
    { mss: 1000, ackBytes: 1000 },
    { mss: 1460, ackBytes: 2920 },
    { mss: 536, ackBytes: 5360 },
  ])('follows W_cubic(t), $ackBytes bytes an ACK [RFC 9438 4.2, 4.2 K]', (options) => {
    const wMax = 1000;
    const clock = lossAt(wMax, options);
    expect(plateauAt(wMax, BETA * wMax)).toBeCloseTo(9.086, 3);
    for (let second = 1; second <= 16; second++) {
      clock.run(1000);
      const expected = wCubic(second, wMax, BETA * wMax);
      expect(Math.abs(clock.segments / expected - 1)).toBeLessThan(0.01);
    }
  });

  it('is concave up to W_max, then convex [RFC 9438 4.4, 4.5]', () => {
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

  it('grows by no more than half in a round trip [RFC 9438 4.2 target]', () => {
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

  it('never shrinks for being above the function [RFC 9438 4.2 target]', () => {
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

  it('begins anew when the segment size changes, above W_max with its plateau [RFC 9438 4.2 K]', () => {
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

  it('does not count the time of the recovery [RFC 9438 4.2 t]', () => {
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
  it('is an AIMD with an increase of 0.53 up to the last window, and of 1 after [RFC 9438 4.3, 4.3 alpha]', () => {
    const clock = lossAt(40, { rttMs: 10 });
    let aimd = 28;
    for (let i = 0; i < 60; i++) {
      clock.round();
      aimd += aimd < 40 ? ALPHA : 1;
      expect(Math.abs(clock.segments - aimd)).toBeLessThan(0.5);
    }
    expect(aimd).toBeGreaterThan(70);
  });

  it('counts bytes: few large ACKs are as good as many small ones [RFC 9438 4.3] [RFC 5681 5 ACK division]', () => {
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

  it('does not move t when nothing is in flight, however short [RFC 9438 4.2 t]', () => {
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

  it('moves t as long as something is in flight [RFC 9438 4.2 t]', () => {
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
