import { HostClock } from '@netlayers/host';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const DAY_MS = 86_400_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('a clock with an offset', () => {
  it('is ahead by it, in its timers too', () => {
    const [clock, ahead] = [new HostClock(), new HostClock(5000)];
    expect(ahead.now() - clock.now()).toBe(5000);
    const fired: number[] = [];
    ahead.setTimer(clock.now() + 5010, () => fired.push(ahead.now()));
    vi.advanceTimersByTime(9);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(fired).toEqual([clock.now() + 5000]);
  });
});

describe('timers of the host', () => {
  it('that fire too early are set again', () => {
    const clock = new HostClock();
    const fired: number[] = [];
    const atMs = clock.now() + 10;
    clock.setTimer(atMs, () => fired.push(clock.now()));
    // The host believes that it is a millisecond later than it is.
    const real = performance.now.bind(performance);
    const late = vi.spyOn(performance, 'now').mockImplementation(() => real() - 0.75);
    vi.advanceTimersByTime(10);
    expect(fired).toEqual([]);
    late.mockRestore();
    vi.advanceTimersByTime(1);
    expect(fired.length).toBe(1);
  });

  it('may be further away than a host can wait, and forgotten on the way', () => {
    const clock = new HostClock();
    let fired = 0;
    const timeouts = vi.spyOn(globalThis, 'setTimeout');
    clock.setTimer(clock.now() + 60 * DAY_MS, () => fired++);
    // Hosts take more than this for nothing at all.
    expect(timeouts.mock.lastCall?.[1]).toBeLessThanOrEqual(2 ** 31 - 1);
    vi.advanceTimersByTime(60 * DAY_MS - 1);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);

    const id = clock.setTimer(clock.now() + 60 * DAY_MS, () => expect.unreachable());
    vi.advanceTimersByTime(30 * DAY_MS);
    clock.clearTimer(id);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('do not keep a process alive for the end of time', () => {
    const clock = new HostClock();
    clock.clearTimer(clock.setTimer(Number.POSITIVE_INFINITY, () => expect.unreachable()));
    clock.setTimer(Number.POSITIVE_INFINITY, () => expect.unreachable());
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('wall time', () => {
  it('has a fraction', () => {
    vi.setSystemTime(1_700_000_000_000);
    const clock = new HostClock();
    const before = clock.wallTime();
    const real = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => real() + 0.25);
    expect(clock.wallTime() - before).toBeCloseTo(0.25, 3);
  });

  it('follows Date when the clock of the host is set or has gone on without us', () => {
    const clock = new HostClock();
    const before = clock.now();
    for (const wallMs of [1_700_000_000_000, 1_800_000_000_000, 1_600_000_000_000]) {
      vi.setSystemTime(wallMs);
      expect(Math.abs(clock.wallTime() - wallMs)).toBeLessThanOrEqual(2);
    }
    expect(clock.now() - before).toBeLessThan(1000);
  });
});
