import { describe, expect, it } from 'vitest';
import { drawOf, hashOf } from '../../src/upstream/hash.js';

/** How many of some keys each server wins. */
function wins(servers: Readonly<Record<string, number>>, keys: number): Record<string, number> {
  const won: Record<string, number> = {};
  for (let n = 0; n < keys; n++) {
    const draws = Object.entries(servers).map(
      ([name, weight]) => [drawOf(`key-${n}`, name, weight), name] as const,
    );
    const [, winner] = draws.reduce((best, draw) => (draw[0] > best[0] ? draw : best));
    won[winner] = (won[winner] ?? 0) + 1;
  }
  return won;
}

describe('rendezvous', () => {
  it('gives each server keys by its weight', () => {
    const won = wins({ a: 1, b: 2, c: 1 }, 20_000);
    expect(won.a).toBeGreaterThan(4700);
    expect(won.a).toBeLessThan(5300);
    expect(won.b).toBeGreaterThan(9600);
    expect(won.b).toBeLessThan(10_400);
  });

  it('draws a finite number for every key', () => {
    for (const key of ['', 'a', 'ä', 'x'.repeat(10_000)]) {
      const draw = drawOf(key, 'http://a/', 0.5);
      expect(Number.isFinite(draw) && draw > 0).toBe(true);
      expect(hashOf(key)).toBe(hashOf(key));
    }
  });
});
