import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../src/token-bucket.js';

/** Draws the whole burst each time. */
const zero = () => 0;

const takeAll = (bucket: TokenBucket, now: number): number => {
  let taken = 0;
  while (taken < 1000 && bucket.take(now)) taken++;
  return taken;
};

describe('a token bucket', () => {
  it('gives its burst at once, then its rate', () => {
    const bucket = new TokenBucket(100, 5, zero);
    expect(takeAll(bucket, 1_000_000)).toBe(5);
    expect(takeAll(bucket, 1_000_009)).toBe(0);
    expect(takeAll(bucket, 1_000_010)).toBe(1);
    expect(takeAll(bucket, 1_000_040)).toBe(3);
  });

  it('keeps no more than its burst', () => {
    const bucket = new TokenBucket(100, 5, zero);
    expect(takeAll(bucket, 0)).toBe(5);
    expect(takeAll(bucket, 1_000_000)).toBe(5);
  });

  it('adds up fractions of a token', () => {
    const bucket = new TokenBucket(100, 1, zero);
    let taken = 0;
    for (let now = 0; now < 1000; now += 0.5) if (bucket.take(now)) taken++;
    expect(taken).toBe(100);
  });

  it('gives nothing for time that runs backwards', () => {
    const bucket = new TokenBucket(1000, 1, zero);
    expect(takeAll(bucket, 100)).toBe(1);
    expect(takeAll(bucket, 50)).toBe(0);
    expect(takeAll(bucket, 100)).toBe(0);
    expect(takeAll(bucket, 101)).toBe(1);
  });

  it('with a rate of zero gives its burst once', () => {
    const bucket = new TokenBucket(0, 2, zero);
    expect([takeAll(bucket, 0), takeAll(bucket, 1e9)]).toEqual([2, 0]);
  });

  it('with a burst of zero gives nothing', () => {
    expect(takeAll(new TokenBucket(1000, 0, zero), 1e9)).toBe(0);
  });

  it('holds another number each time it is full, never more than its burst', () => {
    const bucket = new TokenBucket(1000, 40, seededRandom(3).u32);
    const taken: number[] = [];
    for (let now = 0; now < 100_000; now += 1000) taken.push(takeAll(bucket, now));
    expect(new Set(taken).size).toBe(11);
    expect(Math.min(...taken)).toBe(30);
    expect(Math.max(...taken)).toBe(40);
  });
});
