/**
 * What every congestion control must do, whatever its algorithm. One that sets its window from a
 * model of the path (BBR) is not asked to answer the very event: `isLossBased: false`.
 */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CongestionControl,
  type CongestionControlFactory,
  initialWindow,
} from '../../src/congestion/congestion-control.js';
import { AckClock } from './ack-clock.js';

const MSS = 1000;

/** One thing that may happen to a congestion control; some leave it with less than two segments. */
interface Happening {
  readonly happen: (clock: AckClock) => void;
  readonly reachesOne?: true;
}

const bytes = fc.integer({ min: 0, max: 200_000 });

const acknowledgment = fc
  .record({
    waitMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 500, noNaN: true })),
    ackedBytes: bytes,
    rttMs: fc.oneof(fc.constant(-1), fc.double({ min: 0, max: 2000, noNaN: true })),
    roundEnded: fc.boolean(),
    isWindowUsed: fc.boolean(),
    isInRecovery: fc.boolean(),
    isAppLimited: fc.boolean(),
    deliveryRate: fc.double({ min: 0, max: 1e6, noNaN: true }),
  })
  .map(
    ({ waitMs, ...sample }): Happening => ({
      happen: (clock) => {
        clock.now += waitMs;
        clock.ack({ ...sample, srttMs: sample.rttMs, minRttMs: sample.rttMs });
      },
    }),
  );

const event = (happen: (clock: AckClock, size: number) => void): fc.Arbitrary<Happening> =>
  bytes.map((size) => ({ happen: (clock) => happen(clock, size) }));

const eventToOne = (happen: (clock: AckClock, size: number) => void): fc.Arbitrary<Happening> =>
  bytes.map((size) => ({ happen: (clock) => happen(clock, size), reachesOne: true }));

const happenings: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 20, arbitrary: acknowledgment },
  event((clock, size) => clock.congestion('loss', size)),
  eventToOne((clock, size) => clock.congestion('ecn', size)),
  eventToOne((clock, size) => clock.congestion('timeout', size, true)),
  eventToOne((clock, size) => clock.congestion('timeout', size, false)),
  event((clock, size) => clock.cc.handleRecovered(clock.now, size)),
  event((clock, size) => clock.cc.handleSent(clock.now, size, size + 5000)),
  event((clock, size) => clock.cc.handleSent(clock.now, size, size)),
  event((clock, size) => {
    clock.cc.handleLost(clock.now, size, size * 2, size, clock.sample.delivered);
  }),
  event((clock) => clock.cc.handleSpurious(clock.now)),
  eventToOne((clock) => clock.cc.handleSynLoss()),
  event((clock) => clock.cc.handleIdle(clock.now)),
);

function expectSound(cc: CongestionControl, mss: number): void {
  expect(Number.isFinite(cc.cwnd)).toBe(true);
  expect(cc.cwnd).toBeGreaterThanOrEqual(mss);
  expect(cc.ssthresh).toBeGreaterThanOrEqual(mss);
  expect(cc.pacingRate).toBeGreaterThan(0);
}

