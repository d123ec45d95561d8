import { describe, expect, it } from 'vitest';
import { measureRow } from '../src/harness/measure-row.js';
import type { Row, Variant } from '../src/harness/row.js';

/** A variant whose figures are given; what happens is noted. */
function variant(name: string, values: readonly number[], log: string[]): Variant {
  let next = 0;
  return {
    name,
    open: async () => {
      log.push(`open ${name}`);
      return {
        measure: async () => {
          log.push(name);
          const value = values[next++ % values.length]!;
          if (Number.isNaN(value)) throw new Error(`${name} broke`);
          return { value, server: value / 10 };
        },
        close: async () => void log.push(`close ${name}`),
      };
    },
  };
}

const row = (variants: readonly Variant[], more: Partial<Row> = {}): Row => ({
  name: 'row',
  title: 'a row',
  unit: 'things',
  moreIsBetter: true,
  variants,
  against: ['b'],
  warmUpTurns: 0,
  ...more,
});

const quiet = (): void => {};

describe('a measured row', () => {
  it('gives its variants turns, every other one backwards, while all of them are open', async () => {
    const log: string[] = [];
    await measureRow(row([variant('a', [1], log), variant('b', [1], log)]), { turns: 2 }, quiet);
    expect(log).toEqual(['open a', 'open b', 'a', 'b', 'b', 'a', 'close a', 'close b']);
  });

  it('starts them as often as it is told and throws the warm-up away', async () => {
    const log: string[] = [];
    const measured = await measureRow(
      row([variant('a', [9, 1, 2, 9, 3, 4], log)], { warmUpTurns: 1, starts: 2, turns: 2 }),
      {},
      quiet,
    );
    expect(measured.outcomes[0]!.runs).toEqual([1, 2, 3, 4]);
    expect(log.filter((each) => each === 'open a')).toHaveLength(2);
  });

  it('compares with the variants that it names, and never with itself', async () => {
    const [a, b] = [variant('a', [2], []), variant('b', [1], [])];
    const { outcomes } = await measureRow(row([a, b], { against: ['b', 'c'] }), {}, quiet);
    expect(outcomes.map(({ comparisons }) => comparisons.map(({ against }) => against))).toEqual([
      ['b'],
      [],
    ]);
    expect(outcomes[0]!.comparisons[0]).toMatchObject({ median: 2, verdict: 'faster' });
    expect(outcomes[0]!.server).toBeCloseTo(0.2);
    expect(outcomes[0]!.client).toBeUndefined();
  });

  it('goes on without a variant that fails, closes it at once and names it', async () => {
    const log: string[] = [];
    const broken = variant('broken', [1, Number.NaN], log);
    const { outcomes, failures } = await measureRow(
      row([broken, variant('b', [1], log)]),
      { turns: 3 },
      quiet,
    );
    expect(failures).toEqual([{ variant: 'broken', reason: 'broken broke' }]);
    expect(outcomes.map(({ variant: name, runs }) => [name, runs.length])).toEqual([['b', 3]]);
    expect(log.filter((each) => each === 'close broken')).toHaveLength(1);
  });
});
