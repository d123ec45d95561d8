import { describe, expect, it } from 'vitest';
import { CONDITIONS, pathImpairments } from '../src/path/conditions.js';
import { jainIndex, simulateFlows } from '../src/path/simulate.js';

describe('goodput in virtual time', () => {
  it('comes near the rate of a path without faults, and is the same for the same seed', async () => {
    const path = pathImpairments(CONDITIONS[0]!, 10);
    const run = { algorithm: 'reno', path, seconds: 1, seed: 1 };
    const [mbit = 0] = await simulateFlows(run);
    expect(mbit).toBeGreaterThan(70);
    expect(mbit).toBeLessThan(97);
    expect(await simulateFlows(run)).toEqual([mbit]);
  });

  it('counts flows that share a path apart', async () => {
    const path = pathImpairments(CONDITIONS[0]!, 10);
    const run = { algorithm: 'reno', path, seconds: 2, seed: 1, startsMs: [0, 50] };
    const [first = 0, second = 0] = await simulateFlows(run);
    expect(first + second).toBeGreaterThan(80);
    expect(first + second).toBeLessThan(97);
    expect(Math.min(first, second)).toBeGreaterThan(1);
  });
});

describe("Jain's index", () => {
  it('is 1 for equal shares and 1/n for one that has everything', () => {
    expect(jainIndex([5, 5, 5])).toBe(1);
    expect(jainIndex([9, 0, 0])).toBeCloseTo(1 / 3);
  });
});
