import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pacer } from '../../src/congestion/pacer.js';

const MSS = 1460;
const KIB64 = 65536;

interface Timing {
  /** How late the host's timer is, ms. */
  readonly lateMs?: number;
  readonly mss?: number;
}

/** Sends whatever is allowed, as soon as it is, until `endMs`; the bytes and the bursts. */
function sendAll(rate: number, endMs: number, { lateMs = 0, mss = MSS }: Timing = {}) {
  const pacer = new Pacer();
  let now = 1000;
  let bytes = 0;
  const bursts: number[] = [];
  while (now < 1000 + endMs) {
    const allowed = pacer.allowance(now, rate, mss);
    if (allowed > 0) {
      pacer.handleSent(now, allowed, rate);
      bytes += allowed;
      bursts.push(allowed);
    }
    expect(pacer.nextReleaseAt(rate, mss)).toBeGreaterThan(now);
    now = pacer.nextReleaseAt(rate, mss) + lateMs;
  }
  return { bytes, bursts };
}

describe('Pacer', () => {
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])(
    'holds nothing at a rate of %d',
    (rate) => {
      const pacer = new Pacer();
      for (let i = 0; i < 3; i++) {
        expect(pacer.allowance(i, rate, MSS)).toBe(Number.POSITIVE_INFINITY);
        pacer.handleSent(i, 1e9, rate);
        expect(pacer.nextReleaseAt(rate, MSS)).toBeLessThanOrEqual(i);
      }
    },
  );

  it.each([
    { mbit: 1, rate: 125, quantum: 2 * MSS },
    { mbit: 10, rate: 1250, quantum: 2 * MSS },
    { mbit: 100, rate: 12_500, quantum: 12_500 },
    { mbit: 10_000, rate: 1_250_000, quantum: KIB64 },
  ])('lets $quantum bytes leave at once at $mbit Mbit/s', ({ rate, quantum }) => {
    expect(new Pacer().allowance(0, rate, MSS)).toBe(quantum);
  });

  it('lets two segments leave even where they are larger than 64 KB', () => {
    expect(new Pacer().allowance(0, 1, 65_495)).toBe(2 * 65_495);
  });

  it.each([1, 125, 1250, 12_500, 125_000, 1_250_000])('keeps a rate of %d bytes per ms', (rate) => {
    const ms = Math.max(400, (200 * MSS) / rate);
    const { bytes } = sendAll(rate, ms);
    expect(bytes / ms / rate).toBeGreaterThan(0.97);
    expect(bytes / ms / rate).toBeLessThan(1.03);
  });

  it.each([125, 12_500, 125_000, 1_250_000])(
    'keeps %d bytes per ms when timers are late by a millisecond',
    (rate) => {
      const { bytes } = sendAll(rate, 4000, { lateMs: 0.9 });
      expect(bytes / 4000 / rate).toBeGreaterThan(0.97);
      expect(bytes / 4000 / rate).toBeLessThan(1.03);
    },
  );

  it('spreads: no burst is larger than a quantum when timers are on time', () => {
    const { bursts } = sendAll(12_500, 500);
    expect(Math.max(...bursts)).toBeLessThanOrEqual(12_501);
    expect(bursts.length).toBeGreaterThan(490);
  });

  it('catches up with one quantum, not more, after idleness', () => {
    const pacer = new Pacer();
    pacer.handleSent(0, pacer.allowance(0, 12_500, MSS), 12_500);
    expect(pacer.allowance(10_000, 12_500, MSS)).toBe(25_000);
    pacer.handleSent(10_000, 25_000, 12_500);
    expect(pacer.allowance(10_000, 12_500, MSS)).toBe(0);
    expect(pacer.nextReleaseAt(12_500, MSS)).toBeCloseTo(10_001);
  });

  it('lets a small write leave without waiting for the time of a quantum', () => {
    const pacer = new Pacer();
    pacer.allowance(0, 125, MSS);
    pacer.handleSent(0, 125, 125);
    expect(pacer.allowance(0.5, 125, MSS)).toBe(0);
    expect(pacer.nextReleaseAt(125, MSS)).toBeCloseTo(1);
    expect(pacer.allowance(1, 125, MSS)).toBe(2 * MSS);
  });

  it('is overdrawn by what had to leave, for the time of one quantum', () => {
    const pacer = new Pacer();
    pacer.allowance(0, 12_500, MSS);
    pacer.handleSent(0, 10_000_000, 12_500);
    expect(pacer.allowance(0, 12_500, MSS)).toBe(0);
    expect(pacer.nextReleaseAt(12_500, MSS)).toBeCloseTo(1);
    expect(pacer.allowance(1, 12_500, MSS)).toBeGreaterThan(0);
  });

  it('goes by the new rate at once when it changes', () => {
    const pacer = new Pacer();
    pacer.handleSent(0, pacer.allowance(0, 1, MSS), 1);
    expect(pacer.nextReleaseAt(1, MSS)).toBe(2 * MSS);
    expect(pacer.nextReleaseAt(2920, MSS)).toBe(1);
    expect(pacer.allowance(1, 2920, MSS)).toBeGreaterThan(0);
  });

  it('forgets its debts when nobody knows a rate any more', () => {
    const pacer = new Pacer();
    pacer.handleSent(0, pacer.allowance(0, 1, MSS), 1);
    pacer.allowance(1, Number.POSITIVE_INFINITY, MSS);
    expect(pacer.allowance(1, 1, MSS)).toBe(2 * MSS);
  });

  it('never starves, and never waits for a moment at which nothing may leave', () => {
    const step = fc.record({
      waitMs: fc.double({ min: 0, max: 50, noNaN: true }),
      rate: fc.oneof(
        fc.double({ min: 1e-3, max: 1e8, noNaN: true }),
        fc.constantFrom(0, Number.NaN, Number.POSITIVE_INFINITY),
      ),
      sent: fc.integer({ min: 0, max: 1_000_000 }),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 50 }),
        fc.double({ min: 0, max: 4e9, noNaN: true }),
        fc.integer({ min: 48, max: 65_495 }),
        (steps, begin, mss) => {
          const pacer = new Pacer();
          let now = begin;
          for (const { waitMs, rate, sent } of steps) {
            now += waitMs;
            if (!(pacer.allowance(now, rate, mss) > 0)) {
              const next = pacer.nextReleaseAt(rate, mss);
              expect(next).toBeGreaterThanOrEqual(now);
              const quantum = Math.max(2 * mss, Math.min(rate, KIB64));
              expect(next - now).toBeLessThanOrEqual(quantum / rate + 1e-3);
              now = next;
              expect(pacer.allowance(now, rate, mss)).toBeGreaterThan(0);
            }
            pacer.handleSent(now, sent, rate);
          }
        },
      ),
      { seed: 9002, numRuns: 300 },
    );
  });
});
