/**
 * What a comparison may be quoted for.
 *
 * The quartiles of the ratios of neighbouring runs decide. Where they lie more than 15 % of the median
 * apart, or too few turns were run, the row says *no claim*, whatever its median is. Where 1 lies
 * between them the two are *even*, if neither quartile is more than 5 % away from it; otherwise that,
 * too, is no claim.
 */

import { pairedRatios, type Summary, summaryOf } from './statistics.js';

/** The widest distance of the quartiles, as a share of the median. */
export const WIDEST_SPREAD = 0.15;
/** How far from 1 the quartiles of two that are even may be. */
export const EVEN_WITHIN = 0.05;
/** Fewer turns have no quartiles worth the name. */
export const LEAST_TURNS = 3;

/** What may be said. */
export type Verdict = 'faster' | 'slower' | 'even' | 'no claim';

/** One variant beside another, in the same run. */
export interface Comparison extends Summary {
  /** Name of the other variant. */
  readonly against: string;
  readonly verdict: Verdict;
}

/** What ratios may be quoted for, above 1 being better. */
export function verdictOf({ median, low, high }: Summary, turns: number): Verdict {
  if (turns < LEAST_TURNS || !(high - low <= WIDEST_SPREAD * median)) return 'no claim';
  if (low > 1) return 'faster';
  if (high < 1) return 'slower';
  return low >= 1 - EVEN_WITHIN && high <= 1 + EVEN_WITHIN ? 'even' : 'no claim';
}

/** Compares the runs of two variants, turn by turn; a ratio above 1 is better, whatever the unit. */
export function compare(
  ours: readonly number[],
  theirs: readonly number[],
  against: string,
  moreIsBetter: boolean,
): Comparison {
  const ratios = moreIsBetter ? pairedRatios(ours, theirs) : pairedRatios(theirs, ours);
  const summary = summaryOf(ratios);
  return { ...summary, against, verdict: verdictOf(summary, ratios.length) };
}
