import timers from 'node:timers';
import {
  setInterval as ticks,
  setImmediate as turn,
  setTimeout as wait,
} from 'node:timers/promises';
import { promisify } from 'node:util';
import { simulate } from '@netlayers/sim/node';
import { afterEach, describe, expect, it, vi } from 'vitest';

/** Runs a program without hosts; it is handed the time in ms. */
const inVirtualTime = <T>(program: (now: () => number) => Promise<T>): Promise<T> =>
  simulate({ captureFolder: null }, (net) => program(() => net.clock.now()));

describe('timers', () => {
  it('fire in the order of their times, each in a macrotask of its own', async () => {
    const order = await inVirtualTime(async (now) => {
      const seen: string[] = [];
      const note = (name: string) => () => {
        seen.push(`${name} ${now()}`);
        process.nextTick(() => seen.push(`tick of ${name}`));
        void Promise.resolve().then(() => seen.push(`promise of ${name}`));
      };
      setTimeout(note('b'), 10);
      setTimeout(note('c'), 10);
      setTimeout(note('a'), 5);
      await wait(20);
      return seen;
    });
    expect(order).toEqual(
      ['a 5', 'b 10', 'c 10'].flatMap((name) => [
        name,
        `tick of ${name[0]}`,
        `promise of ${name[0]}`,
      ]),
    );
  });

  it('take arguments, numbers in place of objects, and the delays that Node takes', async () => {
    const seen = await inVirtualTime(async (now) => {
      const at: unknown[] = [];
      setTimeout((...args: unknown[]) => at.push([now(), ...args]), 0, 'x', 'y');
      setTimeout(() => at.push(now()), 2 ** 31);
      const kept = Number(setTimeout(() => at.push('never'), 5));
      clearTimeout(kept);
      timers.clearTimeout(
        String(timers.setTimeout(() => at.push('never'), 5)[Symbol.toPrimitive]()),
      );
      await wait(10);
      return at;
    });
    expect(seen).toEqual([[1, 'x', 'y'], 1]);
  });

  it('begin again with refresh, also when they have fired, and not once they are closed', async () => {
    const seen = await inVirtualTime(async (now) => {
      const at: number[] = [];
      const timer = setTimeout(() => at.push(now()), 10);
      await wait(5);
      timer.refresh();
      await wait(20);
      timer.refresh();
      await wait(20);
      timer.close().refresh();
      await wait(20);
      return at;
    });
    expect(seen).toEqual([15, 35]);
  });

  it('repeat until they are cleared, from the callback too', async () => {
    const seen = await inVirtualTime(async (now) => {
      const at: number[] = [];
      const timer = setInterval(() => {
        at.push(now());
        if (at.length === 3) clearInterval(timer);
      }, 1_000);
      await wait(60_000);
      return at;
    });
    expect(seen).toEqual([1_000, 2_000, 3_000]);
  });

  it('are those of the host again when the simulation is over', async () => {
    const inside = await inVirtualTime(async () => setTimeout(() => {}, 1));
    const outside = setTimeout(() => {}, 1);
    clearTimeout(outside);
    expect(inside.constructor).not.toBe(outside.constructor);
    await wait(1);
  });
});

describe('timers/promises', () => {
  it('wait, with a value, and as util.promisify gives it', async () => {
    const seen = await inVirtualTime(async (now) => [
      await wait(5_000, 'value'),
      await promisify(setTimeout)(5_000, 'promisified'),
      await turn('turn'),
      now(),
    ]);
    expect(seen).toEqual(['value', 'promisified', 'turn', 10_000]);
  });

  it('tick in steps that do not drift', async () => {
    const seen = await inVirtualTime(async (now) => {
      const at: number[] = [];
      for await (const value of ticks(100, 'x')) {
        at.push(now());
        await wait(30);
        if (at.length === 3) return [value, ...at];
      }
      return at;
    });
    expect(seen).toEqual(['x', 100, 200, 300]);
  });

  it('end with a signal', async () => {
    const seen = await inVirtualTime(async (now) => {
      const signal = AbortSignal.timeout(700);
      const error = await wait(5_000, null, { signal }).catch((error: unknown) => error);
      const late = await wait(5_000, null, { signal }).catch((error: unknown) => error);
      return [(error as Error).name, (error as Error).cause, (late as Error).name, now()];
    });
    expect(seen).toEqual([
      'AbortError',
      expect.objectContaining({ name: 'TimeoutError' }),
      'AbortError',
      700,
    ]);
  });
});

describe('AbortSignal.timeout', () => {
  it('aborts with a TimeoutError, also as one of several signals', async () => {
    const seen = await inVirtualTime(async (now) => {
      const signal = AbortSignal.any([AbortSignal.timeout(30_000), new AbortController().signal]);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return [(signal.reason as Error).name, now()];
    });
    expect(seen).toEqual(['TimeoutError', 30_000]);
  });
});

describe('fake timers of the test runner', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('before a simulation are an error that says what to do', async () => {
    vi.useFakeTimers();
    await expect(inVirtualTime(async () => 1)).rejects.toThrow(
      /setTimeout.* replaced before the simulation.*vi\.useRealTimers\(\)/,
    );
    vi.useRealTimers();
    expect(await inVirtualTime(async () => 1)).toBe(1);
  });

  it('inside of a simulation are one too, as soon as nothing else happens', async () => {
    const program = inVirtualTime(async () => {
      vi.useFakeTimers();
      await wait(10);
      await new Promise((resolve) => setTimeout(resolve, 10));
    });
    await expect(program).rejects.toThrow(/replaced.*vi\.useRealTimers\(\)/);
  });

  it('inside that are given back in time are none', async () => {
    const now = await inVirtualTime(async (now) => {
      vi.useFakeTimers();
      vi.advanceTimersByTime(1_000);
      vi.useRealTimers();
      await new Promise((resolve) => setTimeout(resolve, 10));
      return now();
    });
    expect(now).toBe(10);
  });
});
