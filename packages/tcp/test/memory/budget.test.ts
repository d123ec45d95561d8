import { describe, expect, it } from 'vitest';
import { MemoryBudget } from '../../src/memory/budget.js';
import { memoryCounters } from '../support/memory.js';

const budgetOf = (limit: number) => new MemoryBudget(limit, memoryCounters());

describe('MemoryBudget', () => {
  it('has its levels at a half, three quarters and seven eighths, and remembers its peak', () => {
    const budget = budgetOf(800);
    const levels: string[] = [];
    for (const octets of [399, 1, 199, 1, 99, 1, 100]) {
      budget.take(octets);
      levels.push(`${budget.counters.memoryUsed} ${budget.pressure}`);
    }
    expect(levels).toEqual([
      '399 none',
      '400 moderate',
      '599 moderate',
      '600 high',
      '699 high',
      '700 full',
      '800 full',
    ]);
    expect(budget.hasRoomFor(0)).toBe(true);
    expect(budget.hasRoomFor(1)).toBe(false);
    budget.give(750);
    expect(budget.pressure).toBe('none');
    expect(budget.counters.memoryPeak).toBe(800);
    expect([budget.hasRoomBeyondGap(650), budget.hasRoomBeyondGap(651)]).toEqual([true, false]);
  });

  it('takes from who has held text beyond a gap for longest, and no more than is needed', () => {
    const budget = budgetOf(800);
    const pruned: string[] = [];
    const holder = (name: string) => {
      const self = {
        prune: () => {
          pruned.push(name);
          budget.give(100);
          budget.removePrunable(self);
        },
      };
      budget.addPrunable(self);
      return self;
    };
    for (const name of ['a', 'b', 'c', 'd']) holder(name);
    budget.take(599);
    budget.relieve();
    expect(pruned).toEqual([]);
    budget.take(101);
    budget.relieve();
    expect(pruned).toEqual(['a', 'b']);
  });

  it('refuses a limit that is none', () => {
    for (const limit of [0, -1, Number.NaN]) expect(() => budgetOf(limit)).toThrow(RangeError);
  });
});
