import { describe, expect, it } from 'vitest';
import { BEFORE, changesOf, isLoss, passes } from '../src/guard/verdict.js';
import { measureRow } from '../src/harness/measure-row.js';
import type { Variant } from '../src/harness/row.js';

const variant = (name: string, values: readonly number[]): Variant => {
  let next = 0;
  return {
    name,
    open: async () => ({
      measure: async () => {
        const value = values[next++ % values.length]!;
        if (Number.isNaN(value)) throw new Error('broken');
        return { value };
      },
      close: async () => {},
    }),
  };
};

/** The changes of a row with the figures of now and of before. */
async function changes(now: readonly number[], before: readonly number[]) {
  const variants = [variant('ours', now), variant(`ours${BEFORE}`, before)];
  const row = { name: 'r', title: 'row', unit: 'u', moreIsBetter: true, variants, warmUpTurns: 0 };
  const measured = await measureRow({ ...row, against: [`ours${BEFORE}`] }, {}, () => {});
  return changesOf(measured);
}

describe('the guard', () => {
  it('calls it a loss where three quarters of the ratios are below 0.9', () => {
    expect(isLoss({ high: 0.89 })).toBe(true);
    expect(isLoss({ high: 0.91 })).toBe(false);
  });

  it('lets pass what is as fast, a little slower, or slower within a wide spread', async () => {
    for (const now of [[100], [91], [60, 95, 100]]) {
      const found = await changes(now, [100]);
      expect(found.map(({ kind }) => kind)).toEqual(['kept']);
      expect(passes(found)).toBe(true);
    }
  });

  it('stops a loss of more than a tenth', async () => {
    const found = await changes([85, 86, 84], [100]);
    expect(found).toMatchObject([{ variant: 'ours', kind: 'lost', ratio: { median: 0.85 } }]);
    expect(passes(found)).toBe(false);
  });

  it('stops what runs no more, and lets pass what did not run before', async () => {
    const broken = await changes([Number.NaN], [100]);
    expect(broken.map(({ kind }) => kind)).toEqual(['failed']);
    expect(passes(broken)).toBe(false);
    const added = await changes([100], [Number.NaN]);
    expect(added.map(({ kind }) => kind)).toEqual(['not before']);
    expect(passes(added)).toBe(true);
  });
});
