import { hostLatin1 } from '@netlayers/host';
import { describe, expect, it, vi } from 'vitest';

describe('hostLatin1', () => {
  it('makes a character of the same number of each octet, of any array of octets', () => {
    const octets = Uint8Array.from({ length: 258 }, (_, index) => index);
    const text = hostLatin1()?.(octets, 1, 257);
    const codes = [...(text ?? '')].map((character) => character.charCodeAt(0));
    expect(codes).toEqual([...octets.subarray(1, 257)]);
  });

  it('is null on a host that has none', () => {
    vi.stubGlobal('Buffer', undefined);
    try {
      expect(hostLatin1()).toBeNull();
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
