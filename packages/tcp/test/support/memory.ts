/**
 * A budget and a pool on their own, for tests of what stands on them.
 */

import { BlockPool } from '../../src/memory/block-pool.js';
import { MemoryBudget, type MemoryCounters } from '../../src/memory/budget.js';

export const memoryCounters = (): MemoryCounters => ({
  memoryUsed: 0,
  memoryPeak: 0,
  memoryPressures: 0,
  windowsShrunk: 0,
  outOfOrderPruned: 0,
  textRefused: 0,
});

export const poolOf = (limit = 2 ** 30): BlockPool =>
  new BlockPool(new MemoryBudget(limit, memoryCounters()));
