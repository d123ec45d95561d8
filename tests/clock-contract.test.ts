/**
 * What every `Clock` promises: the host's, the one of a simulated network, and the one that tests
 * move by hand. The host's is moved by fake timers, so nothing here waits.
 */

import { type Clock, HostClock } from '@netlayers/host';
import { createNetwork } from '@netlayers/sim';
import { ManualClock } from '@netlayers/testkit';
import { afterEach, describe, expect, it, vi } from 'vitest';

interface Fixture {
  readonly clock: Clock;
  advance(ms: number): unknown;
}

const CLOCKS: readonly [name: string, make: () => Fixture][] = [
  [
    'the clock of the host',
    () => {
      vi.useFakeTimers();
      return { clock: new HostClock(), advance: (ms) => vi.advanceTimersByTime(ms) };
    },
  ],
  [
    'the clock of a simulated network',
    () => {
      const network = createNetwork();
      return { clock: network.clock, advance: (ms) => network.advance(ms) };
    },
  ],
  [
    'the clock of the tests',
    () => {
      const clock = new ManualClock();
      return { clock, advance: (ms) => clock.advance(ms) };
    },
  ],
];

afterEach(() => {
  vi.useRealTimers();
});

describe.each(CLOCKS)('%s', (_, make) => {
  it('fires a timer once its time has come, and once', async () => {
    const { clock, advance } = make();
    const atMs = clock.now() + 100;
    const fired: number[] = [];
    expect(clock.setTimer(atMs, () => fired.push(clock.now()))).not.toBe(0);
    await advance(99);
    expect(fired).toEqual([]);
    await advance(1000);
    expect(fired.length).toBe(1);
    expect(fired[0]).toBeGreaterThanOrEqual(atMs);
    expect(fired[0]).toBeLessThan(atMs + 2);
  });

  it('fires a timer of the past at once, but not inside the call', async () => {
    const { clock, advance } = make();
    await advance(10);
    let fired = 0;
    clock.setTimer(clock.now() - 5, () => fired++);
    clock.setTimer(clock.now(), () => fired++);
    expect(fired).toBe(0);
    await advance(2);
    expect(fired).toBe(2);
  });

  it('forgets timers, also those that have fired and those that never were', async () => {
    const { clock, advance } = make();
    let fired = 0;
    const forgotten = clock.setTimer(clock.now() + 5, () => fired++);
    const kept = clock.setTimer(clock.now() + 5, () => fired++);
    clock.clearTimer(forgotten);
    clock.clearTimer(0);
    await advance(10);
    expect(fired).toBe(1);
    clock.clearTimer(kept);
    clock.clearTimer(forgotten);
  });

  it('never fires a timer for the end of time, and refuses one for no time', async () => {
    const { clock, advance } = make();
    let fired = 0;
    const id = clock.setTimer(Number.POSITIVE_INFINITY, () => fired++);
    expect(id).not.toBe(0);
    await advance(1e10);
    expect(fired).toBe(0);
    clock.clearTimer(id);
    expect(() => clock.setTimer(Number.NaN, () => fired++)).toThrow(RangeError);
  });

  it('moves its wall time with its time', async () => {
    const { clock, advance } = make();
    const now = clock.now();
    const wall = clock.wallTime();
    await advance(500);
    expect(clock.now() - now).toBeCloseTo(500, 3);
    expect(Math.abs(clock.wallTime() - wall - 500)).toBeLessThanOrEqual(2);
  });
});
