import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { coveringCells, seedOf } from '../src/grid/dimensions.js';
import { compareWithTable } from '../src/grid/goodput-table.js';
import { reportCell } from '../src/grid/report-cell.js';
import { type CellResult, runCell } from '../src/grid/run-cell.js';

/** As `npm run grid` has it: the table was made with this seed. */
const SEED = 1;
const CELLS_PER_TEST = 50;
const TABLE = fileURLToPath(new URL('../GRID.md', import.meta.url));

describe('the covering set of the grid', () => {
  const cells = coveringCells(SEED);
  const results: CellResult[] = [];

  for (let first = 0; first < cells.length; first += CELLS_PER_TEST) {
    const some = cells.slice(first, first + CELLS_PER_TEST);
    const name = `cells ${first} to ${first + some.length - 1}: every byte, an orderly end, no silence, nothing sent twice for no reason`;
    it(name, { timeout: 120_000 }, async () => {
      const reports: string[] = [];
      for (const cell of some) {
        const result = await runCell(cell, seedOf(cell, SEED));
        results.push(result);
        if (result.faults.length > 0) reports.push(await reportCell(result));
      }
      expect(reports.join('\n')).toBe('');
    });
  }

  it('has a few hundred cells, a third of them without loss, reordering and duplication', () => {
    expect(cells.length).toBeGreaterThan(300);
    expect(cells.length).toBeLessThan(700);
    const clean = results.filter(({ isClean }) => isClean);
    expect(clean.length).toBeGreaterThan(50);
  });

  it('is not slower than bench/GRID.md says (`npm run grid -- --update` writes it anew)', () => {
    const { worse } = compareWithTable(results, readFileSync(TABLE, 'utf8'));
    expect(worse.join('\n')).toBe('');
  });

  afterAll(() => {
    if (results.length !== cells.length) return;
    const { better } = compareWithTable(results, readFileSync(TABLE, 'utf8'));
    for (const line of better) console.log(`  grid, better than bench/GRID.md: ${line}`);
  });
});
