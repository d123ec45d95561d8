import { checksum, checksumFold, checksumSum, pseudoHeaderSum } from '@netlayers/bytes';
import { describe, expect, it } from 'vitest';

/** The definition, word by word. */
function reference(buf: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < buf.length; at += 2) {
    sum += (buf[at]! << 8) | (at + 1 < buf.length ? buf[at + 1]! : 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum;
}

describe('checksum', () => {
  it('sums the example of RFC 1071, 3', () => {
    const data = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
    expect(checksumFold(checksumSum(data, 0, 8))).toBe(0xddf2);
    expect(checksum(data, 0, 8)).toBe(0x220d);
  });

  it('agrees with the definition at every alignment and length', () => {
    const slab = Uint8Array.from(
      { length: 4200 },
      (_, index) => (index * 197 + (index >> 5)) & 0xff,
    );
    for (let start = 0; start < 9; start++) {
      for (const length of [0, 1, 2, 3, 19, 20, 63, 64, 65, 66, 67, 71, 128, 1459, 1460, 4096]) {
        const run = slab.subarray(start, start + length);
        expect(checksumFold(checksumSum(slab, start, start + length)) % 0xffff).toBe(
          reference(run) % 0xffff,
        );
        expect(checksum(run, 0, length)).toBe(checksum(slab, start, start + length));
      }
    }
  });

  it('agrees with it for arrays that take turns, parts of one memory among them', () => {
    const memory = Uint8Array.from({ length: 1000 }, (_, index) => (index * 89 + 5) & 0xff);
    const arrays = [memory, memory.subarray(1, 301), memory.slice(7, 507), memory.subarray(402)];
    for (const order of [
      [0, 1, 0, 1],
      [0, 1, 2, 0, 1, 2],
      [3, 3, 0, 3, 1, 1, 2, 3],
    ]) {
      for (const index of order) {
        const array = arrays[index]!;
        expect(checksumFold(checksumSum(array, 0, array.length)) % 0xffff).toBe(
          reference(array) % 0xffff,
        );
      }
    }
  });

  it('folds every sum below 2^53, and only nothing to nothing', () => {
    const carried = (sum: bigint): bigint =>
      sum > 0xffffn ? carried((sum >> 16n) + (sum & 0xffffn)) : sum;
    for (let bit = 0; bit < 53; bit++) {
      for (const sum of [2 ** bit, 2 ** bit - 1, 2 ** 53 - 2 ** bit, 2 ** bit + 0xffff_ffff]) {
        if (sum < 2 ** 53) expect(checksumFold(sum)).toBe(Number(carried(BigInt(sum))));
      }
    }
  });

  it('survives 64 KB of ones without losing a carry', () => {
    expect(checksumFold(checksumSum(new Uint8Array(65536).fill(0xff), 0, 65536))).toBe(0xffff);
  });

  it('is zero over data that carries its own checksum', () => {
    const data = Uint8Array.from({ length: 1480 }, (_, index) => (index * 31) & 0xff);
    data[16] = 0;
    data[17] = 0;
    const pseudo = pseudoHeaderSum(0xc0000201, 0xc0000202, 6, data.length);
    const sum = checksum(data, 0, data.length, pseudo);
    data[16] = sum >> 8;
    data[17] = sum & 0xff;
    expect(checksum(data, 0, data.length, pseudo)).toBe(0);
  });
});
