import { runInNewContext } from 'node:vm';
import { checkOctets, isOctets } from '@netlayers/bytes';
import { describe, expect, it } from 'vitest';

describe('octets', () => {
  it('are what is a Uint8Array, of whatever realm', () => {
    expect(isOctets(new Uint8Array(1))).toBe(true);
    expect(isOctets(Buffer.from('a'))).toBe(true);
    expect(isOctets(runInNewContext('new Uint8Array(3)'))).toBe(true);
    for (const other of ['a', new Int8Array(1), new DataView(new ArrayBuffer(1)), {}, null]) {
      expect(isOctets(other)).toBe(false);
    }
  });

  it('are asked for in words that say what to do', () => {
    const check = (buf: unknown) => () => checkOctets(buf as Uint8Array, 0, 0);
    expect(check('text')).toThrow(/not String; encode text first/);
    expect(check(new Uint16Array(2))).toThrow(/not Uint16Array; wrap other memory first/);
    expect(() => checkOctets(new Uint8Array(3), 1, 4)).toThrow(/1 to 4 is no part of 3 octets/);
  });
});
