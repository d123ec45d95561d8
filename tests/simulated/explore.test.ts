import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { explore, SimulationError, simulate, simulateAndReport } from '@netlayers/sim/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const program = new URL('./one-retry.mjs', import.meta.url);

let captureFolder: string;
beforeAll(() => {
  captureFolder = mkdtempSync(join(tmpdir(), 'netlayers-explore-'));
});
afterAll(() => rmSync(captureFolder, { recursive: true }));

describe('seeds in threads', () => {
  it('are run until one fails, which leaves its capture and fails again by itself', async () => {
    const { runs, failures } = await explore(program, { seeds: 200, workers: 2, captureFolder });
    expect(runs).toBeLessThan(200);
    const [failure] = failures as [SimulationError];
    expect(failure.message).toMatch(/aborted due to timeout/);
    expect(readdirSync(captureFolder)).toContain(basename(failure.capturePath!));
    const { default: run } = await import(program.href);
    await expect(simulate({ seed: failure.seed, captureFolder: null }, run)).rejects.toThrow(
      `seed ${failure.seed}`,
    );
  });

  it('fail alike in threads that are used again and in fresh ones', async () => {
    const found = async (seeds: readonly number[], isolate: boolean) => {
      const options = { seeds, isolate, workers: 2, failures: 30, captureFolder: null };
      const { failures } = await explore(program, options);
      return failures.map(({ seed, atMs }) => ({ seed, atMs }));
    };
    const all = Array.from({ length: 30 }, (_, index) => index + 1);
    const failed = await found(all, false);
    expect(failed.length).toBeGreaterThan(0);
    const again = [1, 2, ...failed.map(({ seed }) => seed)];
    expect(await found(again, true)).toEqual(failed);
  });

  it('say why a module cannot be run', async () => {
    const module = 'data:text/javascript,export const program = 1';
    await expect(explore(module, { seeds: 1 })).rejects.toThrow('exports no program');
    await expect(explore('file:///nowhere.mjs', { seeds: 1 })).rejects.toThrow('nowhere.mjs');
    await expect(explore(module, { seeds: 1, workers: 0 })).rejects.toThrow(RangeError);
  });
});

describe('an isolated simulation', () => {
  it('returns what its program returns, and the packets are those of this thread', async () => {
    expect(await simulate({ seed: 1, isolate: true, captureFolder: null }, program)).toBe('hello');
    const { default: run } = await import(program.href);
    const { result } = await simulateAndReport({ seed: 1 }, run);
    expect(result).toBe('hello');
  });

  it('rejects as one of this thread', async () => {
    const { failures } = await explore(program, { seeds: 200, captureFolder: null });
    const { seed, atMs } = failures[0]!;
    const failing = simulate({ seed, isolate: true, captureFolder: null }, program);
    await expect(failing).rejects.toBeInstanceOf(SimulationError);
    await expect(failing).rejects.toMatchObject({ seed, atMs, capturePath: null });
  });
});
