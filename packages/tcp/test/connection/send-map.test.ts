import type { Because } from '@netlayers/tcp';
import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { SendMap } from '../../src/connection/send-map.js';
import { RecordPool } from '../../src/memory/record-pool.js';
import { seq, seqAdd } from '../../src/wire/seq.js';
import { poolOf } from '../support/memory.js';

const NEW = 2 as Because;
const LOST = 18 as Because;
const state = { delivered: 0, deliveredAt: 0, firstSentAt: 0, isAppLimited: false, lost: 0 };

/** A map of one emission of `lengths` each, a millisecond apart, from sequence number `from` on. */
function mapOf(lengths: readonly number[], from = 100): SendMap {
  const map = new SendMap(new RecordPool(poolOf().budget));
  let at = seq(from);
  lengths.forEach((length, index) => {
    const end = seqAdd(at, length);
    map.append(at, end, NEW, index, 0, state);
    at = end;
  });
  return map;
}

const records = (map: SendMap) =>
  Array.from({ length: map.size }, (_, index) => [
    map.start(index),
    map.end(index),
    map.isSacked(index) ? 'sacked' : map.isLost(index) ? 'lost' : 'sent',
  ]);

describe('SendMap', () => {
  it('joins what left at the same moment, and nothing else [RFC 8985 6.1]', () => {
    const map = new SendMap(new RecordPool(poolOf().budget));
    map.append(seq(0), seq(10), NEW, 5, 0, state);
    map.append(seq(10), seq(20), NEW, 5, 0, state);
    map.append(seq(20), seq(30), NEW, 6, 0, state);
    map.append(seq(30), seq(40), LOST, 6, 0, state);
    map.append(seq(40), seq(50), LOST, 6, 0, { ...state, delivered: 1 });
    expect(records(map).map(([start, end]) => [start, end])).toEqual([
      [0, 20],
      [20, 30],
      [30, 40],
      [40, 50],
    ]);
  });

  it('cuts, marks and joins SACKed and lost neighbours [RFC 6675 3, 4 Update]', () => {
    const map = mapOf([100, 100, 100]);
    map.cut(1, seq(250));
    expect(map.markSacked(1)).toBe(1);
    expect(map.markSacked(2)).toBe(1);
    expect(records(map)).toEqual([
      [100, 200, 'sent'],
      [200, 300, 'sacked'],
      [300, 400, 'sent'],
    ]);
    expect(map.markLost(0, LOST)).toBe(0);
    expect(map.markLost(1, LOST)).toBe(1);
    expect([map.sackedBytes, map.lostBytes]).toEqual([100, 100]);
    expect(map.because(0)).toBe(LOST);
    map.forgetSacked();
    expect(map.markLost(1, LOST)).toBe(0);
    expect(records(map)).toEqual([
      [100, 300, 'lost'],
      [300, 400, 'sent'],
    ]);
    // What left at several moments measures no round trip.
    expect(map.isTimed(0)).toBe(false);
    map.repeat(0, LOST, 9, 0, state);
    expect([map.isLost(0), map.timesRepeated(0), map.sentAt(0)]).toEqual([false, 1, 9]);
  });

  it('finds the record of a sequence number, across the wrap', () => {
    const map = mapOf([100, 100, 100], 0xffff_ff38);
    expect(map.find(seq(0xffff_ff38))).toBe(0);
    expect(map.find(seq(0xffff_ff9b))).toBe(0);
    expect(map.find(seq(0xffff_ff9c))).toBe(1);
    expect(map.find(seq(5))).toBe(2);
    expect(map.find(seq(100))).toBe(3);
  });

  it('gives its memory back when it is empty', () => {
    const pool = new RecordPool(poolOf().budget);
    const map = new SendMap(pool);
    map.append(seq(0), seq(10), NEW, 0, 0, state);
    map.removeUntil(map.end(0));
    expect(map.size).toBe(0);
    const store = pool.take(1);
    expect(pool.take(1)).not.toBe(store);
    map.append(seq(10), seq(20), NEW, 0, 0, state);
    expect(records(map)).toEqual([[10, 20, 'sent']]);
  });

  it('behaves like an array of octets under any operation [RFC 6675 3]', () => {
    const random = seededRandom(11);
    const map = new SendMap(new RecordPool(poolOf().budget));
    let una = 0xffff_f000;
    let octets: { mark: string; times: number }[] = [];
    for (let step = 0; step < 4000; step++) {
      const kind = octets.length > 300 ? 1 : random.below(6);
      if (kind === 0 || map.size === 0) {
        const length = 1 + random.below(12);
        const start = seq(una + octets.length);
        map.append(start, seqAdd(start, length), NEW, step, 0, state);
        for (let i = 0; i < length; i++) octets.push({ mark: 'sent', times: 0 });
      } else if (kind === 1) {
        const gone = 1 + random.below(map.length(0));
        map.removeUntil(seqAdd(map.start(0), gone));
        octets = octets.slice(gone);
        una += gone;
      } else {
        const index = random.below(map.size);
        const from = seqAdd(map.start(index), -una | 0);
        const length = map.length(index);
        const isSacked = map.isSacked(index);
        const range = octets.slice(from, from + length);
        if (kind === 2 && length > 1)
          map.cut(index, seqAdd(map.start(index), 1 + random.below(length - 1)));
        if (kind === 3 && !isSacked) {
          map.markSacked(index);
          for (const octet of range) octet.mark = 'sacked';
        }
        if (kind === 4 && !isSacked) {
          map.markLost(index, LOST);
          for (const octet of range) octet.mark = 'lost';
        }
        if (kind === 5 && !isSacked) {
          map.repeat(index, LOST, step, 0, state);
          for (const octet of range) octet.mark = 'sent';
        }
      }
      const marks = records(map).flatMap(([start, end, mark]) =>
        Array.from({ length: ((end as number) - (start as number)) | 0 }, () => mark),
      );
      if (step % 20 !== 0) continue;
      expect(marks).toEqual(octets.map(({ mark }) => mark));
      const sum = (mark: string) => octets.filter((octet) => octet.mark === mark).length;
      expect([map.sackedBytes, map.lostBytes]).toEqual([sum('sacked'), sum('lost')]);
    }
  });
});
