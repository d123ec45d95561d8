import { ProgressDeadline } from '@netlayers/host';
import { describe, expect, it } from 'vitest';

/** The time at which it is late, when `octets` come every `everyMs`; `null` if not within an hour. */
function lateAt(deadline: ProgressDeadline, octets: number, everyMs: number): number | null {
  deadline.start(0);
  for (let now = everyMs; now <= 3_600_000; now += everyMs) {
    if (deadline.isLate(now)) return deadline.deadline;
    deadline.advance(now, octets);
  }
  return null;
}

describe('a progress deadline', () => {
  it('is late after the time-out without progress, and not before', () => {
    const deadline = new ProgressDeadline(1000, 240);
    deadline.start(500);
    expect(deadline.deadline).toBe(1500);
    expect(deadline.isLate(1499.9)).toBe(false);
    expect(deadline.isLate(1500)).toBe(true);
  });

  it('waits without end for who keeps to the minimum rate', () => {
    expect(lateAt(new ProgressDeadline(60_000, 240), 24, 100)).toBeNull();
    expect(lateAt(new ProgressDeadline(60_000, 240), 240 * 30, 30_000)).toBeNull();
  });

  it('gives up on who is below it, after a bounded time', () => {
    // Half of the rate: time runs out half as fast.
    expect(lateAt(new ProgressDeadline(60_000, 240), 12, 100)).toBe(119_900);
    expect(lateAt(new ProgressDeadline(60_000, 240), 1, 30_000)).toBeCloseTo(60_008.33);
  });

  it('saves up no more than the time-out', () => {
    const deadline = new ProgressDeadline(1000, 240);
    deadline.start(0);
    deadline.advance(100, 1e9);
    expect(deadline.deadline).toBe(1100);
  });

  it('starts over with every octet where the rate is zero', () => {
    const deadline = new ProgressDeadline(1000, 0);
    expect(lateAt(deadline, 1, 999)).toBeNull();
    deadline.advance(deadline.deadline, 0);
    expect(deadline.isLate(deadline.deadline)).toBe(true);
  });

  it('keeps what is left while time stands still', () => {
    const deadline = new ProgressDeadline(1000, 100);
    deadline.start(0);
    deadline.pause(600);
    expect(deadline.deadline).toBe(Number.POSITIVE_INFINITY);
    deadline.pause(700);
    deadline.advance(5000, 10);
    deadline.resume(10_000);
    expect(deadline.deadline).toBe(10_500);
    deadline.resume(10_100);
    expect(deadline.deadline).toBe(10_500);
  });

  it('waits for nothing before it is started and after it is stopped', () => {
    const deadline = new ProgressDeadline(1000, 240);
    deadline.advance(0, 100);
    deadline.pause(0);
    expect(deadline.isLate(1e12)).toBe(false);
    deadline.resume(0);
    expect(deadline.deadline).toBe(1000);
    deadline.stop();
    expect(deadline.isLate(1e12)).toBe(false);
  });

  it('never ends with a time-out of Infinity', () => {
    const deadline = new ProgressDeadline(Number.POSITIVE_INFINITY, 240);
    deadline.start(0);
    deadline.advance(1, 1);
    deadline.pause(2);
    deadline.resume(3);
    expect(deadline.isLate(1e15)).toBe(false);
  });
});
