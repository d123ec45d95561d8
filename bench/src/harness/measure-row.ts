/**
 * Measures a row: starts the processes of its variants, gives them turns, and compares.
 */

import { type Comparison, compare } from './claim.js';
import type { Row, Sample, Session, Variant } from './row.js';
import { median, type Summary, summaryOf } from './statistics.js';

const DEFAULT_STARTS = 1;
const DEFAULT_TURNS = 7;

/** The figures of one variant. */
export interface Outcome extends Summary {
  readonly variant: string;
  readonly runs: readonly number[];
  /** Beside each variant that the row names for it. */
  readonly comparisons: readonly Comparison[];
  /** Shares of one core, medians; absent where nobody looked. */
  readonly server?: number;
  readonly client?: number;
}

/** A row and what came of it. */
export interface MeasuredRow {
  readonly row: Row;
  readonly outcomes: readonly Outcome[];
  /** Variants that failed, and why. */
  readonly failures: readonly { readonly variant: string; readonly reason: string }[];
}

/** How long a row takes; what the row itself says counts unless it is given. */
export interface Pace {
  readonly starts?: number | undefined;
  readonly turns?: number | undefined;
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : `${error}`);

/** The variants that still take part, and their runs. */
class Field {
  readonly runs = new Map<Variant, Sample[]>();
  readonly failures: { variant: string; reason: string }[] = [];
  readonly #sessions = new Map<Variant, Session>();

  constructor(variants: readonly Variant[]) {
    for (const variant of variants) this.runs.set(variant, []);
  }

  /** Whoever fails once is out for the rest of the row: its turns would not be comparable. */
  async #try(variant: Variant, act: () => Promise<void>): Promise<void> {
    if (!this.runs.has(variant)) return;
    try {
      await act();
    } catch (error) {
      this.failures.push({ variant: variant.name, reason: reasonOf(error) });
      this.runs.delete(variant);
      const session = this.#sessions.get(variant);
      this.#sessions.delete(variant);
      await session?.close();
    }
  }

  async open(): Promise<void> {
    for (const variant of [...this.runs.keys()]) {
      await this.#try(variant, async () => {
        this.#sessions.set(variant, await variant.open());
      });
    }
  }

  async turn(backwards: boolean, keep: boolean, progress: (name: string) => void): Promise<void> {
    const order = [...this.runs.keys()];
    for (const variant of backwards ? order.reverse() : order) {
      progress(variant.name);
      await this.#try(variant, async () => {
        const sample = await this.#sessions.get(variant)!.measure();
        if (keep) this.runs.get(variant)!.push(sample);
      });
    }
  }

  async close(): Promise<void> {
    for (const session of this.#sessions.values()) await session.close();
    this.#sessions.clear();
  }
}

const busy = (samples: readonly Sample[], side: 'server' | 'client'): number | undefined => {
  const shares = samples.map((sample) => sample[side] ?? Number.NaN).filter(Number.isFinite);
  return shares.length === 0 ? undefined : median(shares);
};

function outcomesOf(row: Row, field: Field): Outcome[] {
  const values = new Map<string, number[]>();
  for (const [{ name }, samples] of field.runs) {
    values.set(
      name,
      samples.map(({ value }) => value),
    );
  }
  return [...field.runs].map(([{ name }, samples]) => {
    const runs = values.get(name)!;
    const comparisons = row.against
      .filter((other) => other !== name && values.has(other))
      .map((other) => compare(runs, values.get(other)!, other, row.moreIsBetter));
    const [server, client] = [busy(samples, 'server'), busy(samples, 'client')];
    return {
      variant: name,
      runs,
      ...summaryOf(runs),
      comparisons,
      ...(server === undefined ? {} : { server }),
      ...(client === undefined ? {} : { client }),
    };
  });
}

/** Measures a row. A variant that fails is left out and named; it does not end the row. */
export async function measureRow(
  row: Row,
  pace: Pace,
  progress: (text: string) => void,
): Promise<MeasuredRow> {
  const starts = pace.starts ?? row.starts ?? DEFAULT_STARTS;
  const turns = pace.turns ?? row.turns ?? DEFAULT_TURNS;
  const field = new Field(row.variants);
  for (let start = 1; start <= starts; start++) {
    progress(`${row.title}: starting`);
    try {
      await field.open();
      for (let turn = row.warmUpTurns ?? 1; turn > 0; turn--) {
        await field.turn(false, false, () => progress(`${row.title}: warm-up`));
      }
      for (let turn = 1; turn <= turns; turn++) {
        await field.turn(turn % 2 === 0, true, (name) =>
          progress(`${row.title}, turn ${turn} of ${turns}: ${name}`),
        );
      }
    } finally {
      await field.close();
    }
  }
  return { row, outcomes: outcomesOf(row, field), failures: field.failures };
}
