import { describe, expect, it } from 'vitest';
import { BufferPool } from '../../src/memory/buffer-pool.js';

describe('BufferPool', () => {
  it('lends powers of two, takes them back, keeps few', () => {
    const pool = new BufferPool();
    expect(pool.take(1).length).toBe(2048);
    expect(pool.take(2049).length).toBe(4096);
    const buffer = pool.take(5000);
    pool.give(buffer);
    expect(pool.take(8192) === buffer).toBe(true);
    const huge = pool.take(8 * 2 ** 20);
    pool.give(huge);
    expect(pool.take(8 * 2 ** 20) === huge).toBe(false);
    expect(() => pool.take(2 ** 30 + 1)).toThrow(RangeError);
  });
});
