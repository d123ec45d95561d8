import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

type Scheduling = Pick<typeof import('@netlayers/host'), 'hostScheduler'>;

/** The module as a host would load it that lacks some globals. */
async function loadWithout(...names: readonly string[]): Promise<Scheduling> {
  for (const name of names) vi.stubGlobal(name, undefined);
  vi.resetModules();
  return import('@netlayers/host');
}

beforeEach(() => {
  vi.resetModules();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe.each([
  ['setImmediate', []],
  ['a message to ourselves', ['setImmediate']],
  ['a timer', ['setImmediate', 'MessageChannel']],
] as const)('macrotasks by %s', (_, missing) => {
  it('come after microtasks, however long their chain, in the order of asking', async () => {
    const { hostScheduler } = await loadWithout(...missing);
    const scheduler = hostScheduler();
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      scheduler.afterMicrotasks(() => order.push('first'));
      scheduler.afterMicrotasks(() => {
        order.push('second');
        resolve();
      });
      const again = (left: number): void => {
        order.push('micro');
        if (left > 0) queueMicrotask(() => again(left - 1));
      };
      scheduler.soon(() => again(3));
      order.push('now');
    });
    expect(order).toEqual(['now', 'micro', 'micro', 'micro', 'micro', 'first', 'second']);
  });

  it('run while the timers of a test are fake', async () => {
    const { hostScheduler } = await loadWithout(...missing);
    vi.useFakeTimers({
      toFake: ['setImmediate', 'setTimeout', 'queueMicrotask', 'performance', 'Date'],
    });
    const scheduler = hostScheduler();
    await new Promise<void>((resolve) => scheduler.soon(resolve));
    await new Promise<void>((resolve) => scheduler.afterMicrotasks(resolve));
  });
});

it('draws uint32s in blocks, and never the same block twice', async () => {
  const { hostRandom } = await import('@netlayers/host');
  const drawn = vi.spyOn(crypto, 'getRandomValues');
  const random = hostRandom();
  const values = Array.from({ length: 1000 }, random);
  expect(drawn).toHaveBeenCalledTimes(4);
  drawn.mockRestore();
  for (const value of values) expect(value).toBe(value >>> 0);
  expect(new Set(values).size).toBeGreaterThan(990);
});
