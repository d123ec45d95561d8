import { describe, expect, it } from 'vitest';
import {
  type Cell,
  cellAt,
  cellName,
  contains,
  coveringCells,
  DIMENSION_NAMES,
  productOf,
  seedOf,
  select,
  valuesOf,
  valueText,
} from '../src/grid/dimensions.js';

describe('the cells of the grid', () => {
  it('cover every pair of values of any two dimensions', () => {
    const cells = coveringCells(1);
    const missing: string[] = [];
    for (const first of DIMENSION_NAMES) {
      for (const second of DIMENSION_NAMES) {
        if (first === second) continue;
        const seen = new Set(
          cells.map((cell) => `${valueText(cell, first)} ${valueText(cell, second)}`),
        );
        for (const one of valuesOf(first)) {
          for (const other of valuesOf(second)) {
            if (!seen.has(`${one} ${other}`)) missing.push(`${first}=${one} ${second}=${other}`);
          }
        }
      }
    }
    expect(missing).toEqual([]);
  });

  it('have names and seeds of their own', () => {
    const cells = coveringCells(1);
    expect(new Set(cells.map(cellName)).size).toBe(cells.length);
    expect(new Set(cells.map((cell) => seedOf(cell, 1))).size).toBe(cells.length);
    expect(seedOf(cells[0]!, 2)).not.toBe(seedOf(cells[0]!, 1));
  });
});

describe('a filter', () => {
  it('leaves the values that it names, and all of the other dimensions', () => {
    const all = select('');
    const some = select('loss=1%|5%, mtu=68');
    expect(productOf(some)).toBe(
      (productOf(all) / valuesOf('loss').length / valuesOf('mtu').length) * 2,
    );
    for (const number of [0, 1, 999, productOf(some) - 1]) {
      const cell = cellAt(some, number);
      expect(['1%', '5%']).toContain(cell.loss);
      expect(cell.mtu).toBe(68);
      expect(contains(some, cell)).toBe(true);
      expect(contains(select('mtu=1500'), cell)).toBe(false);
    }
  });

  it('numbers every cell of its product once', () => {
    const some = select(
      'loss=0 rttMs=0|1 reorder=none duplicate=0% mtu=68|1500 peerMss=0 sendBuffer=1M',
    );
    const names = new Set<string>();
    for (let number = 0; number < productOf(some); number++)
      names.add(cellName(cellAt(some, number)));
    expect(names.size).toBe(productOf(some));
  });

  it('understands the names that cells have', () => {
    const [cell] = coveringCells(1) as [Cell];
    expect(productOf(select(cellName(cell)))).toBe(1);
    expect(cellAt(select(cellName(cell)), 0)).toEqual(cell);
  });

  it('is refused for a dimension or a value that does not exist', () => {
    expect(() => select('colour=red')).toThrow(/loss, rttMs/);
    expect(() => select('mtu=1501')).toThrow(/1500/);
  });
});
