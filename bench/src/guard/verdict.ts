/**
 * Whether something was lost: a row whose ratios of now to before lie below 0.9 with three quarters of
 * them, so that the loss is more than 10 % and more than the spread. A variant that runs no more is lost,
 * too; one that did not run before cannot be.
 */

import type { Comparison } from '../harness/claim.js';
import type { MeasuredRow } from '../harness/measure-row.js';

/** What a row may lose. */
export const MOST_LOST = 0.1;

/** What the variants of the commit before are called, behind the name of those of now. */
export const BEFORE = ', before';

/** What has become of one variant of a row. */
export interface Change {
  readonly title: string;
  readonly variant: string;
  readonly kind: 'lost' | 'kept' | 'failed' | 'not before';
  readonly ratio?: Comparison;
}

/** Whether a ratio of now to before is a loss. */
export const isLoss = (ratio: Pick<Comparison, 'high'>): boolean => ratio.high < 1 - MOST_LOST;

/** The changes of a row, one for each of its variants. */
export function changesOf({ row, outcomes, failures }: MeasuredRow): Change[] {
  const names = row.variants.map(({ name }) => name).filter((name) => !name.endsWith(BEFORE));
  return names.map((variant): Change => {
    const common = { title: row.title, variant };
    if (failures.some((failure) => failure.variant === variant))
      return { ...common, kind: 'failed' };
    const ratio = outcomes
      .find((outcome) => outcome.variant === variant)
      ?.comparisons.find(({ against }) => against === variant + BEFORE);
    if (ratio === undefined) return { ...common, kind: 'not before' };
    return { ...common, kind: isLoss(ratio) ? 'lost' : 'kept', ratio };
  });
}

/** Whether the guard lets it pass. */
export const passes = (changes: readonly Change[]): boolean =>
  changes.every(({ kind }) => kind === 'kept' || kind === 'not before');