/** Runs the suite for the algorithm that `make` makes. */
export function congestionSuite(
  name: string,
  make: CongestionControlFactory,
  { isLossBased = true }: { readonly isLossBased?: boolean } = {},
): void {
  const clockOf = (mss = MSS): AckClock => new AckClock(make(mss), { mss });

  describe(`${name}, as every congestion control [RFC 9293 MAY-18]`, () => {
    it.each([48, 536, 1460, 8960, 65495])(
      'begins with the initial window of RFC 6928 at an MSS of %i [RFC 6928 2]',
      (mss) => {
        expect(make(mss).cwnd).toBe(initialWindow(mss));
        expect(make(mss).ssthresh).toBe(Number.POSITIVE_INFINITY);
      },
    );

    it('counts the segments of the size that is agreed upon [RFC 9293 3.7.1]', () => {
      const cc = make(1460);
      cc.setMss(536);
      expect(cc.cwnd).toBe(initialWindow(536));
      cc.handleSynLoss();
      cc.setMss(256);
      expect(cc.cwnd).toBe(256);
    });

    it('never has less than a segment of a new size', () => {
      const clock = clockOf(100);
      clock.congestion('timeout');
      clock.cc.setMss(1460);
      expectSound(clock.cc, 1460);
      clock.cc.handleRecovered(clock.now, 0);
      expectSound(clock.cc, 1460);
    });

    it('starts from one segment when the SYN was lost [RFC 5681 3.1 SYN loss]', () => {
      const cc = make(MSS);
      cc.handleSynLoss();
      expect(cc.cwnd).toBe(MSS);
    });

    it('grows in slow start, at most to the double in a round trip [RFC 5681 3.1 (2)]', () => {
      const clock = clockOf();
      for (let i = 0; i < 6; i++) {
        const before = clock.cc.cwnd;
        clock.round();
        expect(clock.cc.cwnd).toBeGreaterThan(before);
        if (isLossBased) expect(clock.cc.cwnd).toBeLessThanOrEqual(2 * before);
      }
    });

    it('does not take a time-out for a reason to send more [RFC 5681 3.1 loss window]', () => {
      const clock = clockOf();
      for (let i = 0; i < 4; i++) clock.round();
      const before = clock.cc.cwnd;
      clock.congestion('timeout');
      expect(clock.cc.cwnd).toBeLessThan(before);
      expect(clock.cc.cwnd).toBeGreaterThanOrEqual(MSS);
    });

    it('survives acknowledgments of no bytes', () => {
      const clock = clockOf();
      for (let i = 0; i < 3; i++) clock.round();
      clock.lose();
      const before = clock.cc.cwnd;
      for (let i = 0; i < 1000; i++) clock.ack({ ackedBytes: 0, rttMs: -1 });
      expectSound(clock.cc, MSS);
      if (isLossBased) expect(clock.cc.cwnd).toBeLessThanOrEqual(before);
    });

    it('is sound after whatever happens, and has one segment only for a reason', () => {
      const story = fc.array(happenings, { maxLength: 120 });
      fc.assert(
        fc.property(story, fc.constantFrom(48, 1000, 1460, 65495), (events, mss) => {
          const clock = clockOf(mss);
          let mayHaveOne = false;
          for (const { happen, reachesOne = false } of events) {
            happen(clock);
            expectSound(clock.cc, mss);
            const hasTwo = clock.cc.cwnd >= 2 * mss;
            mayHaveOne = !hasTwo && (mayHaveOne || reachesOne);
            if (isLossBased) expect(hasTwo || mayHaveOne).toBe(true);
          }
        }),
        { seed: 5681, numRuns: 200 },
      );
    });

    it('is sound when the segment size changes in between', () => {
      const resize = fc.integer({ min: 48, max: 9000 });
      const story = fc.array(fc.oneof({ weight: 8, arbitrary: happenings }, resize), {
        maxLength: 100,
      });
      fc.assert(
        fc.property(story, (events) => {
          let mss = MSS;
          const clock = clockOf();
          for (const event of events) {
            if (typeof event === 'number') {
              mss = event;
              clock.cc.setMss(mss);
            } else event.happen(clock);
            expectSound(clock.cc, mss);
          }
        }),
        { seed: 9293, numRuns: 150 },
      );
    });
  });

  if (isLossBased) lossBasedSuite(name, clockOf);
}

