/** Everything that was measured, for other programs. */

import type { MeasuredRow } from '../harness/measure-row.js';
import type { Surroundings } from './surroundings.js';

/** The rows with every run, as JSON. */
export function json(rows: readonly MeasuredRow[], surroundings: Surroundings): string {
  const content = rows.map(({ row, outcomes, failures }) => ({
    name: row.name,
    title: row.title,
    unit: row.unit,
    moreIsBetter: row.moreIsBetter,
    generator: row.generator ?? null,
    outcomes,
    failures,
  }));
  return `${JSON.stringify({ surroundings, rows: content }, null, 2)}\n`;
}
