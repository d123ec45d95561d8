import { describe, expect, it } from 'vitest';
import { coveringCells } from '../src/grid/dimensions.js';
import { compareWithTable, formatTable } from '../src/grid/goodput-table.js';
import type { CellResult } from '../src/grid/run-cell.js';

const results = coveringCells(2).map(
  (cell, index): CellResult => ({
    cell,
    seed: index,
    faults: [],
    ms: 1000,
    kbitPerSecond: 10 + index,
    repeated: 0,
    isClean: false,
  }),
);
const table = formatTable(results);
const changed = (factor: (result: CellResult) => number): CellResult[] =>
  results.map((result) => ({ ...result, kbitPerSecond: result.kbitPerSecond * factor(result) }));

describe('the table of goodput', () => {
  it('finds nothing in the results that it was made of', () => {
    expect(compareWithTable(results, table)).toEqual({ worse: [], better: [] });
  });

  it('names a cell without loss that has become worse by more than a fifth', () => {
    const clean = results.findIndex(
      ({ cell }) => cell.loss === '0' && cell.reorder === 'none' && cell.duplicate === 0,
    );
    const { worse } = compareWithTable(
      changed((result) => (result === results[clean] ? 0.7 : 1)),
      table,
    );
    expect(worse.length).toBe(1);
    expect(worse[0]).toContain('loss=0 ');
  });

  it('lets one cell with loss go its own way, but not all of them', () => {
    const lossy = results.find(({ cell }) => cell.loss === '5%');
    expect(
      compareWithTable(
        changed((result) => (result === lossy ? 0.5 : 1)),
        table,
      ).worse,
    ).toEqual([]);
    const { worse } = compareWithTable(
      changed(({ cell }) => (cell.loss === '5%' ? 0.7 : 1)),
      table,
    );
    expect(worse.join()).toContain('loss 5%');
  });

  it('reports what has become better, and asks for cells that it does not know', () => {
    const { worse, better } = compareWithTable(
      changed(() => 2),
      table,
    );
    expect(worse).toEqual([]);
    expect(better.length).toBeGreaterThan(20);
    expect(compareWithTable(results, '').worse.length).toBe(results.length);
  });
});
