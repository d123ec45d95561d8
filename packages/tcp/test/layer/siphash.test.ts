import { describe, expect, it } from 'vitest';
import { SipHash } from '../../src/layer/siphash.js';

describe('SipHash-2-4', () => {
  it('gives the published values', () => {
    // Key 00 01 .. 0f; message 00 01 .. (n - 1); halves of the little-endian result.
    const key = [0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c] as const;
    const words = [0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c];
    const hash = new SipHash(key);
    expect([0, 1, 2, 3].map((n) => [hash.hash(words, n), hash.high])).toEqual([
      [0xdd0e0e31, 0x726fdb47],
      [0x277187b7, 0xcf2794e0],
      [0x9a932462, 0x93f5f579],
      [0x860ee5fb, 0x751e8fbc],
    ]);
  });
});
