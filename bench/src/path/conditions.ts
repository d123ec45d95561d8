/**
 * The path on which goodput is measured, in virtual time and between namespaces alike: 100 Mbit/s, a
 * queue of one bandwidth-delay product (at least 64 KB), MTU 1500, and one kind of fault at a time,
 * in both directions, so that ACKs are lost too.
 */

import type { Impairments } from '@netlayers/sim';

/** A kind of fault. */
export interface Condition {
  readonly name: string;
  impair(rttMs: number): Impairments;
}

const randomLoss = (percent: number): Condition => ({
  name: `loss ${percent}%`,
  impair: () => ({ loss: percent / 100 }),
});

/** Every condition, in the order of the table. */
export const CONDITIONS: readonly Condition[] = [
  { name: 'loss 0', impair: () => ({}) },
  randomLoss(0.1),
  randomLoss(1),
  randomLoss(3),
  {
    // Every hundredth packet comes an eighth of the RTT late.
    name: 'reorder 1%',
    impair: (rttMs) => ({ reorder: { probability: 0.01, extraMs: Math.max(1, rttMs / 8) } }),
  },
  {
    // Five in a row, a quarter of a percent of all; a burst ends after 50 ms in any case.
    name: 'burst',
    impair: () => ({
      burstLoss: { probability: 0.0005, endProbability: 0.2, longestMs: 50 },
    }),
  },
];

/** Round-trip times of the table, in ms. */
export const RTTS = [10, 50, 200] as const;
export const RATE_MBIT = 100;
export const PATH_MTU = 1500;

const SMALLEST_QUEUE = 65_536;

/** How long a run is: slow start of a long path needs its time. */
export const secondsOf = (rttMs: number): number => (rttMs >= 200 ? 20 : 10);

/** What one direction of the path does. */
export function pathImpairments(
  condition: Condition,
  rttMs: number,
  rateMbit = RATE_MBIT,
): Impairments {
  return {
    rateBitsPerSecond: rateMbit * 1e6,
    queuePackets: Number.POSITIVE_INFINITY,
    queueBytes: Math.max(SMALLEST_QUEUE, (rateMbit * 1e6 * rttMs) / 8000),
    delayMs: rttMs / 2,
    ...condition.impair(rttMs),
  };
}
