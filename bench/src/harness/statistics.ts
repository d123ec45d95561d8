/**
 * Summaries of repeated runs. A machine's speed drifts, so what is quoted is the ratio of runs that
 * lay next to each other, and of those the median.
 */

/** The middle value; the mean of the two middle ones for an even count, NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The median of the ratios of runs of the same round. */
export const pairedRatio = (ours: readonly number[], theirs: readonly number[]): number =>
  median(ours.map((value, round) => value / theirs[round]!));