function lossBasedSuite(name: string, clockOf: () => AckClock): void {
  describe(`${name}, as every congestion control that looks for loss`, () => {
    it.each(['slow start', 'congestion avoidance'])(
      'does not grow a window that is not used, in %s [RFC 7661 4.3]',
      (phase) => {
        const clock = clockOf();
        for (let i = 0; i < 3; i++) clock.round();
        if (phase === 'congestion avoidance') clock.lose();
        const before = clock.cc.cwnd;
        for (let i = 0; i < 20; i++) clock.round({ isWindowUsed: false });
        expect(clock.cc.cwnd).toBe(before);
      },
    );

    it('does not grow in fast recovery [RFC 5681 3.2 recovery]', () => {
      const clock = clockOf();
      for (let i = 0; i < 3; i++) clock.round();
      clock.congestion('loss');
      const before = clock.cc.cwnd;
      for (let i = 0; i < 5; i++) clock.round({ isInRecovery: true });
      expect(clock.cc.cwnd).toBe(before);
    });

    it.each(['loss', 'ecn'] as const)('shrinks at once on %s [RFC 5681 3.2 step 2]', (cause) => {
      const clock = clockOf();
      for (let i = 0; i < 3; i++) clock.round();
      const before = clock.cc.cwnd;
      clock.congestion(cause);
      expect(clock.cc.cwnd).toBeLessThanOrEqual(0.7 * before);
      expect(clock.cc.ssthresh).toBe(clock.cc.cwnd);
    });

    it('has no threshold below two segments [RFC 5681 3.1 (4)]', () => {
      const clock = clockOf();
      for (let i = 0; i < 20; i++) clock.lose();
      expect(clock.cc.ssthresh).toBe(2 * MSS);
      expect(clock.cc.cwnd).toBe(2 * MSS);
      for (let i = 0; i < 20; i++) clock.congestion('timeout');
      expect(clock.cc.ssthresh).toBe(2 * MSS);
      expect(clock.cc.cwnd).toBe(MSS);
    });

    it('begins from one segment after a time-out, and again below the threshold [RFC 5681 3.1 loss window, 3.1 repeated] [RFC 3465 2.3]', () => {
      const clock = clockOf();
      for (let i = 0; i < 3; i++) clock.round();
      clock.congestion('timeout');
      const { ssthresh } = clock.cc;
      expect(clock.cc.cwnd).toBe(MSS);
      clock.round({ isInRecovery: true });
      expect(clock.cc.cwnd).toBe(2 * MSS);
      clock.round({ isInRecovery: true });
      expect(clock.cc.cwnd).toBe(4 * MSS);
      // One ACK for data of long ago opens the window by one segment (RFC 3465, 2.3).
      clock.ack({ ackedBytes: 10 * MSS, isInRecovery: true });
      expect(clock.cc.cwnd).toBe(5 * MSS);
      // The same segment lost again: the threshold stays.
      clock.congestion('timeout', MSS, false);
      expect(clock.cc.cwnd).toBe(MSS);
      expect(clock.cc.ssthresh).toBe(ssthresh);
    });

    it('does not leave a recovery with a burst [RFC 6582 3.2 step 3 full]', () => {
      const clock = clockOf();
      for (let i = 0; i < 3; i++) clock.round();
      clock.congestion('loss');
      clock.cc.handleRecovered(clock.now, 3 * MSS);
      expect(clock.cc.cwnd).toBe(4 * MSS);
    });

    it.each(['loss', 'timeout'] as const)('takes a spurious %s back [RFC 4015 3.2]', (cause) => {
      const clock = clockOf();
      for (let i = 0; i < 3; i++) clock.round();
      clock.lose();
      for (let i = 0; i < 3; i++) clock.round();
      const { cwnd, ssthresh } = clock.cc;
      clock.congestion(cause);
      clock.cc.handleSpurious(clock.now);
      expect(clock.cc.cwnd).toBe(cwnd);
      expect(clock.cc.ssthresh).toBe(ssthresh);
      // Nor does the end of the recovery that was none take anything.
      clock.cc.handleRecovered(clock.now, MSS);
      clock.cc.handleSpurious(clock.now);
      expect(clock.cc.cwnd).toBe(cwnd);
    });

    it('falls back to the initial window when idle [RFC 5681 4.1]', () => {
      const clock = clockOf();
      for (let i = 0; i < 4; i++) clock.round();
      clock.cc.handleIdle(clock.now + 60_000);
      expect(clock.cc.cwnd).toBe(initialWindow(MSS));
    });
  });
}
