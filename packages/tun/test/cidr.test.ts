import { describe, expect, it } from 'vitest';
import { formatCidr, maskOf, networksOverlap, parseCidr } from '../src/cidr.js';

it.each([
  ['0.0.0.0/0', 0, 0, 0],
  ['10.0.0.0/8', 0x0a000000, 8, 0xff000000],
  ['128.0.0.0/1', 0x80000000, 1, 0x80000000],
  ['192.0.2.128/25', 0xc0000280, 25, 0xffffff80],
  ['192.0.2.1/32', 0xc0000201, 32, 0xffffffff],
])('%s is a network', (text, address, prefixLength, mask) => {
  expect(parseCidr(text)).toEqual({ address, prefixLength });
  expect(maskOf(prefixLength)).toBe(mask);
  expect(formatCidr(parseCidr(text))).toBe(text);
});

it('takes a bare address for a network of one', () => {
  expect(parseCidr('192.0.2.1')).toEqual({ address: 0xc0000201, prefixLength: 32 });
});

it.each(['', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0/8', '10.0.0.0/8 ', 'x/8', '::/0'])(
  'refuses %j',
  (text) => {
    expect(() => parseCidr(text)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  },
);

it('refuses bits behind the prefix and names the network', () => {
  expect(() => parseCidr('10.1.2.3/16')).toThrow('10.1.0.0/16');
});

describe('networksOverlap', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.2', true],
    ['10.0.0.2', '10.0.0.0/8', true],
    ['10.0.0.2', '10.0.0.3', false],
    ['10.0.0.0/9', '10.128.0.0/9', false],
    ['0.0.0.0/0', '203.0.113.0/24', true],
    ['192.0.2.0/25', '192.0.2.128/25', false],
  ])('%s and %s: %s', (a, b, overlap) => {
    expect(networksOverlap(parseCidr(a), parseCidr(b))).toBe(overlap);
  });
});
