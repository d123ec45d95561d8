import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { IdentificationSource } from '../src/identification.js';

describe('identifications', () => {
  it('do not come again within 65,536, and all come', () => {
    for (const seed of [1, 2, 3]) {
      const source = new IdentificationSource(seededRandom(seed).u32);
      const seen = new Set(Array.from({ length: 65536 }, () => source.next()));
      expect(seen.size).toBe(65536);
      expect(Math.max(...seen)).toBe(65535);
    }
  });

  it('are no sequence that one could continue', () => {
    const source = new IdentificationSource(seededRandom(4).u32);
    const steps = new Set<number>();
    let last = source.next();
    for (let i = 0; i < 1000; i++) {
      const next = source.next();
      steps.add((next - last) & 0xffff);
      last = next;
    }
    expect(steps.size).toBeGreaterThan(900);
  });

  it('differ from stack to stack', () => {
    const a = new IdentificationSource(seededRandom(5).u32);
    const b = new IdentificationSource(seededRandom(6).u32);
    const same = Array.from({ length: 1000 }, () => a.next() === b.next()).filter(Boolean);
    expect(same.length).toBeLessThan(10);
  });
});
