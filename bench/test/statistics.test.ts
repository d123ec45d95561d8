import { describe, expect, it } from 'vitest';
import { compare, verdictOf } from '../src/harness/claim.js';
import { median, pairedRatios, quantile, summaryOf } from '../src/harness/statistics.js';

describe('statistics', () => {
  it('takes the middle value, or the mean of the two middle ones', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('interpolates between neighbours and leaves its input as it was', () => {
    const values = [40, 10, 30, 20, 50];
    expect(quantile(values, 0.25)).toBe(20);
    expect(quantile(values, 0.9)).toBeCloseTo(46);
    expect(quantile(values, 1)).toBe(50);
    expect(values).toEqual([40, 10, 30, 20, 50]);
  });

  it('summarises by the median and the quartiles', () => {
    expect(summaryOf([1, 2, 3, 4, 5])).toEqual({ median: 3, low: 2, high: 4 });
  });

  it('divides runs of the same turn', () => {
    expect(pairedRatios([2, 9], [1, 3])).toEqual([2, 3]);
  });
});

describe('what a comparison may be quoted for', () => {
  const verdict = (low: number, median: number, high: number, turns = 7): string =>
    verdictOf({ low, median, high }, turns);

  it('is faster or slower where both quartiles say so', () => {
    expect(verdict(1.9, 2, 2.1)).toBe('faster');
    expect(verdict(0.45, 0.47, 0.5)).toBe('slower');
  });

  it('is nothing where the quartiles are more than 15 % of the median apart', () => {
    expect(verdict(2, 2.2, 2.4)).toBe('no claim');
    expect(verdict(2, 2.2, 2.32)).toBe('faster');
  });

  it('is nothing where they are on both sides of 1 and not near it', () => {
    expect(verdict(0.94, 1.01, 1.04)).toBe('no claim');
    expect(verdict(0.96, 1.01, 1.04)).toBe('even');
  });

  it('is nothing for two turns, and for figures that are none', () => {
    expect(verdict(2, 2, 2, 2)).toBe('no claim');
    expect(verdict(Number.NaN, Number.NaN, Number.NaN)).toBe('no claim');
  });

  it('is about better and worse, not about larger and smaller', () => {
    expect(compare([2, 2, 2], [1, 1, 1], 'other', true)).toMatchObject({
      median: 2,
      verdict: 'faster',
    });
    expect(compare([2, 2, 2], [1, 1, 1], 'other', false)).toMatchObject({
      median: 0.5,
      verdict: 'slower',
    });
  });

  it('takes neighbours: a machine that becomes slower in between bends nothing', () => {
    const comparison = compare([100, 50, 10], [50, 25, 5], 'other', true);
    expect(comparison).toMatchObject({ median: 2, low: 2, high: 2, verdict: 'faster' });
  });
});
