import { describe, expect, it } from 'vitest';
import { BLOCK_COST, LARGEST_BLOCK } from '../../src/memory/block-pool.js';
import { poolOf } from '../support/memory.js';

describe('BlockPool', () => {
  it('lends powers of two from 64 octets on, and never more than its longest', () => {
    const pool = poolOf();
    const lengths = [1, 64, 65, 2048, 2049, LARGEST_BLOCK, LARGEST_BLOCK + 1, 2 ** 30];
    expect(lengths.map((length) => pool.take(length).bytes.length)).toEqual([
      64,
      64,
      128,
      2048,
      4096,
      LARGEST_BLOCK,
      LARGEST_BLOCK,
      LARGEST_BLOCK,
    ]);
  });

  it('lends again what has come back, and keeps a bounded amount of it', () => {
    const pool = poolOf();
    const block = pool.take(5000);
    block.next = pool.take(1);
    pool.give(block);
    expect(pool.kept).toBe(8192);
    expect(pool.take(8000) === block).toBe(true);
    expect(block.next).toBe(null);
    expect(pool.kept).toBe(0);
    const blocks = Array.from({ length: 100 }, () => pool.take(LARGEST_BLOCK));
    for (const one of blocks) pool.give(one);
    expect(pool.kept).toBe(16 * 2 ** 20);
  });

  it('counts in the budget what is lent', () => {
    const pool = poolOf();
    const { counters } = pool.budget;
    const blocks = [pool.take(1), pool.take(1000)];
    expect(counters.memoryUsed).toBe(64 + 1024 + 2 * BLOCK_COST);
    for (const block of blocks) pool.give(block);
    expect(counters.memoryUsed).toBe(0);
    expect(counters.memoryPeak).toBe(64 + 1024 + 2 * BLOCK_COST);
  });
});
