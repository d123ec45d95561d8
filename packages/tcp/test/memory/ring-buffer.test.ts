import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { BufferPool } from '../../src/memory/buffer-pool.js';
import { RingBuffer } from '../../src/memory/ring-buffer.js';
import { pattern } from '../support/segments.js';

describe('RingBuffer', () => {
  it('behaves like an array', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = seededRandom(seed);
      const ring = new RingBuffer(new BufferPool());
      let model: number[] = [];
      for (let step = 0; step < 300; step++) {
        if (random.below(3) > 0) {
          const bytes = random.bytes(random.below(700));
          const offset = random.below(model.length + 1);
          ring.write(offset, bytes, 0, bytes.length);
          bytes.forEach((byte, i) => {
            model[offset + i] = byte;
          });
        } else if (random.below(4) > 0) {
          const gone = random.below(model.length + 1);
          if (gone > 0) ring.drop(gone);
          model = model.slice(gone);
        } else {
          const kept = random.below(model.length + 1);
          ring.truncate(kept);
          model = model.slice(0, kept);
        }
        expect(ring.span).toBe(model.length);
        const out = new Uint8Array(model.length);
        ring.read(0, model.length, out, 0);
        expect(Buffer.from(out).equals(Buffer.from(model)), `seed ${seed}`).toBe(true);
        const run = ring.runLength(model.length);
        const first = ring.bytes.subarray(ring.runStart, ring.runStart + run);
        expect(Buffer.from(first).equals(Buffer.from(model.slice(0, run)))).toBe(true);
        if (model.length === 0) expect(ring.bytes.length).toBe(0);
      }
    }
  });

  it('keeps its bytes while it grows around its end', () => {
    const ring = new RingBuffer(new BufferPool());
    ring.write(0, pattern(2000), 0, 2000);
    ring.drop(1500);
    ring.write(500, pattern(1400, 2000), 0, 1400);
    ring.write(1900, pattern(3000, 3400), 0, 3000);
    const out = new Uint8Array(4900);
    ring.read(0, 4900, out, 0);
    expect(out).toEqual(pattern(4900, 1500));
  });
});
