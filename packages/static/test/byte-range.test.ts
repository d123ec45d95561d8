import { describe, expect, it } from 'vitest';
import { parseRange } from '../src/byte-range.js';

describe('a range of a file of 100 bytes', () => {
  it.each([
    ['bytes=0-9', { first: 0, last: 9 }],
    ['bytes=0-0', { first: 0, last: 0 }],
    ['bytes=90-', { first: 90, last: 99 }],
    ['bytes=90-500', { first: 90, last: 99 }],
    ['bytes=-10', { first: 90, last: 99 }],
    ['bytes=-500', { first: 0, last: 99 }],
    ['Bytes=5-5', { first: 5, last: 5 }],
    ['bytes = 5-6 ', { first: 5, last: 6 }],
    ['bytes=0-99999999999999999999999', { first: 0, last: 99 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=100-200', 'unsatisfiable'],
    ['bytes=99999999999999999999-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=9-5', null],
    ['bytes=-', null],
    ['bytes=', null],
    ['bytes=a-b', null],
    ['bytes=0-1,3-4', null],
    ['bytes=0x1-2', null],
    ['bytes=+1-2', null],
    ['lines=0-9', null],
    ['0-9', null],
    ['', null],
  ])('%s', (field, range) => {
    expect(parseRange(field, 100)).toEqual(range);
  });
});

it('finds nothing in an empty file', () => {
  expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
  expect(parseRange('bytes=-1', 0)).toBe('unsatisfiable');
});
