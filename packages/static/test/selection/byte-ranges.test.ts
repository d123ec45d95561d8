import { fuzzSeed, seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { type ByteRange, lengthOf, parseRanges } from '../../src/selection/byte-ranges.js';

describe('one range of a file of 100 bytes [RFC 9110 14.1.2]', () => {
  it.each([
    ['bytes=0-9', [0, 9]],
    ['bytes=0-0', [0, 0]],
    ['bytes=90-', [90, 99]],
    ['bytes=90-500', [90, 99]],
    ['bytes=-10', [90, 99]],
    ['bytes=-500', [0, 99]],
    ['Bytes=5-5', [5, 5]],
    ['bytes = 5-6 ', [5, 6]],
    ['bytes=0-99999999999999999999999', [0, 99]],
    ['bytes=00000000000000000000000-1', [0, 1]],
    ['bytes=-99999999999999999999999', [0, 99]],
  ])('%s', (field, [first, last]) => {
    expect(parseRanges(field, 100, 1)).toEqual([{ first, last }]);
  });
});

describe('a field that misses the file [RFC 9110 14.2]', () => {
  it.each([
    'bytes=100-',
    'bytes=100-200',
    'bytes=99999999999999999999-',
    'bytes=-0',
    'bytes=100-,-0,200-300',
  ])('%s', (field) => {
    expect(parseRanges(field, 100, 32)).toBe('unsatisfiable');
  });
});

describe('a field that is ignored [RFC 9110 14.1.1]', () => {
  it.each([
    'bytes=9-5',
    'bytes=-',
    'bytes=',
    'bytes=,',
    'bytes=a-b',
    'bytes=0x1-2',
    'bytes=+1-2',
    'bytes=1 - 2',
    'bytes=\u00a01-2',
    'bytes=0-1;2-3',
    'bytes=0-1,9-5',
    'bytes=0-1,x',
    'bytes=9007199254740993-9007199254740991',
    'lines=0-9',
    'byte=0-9',
    '0-9',
    '',
  ])('%s', (field) => {
    expect(parseRanges(field, 100, 32)).toBeNull();
  });

  it('any, where the file is empty', () => {
    for (const field of ['bytes=0-', 'bytes=-1']) expect(parseRanges(field, 0, 32)).toBeNull();
  });

  it('more ranges than the bound', () => {
    const field = (count: number): string =>
      `bytes=${Array.from({ length: count }, (_, i) => `${i * 3}-${i * 3}`).join(',')}`;
    expect(parseRanges(field(32), 1000, 32)).toHaveLength(32);
    expect(parseRanges(field(33), 1000, 32)).toBeNull();
    expect(parseRanges('bytes=0-0', 1000, 0)).toBeNull();
    // Also where they would be one in the end.
    expect(parseRanges(`bytes=${'0-,'.repeat(1300)}0-`, 1000, 32)).toBeNull();
  });
});

describe('several ranges [RFC 9110 15.3.7.2]', () => {
  const spans = (field: string): number[][] => {
    const ranges = parseRanges(field, 100, 32);
    if (!Array.isArray(ranges)) throw new Error(`${field} is ${ranges}`);
    return ranges.map(({ first, last }: ByteRange) => [first, last]);
  };

  it.each([
    [
      'bytes=0-1,5-9',
      [
        [0, 1],
        [5, 9],
      ],
    ],
    [
      'bytes=0-1, 5-9 ,, -1',
      [
        [0, 1],
        [5, 9],
        [99, 99],
      ],
    ],
    [
      'bytes=90-,0-0',
      [
        [90, 99],
        [0, 0],
      ],
    ],
    ['bytes=0-1,200-300', [[0, 1]]],
  ])('%s stay in their order', (field, expected) => {
    expect(spans(field)).toEqual(expected);
  });

  it.each([
    ['bytes=0-10,5-20', [[0, 20]]],
    ['bytes=5-9,0-4', [[0, 9]]],
    ['bytes=0-10,11-20', [[0, 20]]],
    [
      'bytes=0-10,12-20',
      [
        [0, 10],
        [12, 20],
      ],
    ],
    [
      'bytes=50-60,0-10,55-70',
      [
        [50, 70],
        [0, 10],
      ],
    ],
    ['bytes=0-10,40-50,20-30,5-45', [[0, 50]]],
    [
      'bytes=80-90,0-10,11-12,-5',
      [
        [80, 90],
        [0, 12],
        [95, 99],
      ],
    ],
    ['bytes=0-,0-,0-,-5', [[0, 99]]],
  ])('%s become fewer', (field, expected) => {
    expect(spans(field)).toEqual(expected);
  });

  it('cover what was asked for, and no byte twice', () => {
    const seed = fuzzSeed(9110);
    const random = seededRandom(seed);
    for (let round = 0; round < 2000; round++) {
      const asked = new Set<number>();
      const specs = Array.from({ length: 1 + random.below(12) }, () => {
        const first = random.below(60);
        const last = Math.min(59, first + random.below(9));
        for (let at = first; at <= last; at++) asked.add(at);
        return `${first}-${last}`;
      });
      const ranges = parseRanges(`bytes=${specs}`, 60, 12) as readonly ByteRange[];
      const sent = ranges.flatMap((range) =>
        Array.from({ length: lengthOf(range) }, (_, i) => range.first + i),
      );
      const context = `seed ${seed}, ${specs}`;
      expect(new Set(sent), context).toEqual(asked);
      expect(sent.length, context).toBe(asked.size);
    }
  });
});
