import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { LONGEST_TIME_WAIT_MS } from '../../src/connection/settings.js';
import {
  createTimeWaitRecord,
  type TimeWaitRecord,
  TimeWaitTable,
} from '../../src/layer/time-wait-table.js';
import { seq } from '../../src/wire/seq.js';
import { tupleOf } from '../support/segments.js';

const record = (values: Partial<TimeWaitRecord> = {}): TimeWaitRecord => ({
  ...createTimeWaitRecord(),
  ...values,
});

/** What the table holds of the n-th 4-tuple. */
const tuple = (n: number) => tupleOf(1, 80, n >>> 8, 1024 + (n & 0xff));

function read(table: TimeWaitTable, n: number): TimeWaitRecord | null {
  const index = table.find(tuple(n));
  if (index < 0) return null;
  const into = createTimeWaitRecord();
  table.read(index, into);
  return into;
}

describe('the table of TIME-WAIT', () => {
  it('keeps every field of a record', () => {
    const table = new TimeWaitTable(seededRandom(1).u32, 10);
    const kept = record({
      sndNxt: seq(0xffff_fff0),
      rcvNxt: seq(0x8000_0001),
      rcvWnd: 2 ** 30 - 1,
      rcvShift: 14,
      sndMaxWnd: 65_535 * 2 ** 14,
      hasTimestamps: true,
      tsRecent: 0xffff_ffff,
      tsRecentAt: 4_000_000,
    });
    table.add(tuple(1), kept, LONGEST_TIME_WAIT_MS, 0);
    expect(read(table, 1)).toEqual(kept);
    expect(table.nextExpiry).toBe(LONGEST_TIME_WAIT_MS);
    expect(read(table, 2)).toBe(null);
  });

  it('costs at most 64 bytes a record when it is full', () => {
    for (const limit of [1000, 4096, 100_000, 114_687, 262_144]) {
      const table = new TimeWaitTable(seededRandom(1).u32, limit);
      for (let n = 0; n < limit; n++) table.add(tuple(n), record(), 60_000, n / 100);
      expect(table.size).toBe(limit);
      expect(table.byteLength / limit).toBeLessThanOrEqual(64);
    }
  });

  it('gives its memory back', () => {
    const table = new TimeWaitTable(seededRandom(1).u32, 10_000);
    for (let n = 0; n < 10_000; n++) table.add(tuple(n), record(), 60_000, 0);
    expect(table.expire(60_000)).toBe(10_000);
    expect(table.byteLength).toBeLessThan(8192);
    expect(table.nextExpiry).toBe(Number.POSITIVE_INFINITY);
  });

  it('recycles the one that would end next when it is full', () => {
    const table = new TimeWaitTable(seededRandom(1).u32, 3);
    expect(table.add(tuple(1), record(), 60_000, 0)).toBe(false);
    expect(table.add(tuple(2), record(), 1000, 1)).toBe(false);
    expect(table.add(tuple(3), record(), 60_000, 2)).toBe(false);
    expect(table.add(tuple(4), record(), 60_000, 3)).toBe(true);
    expect([1, 2, 3, 4].map((n) => read(table, n) !== null)).toEqual([true, false, true, true]);
    table.add(tuple(5), record(), 60_000, 4);
    expect(read(table, 1)).toBe(null);
    expect(table.size).toBe(3);
  });

  it('holds at least one record, and that for a millisecond at least', () => {
    expect(() => new TimeWaitTable(seededRandom(1).u32, 0)).toThrow(RangeError);
    const table = new TimeWaitTable(seededRandom(1).u32, 1);
    table.add(tuple(1), record(), 0, 5);
    expect(table.expire(5)).toBe(0);
    expect(table.nextExpiry).toBe(6);
  });

  it('ends nothing early, whatever part of a millisecond it is, and where the circle closes', () => {
    for (const start of [0, 0.3, 2 ** 32 - 100.7, 2 ** 32 * 5 + 0.9]) {
      const table = new TimeWaitTable(seededRandom(1).u32, 10);
      table.add(tuple(1), record(), 500, start);
      const end = table.nextExpiry;
      expect(end).toBeGreaterThanOrEqual(start + 500);
      expect(end).toBeLessThan(start + 501);
      expect(table.expire(start + 499.9)).toBe(0);
      expect(table.nextExpiry).toBe(end);
      expect(table.expire(end)).toBe(1);
    }
  });

  it('answers at once, then after each interval', () => {
    const table = new TimeWaitTable(seededRandom(1).u32, 10);
    table.add(tuple(1), record(), 60_000, 0);
    const index = table.find(tuple(1));
    const answered: number[] = [];
    for (let now = 0; now < 2000; now += 10) {
      if (table.mayAnswer(index, 500, now)) answered.push(now);
    }
    expect(answered).toEqual([0, 500, 1000, 1500]);
  });

  it('behaves like a map with times', () => {
    const random = seededRandom(9);
    const table = new TimeWaitTable(random.u32, 600);
    const model = new Map<number, { at: number; mark: number }>();
    let now = 0;
    for (let step = 0; step < 30_000; step++) {
      const n = random.below(2000);
      const isGrowing = Math.floor(step / 5000) % 2 === 0;
      const choice = random.below(10);
      if (choice < (isGrowing ? 7 : 2)) {
        const duration = [1000, 5000, 60_000][random.below(3)]!;
        if (model.size < 600 && !model.has(n)) {
          table.add(tuple(n), record({ sndNxt: seq(step) }), duration, now);
          model.set(n, { at: now + duration, mark: step });
        }
      } else if (choice < 8) {
        const index = table.find(tuple(n));
        expect(index >= 0).toBe(model.has(n));
        if (index >= 0) table.remove(index);
        model.delete(n);
      } else {
        now += random.below(20);
        for (const [key, { at }] of model) if (at <= now) model.delete(key);
        table.expire(now);
      }
      expect(table.size).toBe(model.size);
      if (step % 1000 === 0) {
        for (const [key, { mark }] of model) expect(read(table, key)?.sndNxt).toBe(mark);
        const next = Math.min(Number.POSITIVE_INFINITY, ...[...model.values()].map((m) => m.at));
        expect(table.nextExpiry).toBe(next);
      }
    }
  });

  it('moves a restarted record behind the others', () => {
    const table = new TimeWaitTable(seededRandom(1).u32, 10);
    for (let n = 1; n <= 5; n++) table.add(tuple(n), record(), 1000, n);
    table.restart(table.find(tuple(1)), 500);
    expect(table.nextExpiry).toBe(1002);
    expect(table.expire(1400)).toBe(4);
    expect(table.nextExpiry).toBe(1500);
  });
});
