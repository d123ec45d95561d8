import process from 'node:process';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

type Scheduling = Pick<typeof import('@netlayers/host'), 'hostScheduler'>;

/** The module as a host would load it that lacks some globals, or ticks. */
async function loadWithout(...names: readonly string[]): Promise<Scheduling> {
  for (const name of names) {
    if (name === 'ticks')
      vi.stubGlobal(
        'process',
        Object.create(process, { nextTick: { value: undefined, writable: true } }),
      );
    else vi.stubGlobal(name, undefined);
  }
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
  ['ticks', []],
  ['setImmediate', ['ticks']],
  ['a message to ourselves', ['ticks', 'setImmediate']],
  ['a timer', ['ticks', 'setImmediate', 'MessageChannel']],
] as const)('ends of turns by %s', (_, missing) => {
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

  it('come after the microtasks of what runs soon and asks for them', async () => {
    const { hostScheduler } = await loadWithout(...missing);
    const scheduler = hostScheduler();
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      scheduler.soon(() => {
        scheduler.afterMicrotasks(() => {
          order.push('end');
          resolve();
        });
        queueMicrotask(() => queueMicrotask(() => order.push('micro')));
        order.push('soon');
      });
    });
    expect(order).toEqual(['soon', 'micro', 'end']);
  });

  it('come after the microtasks of a tick that asks for them', async () => {
    const { hostScheduler } = await loadWithout(...missing);
    const scheduler = hostScheduler();
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      process.nextTick(() => {
        scheduler.afterMicrotasks(() => {
          order.push('end');
          resolve();
        });
        queueMicrotask(() => queueMicrotask(() => order.push('micro')));
        order.push('tick');
      });
    });
    expect(order).toEqual(['tick', 'micro', 'end']);
  });

  it('come before or with macrotasks, which let the host do something else', async () => {
    const { hostScheduler } = await loadWithout(...missing);
    const scheduler = hostScheduler();
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      scheduler.afterMicrotasks(() => {
        order.push('end');
        const before = performance.now();
        setTimeout(() => order.push('timer'), 1);
        const again = (): void => {
          if (performance.now() - before < 50 && !order.includes('timer')) {
            scheduler.macrotask(again);
          } else {
            resolve();
          }
        };
        again();
      });
      scheduler.macrotask(() => order.push('macrotask'));
    });
    expect(order).toEqual(['end', 'macrotask', 'timer']);
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

it('does not wait for a pass of the event loop where there are ticks', async () => {
  const { hostScheduler } = await loadWithout();
  const scheduler = hostScheduler();
  const order: string[] = [];
  setImmediate(() => order.push('pass'));
  await new Promise<void>((resolve) => {
    scheduler.soon(() => scheduler.afterMicrotasks(() => scheduler.afterMicrotasks(resolve)));
  });
  expect(order).toEqual([]);
});

it.each([
  ['with ticks', []],
  ['without', ['ticks']],
] as const)('what runs soon throws as if the host had called it, %s', async (_, missing) => {
  const { hostScheduler } = await loadWithout(...missing);
  const scheduler = hostScheduler();
  const failure = new Error('of the callback');
  const thrown = await new Promise((resolve) => {
    process.setUncaughtExceptionCaptureCallback(resolve);
    scheduler.soon(() => {
      throw failure;
    });
  });
  process.setUncaughtExceptionCaptureCallback(null);
  expect(thrown).toBe(failure);
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
