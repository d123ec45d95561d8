/**
 * A row of the table: one thing that is measured, in several variants, one of which the others are
 * compared with. The variants of a round run one after the other, so that a slow minute of the
 * machine hits all of them.
 */

import { median, pairedRatio } from './statistics.js';

/** One way to do what a row measures. */
export interface Variant {
  readonly name: string;
  /** Runs once and returns the figure. */
  measure(): Promise<number>;
}

/** What is measured. */
export interface Row {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  /** Whether a larger figure is better. */
  readonly moreIsBetter: boolean;
  readonly variants: readonly Variant[];
  /** Name of the variant that the others are divided by. */
  readonly baseline: string;
}

/** The figures of one variant. */
export interface Outcome {
  readonly row: Row;
  readonly variant: string;
  readonly runs: readonly number[];
  readonly median: number;
  /** Against the baseline: above 1 is better, whatever the unit; 1 for the baseline itself. */
  readonly ratio: number;
}

/** Measures a row. */
export async function measureRow(
  row: Row,
  rounds: number,
  progress: (text: string) => void,
): Promise<Outcome[]> {
  const runs = new Map<string, number[]>(row.variants.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const variant of row.variants) {
      progress(`${row.title}, round ${round} of ${rounds}: ${variant.name}`);
      runs.get(variant.name)!.push(await variant.measure());
    }
  }
  const baseline = runs.get(row.baseline)!;
  return row.variants.map(({ name }) => {
    const values = runs.get(name)!;
    const ratio = row.moreIsBetter ? pairedRatio(values, baseline) : pairedRatio(baseline, values);
    return { row, variant: name, runs: values, median: median(values), ratio };
  });
}
