import { describe, expect, it } from 'vitest';
import { GatheredBytes } from '../../src/body/gathered-bytes.js';

/** Pieces of these lengths, filled with a pattern that goes on from one to the next. */
function pieces(lengths: Iterable<number>): Uint8Array[] {
  let at = 0;
  return Array.from(lengths, (length) => Uint8Array.from({ length }, () => at++ % 251));
}

const gather = (from: readonly Uint8Array[]): GatheredBytes => {
  const gathered = new GatheredBytes();
  for (const piece of from) gathered.append(piece);
  return gathered;
};

describe('gathered bytes', () => {
  it.each([
    ['none', []],
    ['an empty one', [0]],
    ['one small', [5]],
    ['one large', [100_000]],
    ['many of one byte', new Array<number>(5000).fill(1)],
    ['small and large by turns', [3, 5000, 1, 70_000, 1023, 1024, 2, 64, 200_000, 7]],
  ])('are those of the pieces: %s', (_, lengths) => {
    const from = pieces(lengths);
    const whole = gather(from).whole();
    expect(whole.every((byte, at) => byte === at % 251)).toBe(true);
    expect(whole.length).toBe(lengths.reduce((sum, length) => sum + length, 0));
    expect(whole.buffer.byteLength).toBe(whole.length);
  });

  it('are held in proportion to themselves, not to the number of pieces', () => {
    const byte = new Uint8Array(1);
    const gathered = new GatheredBytes();
    for (let n = 0; n < 1_000_000; n++) gathered.append(byte);
    expect(gathered.held).toBeLessThanOrEqual(1_000_000 + 0x1_0000);
  });

  it('do not hold what a small view is a part of', () => {
    const large = new Uint8Array(1 << 20);
    const gathered = new GatheredBytes();
    for (let n = 0; n < 100; n++) gathered.append(large.subarray(n * 2000, n * 2000 + 2000));
    expect(gathered.held).toBeLessThanOrEqual(200_000 + 0x1_0000);
    expect(gather([large]).whole()).toBe(large);
  });
});
