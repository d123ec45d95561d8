/**
 * Summaries of repeated runs. A machine's speed drifts, so what is quoted is the ratio of runs that
 * lay next to each other, and of those the median.
 */

/** The value below which a share of the values lies, between neighbours in proportion; NaN for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.ceil(position)] ?? Number.NaN;
  return low === high ? low : low + (high - low) * (position - below);
}

/** The middle value; the mean of the two middle ones for an even count, NaN for none. */
export const median = (values: readonly number[]): number => quantile(values, 0.5);

/** The middle, and what half of the values lie between. */
export interface Summary {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** The median and the quartiles. */
export const summaryOf = (values: readonly number[]): Summary => ({
  median: median(values),
  low: quantile(values, 0.25),
  high: quantile(values, 0.75),
});

/** The ratios of runs of the same turn. */
export const pairedRatios = (ours: readonly number[], theirs: readonly number[]): number[] =>
  ours.map((value, turn) => value / theirs[turn]!);
