import { parseWeights } from '@netlayers/http';
import { describe, expect, it } from 'vitest';

describe('a list with weights [RFC 9110 12.4.2]', () => {
  it.each([
    ['', {}],
    ['gzip', { gzip: 1 }],
    ['gzip, br;q=0.5 ,, zstd ; q=0', { gzip: 1, br: 0.5, zstd: 0 }],
    ['GZip;Q=0.25', { gzip: 0.25 }],
    ['text/html;level=1;q=0.7', { 'text/html': 0.7 }],
    ['a;q=1.000, b;q=0.001, c;q=1.', { a: 1, b: 0.001, c: 1 }],
    ['a;q=1.001, b;q=2, c;q=-1, d;q=, e;q=0.0001, f;q=x, g;q=0x1', {}],
    [';q=1, , a', { a: 1 }],
    ['a;q=0.2, a;q=0.7, a;q=0', { a: 0.7 }],
  ])('%s', (field, weights) => {
    expect(Object.fromEntries(parseWeights(field))).toEqual(weights);
  });

  it('is read up to its 64th member', () => {
    const names = Array.from({ length: 1000 }, (_, index) => `c${index}`);
    expect([...parseWeights(names.join(',')).keys()]).toEqual(names.slice(0, 64));
  });
});
