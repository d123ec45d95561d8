/** Octets that a queue holds as they are, among others that it has copied. */

import { type SeededRandom, seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { BLOCK_COST, LARGEST_BLOCK } from '../../src/memory/block-pool.js';
import { ByteQueue } from '../../src/memory/byte-queue.js';
import { poolOf } from '../support/memory.js';
import { pattern } from '../support/segments.js';

const KIB = 1024;
const TEXT = pattern(100 * KIB);

/** What a queue should hold, as one array. */
class Model {
  octets = new Uint8Array(0);

  append(bytes: Uint8Array): void {
    this.octets = Buffer.concat([this.octets, bytes]);
  }

  drop(length: number): void {
    this.octets = this.octets.subarray(length);
  }
}

const readOf = (queue: ByteQueue, offset: number, length: number): Buffer => {
  const out = Buffer.alloc(length);
  queue.read(offset, length, out, 0);
  return out;
};

/** What is lent of a stretch; null where nothing is. */
function lentOf(queue: ByteQueue, offset: number, length: number): Buffer | null {
  const pieces: Uint8Array[] = [];
  const lend = (_at: number, buf: Uint8Array, start: number, end: number): boolean => {
    pieces.push(buf.subarray(start, end));
    return true;
  };
  return queue.lend(offset, length, { lend }, 0) ? Buffer.concat(pieces) : null;
}

/** Appends to both, in one of the ways in which a sender is given text. */
function append(random: SeededRandom, queue: ByteQueue, model: Model): void {
  const from = random.below(50 * KIB);
  const bytes = TEXT.slice(from, from + 1 + random.below(random.below(3) === 0 ? 20 * KIB : 300));
  model.append(bytes);
  const kind = random.below(3);
  if (kind === 0) queue.write(queue.span, bytes, 0, bytes.length);
  else if (kind === 1) queue.append(bytes, 0, bytes.length);
  else {
    // Piece after piece of one memory.
    const middle = 1 + random.below(bytes.length);
    queue.append(bytes, 0, middle);
    if (middle < bytes.length) queue.append(bytes, middle, bytes.length);
  }
}

/** One step of a sender: text is queued, acknowledged, sent or repeated from anywhere. */
function step(random: SeededRandom, queue: ByteQueue, model: Model): void {
  const { length } = model.octets;
  if (random.below(2) === 0) append(random, queue, model);
  else {
    const isAll = random.below(20) === 0;
    const dropped = isAll ? length : random.below(random.below(3) === 0 ? length + 1 : 100);
    queue.drop(Math.min(dropped, length));
    model.drop(Math.min(dropped, length));
  }
}

function compare(random: SeededRandom, queue: ByteQueue, model: Model, name: string): void {
  const { octets } = model;
  expect([queue.span, queue.held], name).toEqual([octets.length, octets.length]);
  expect(readOf(queue, 0, octets.length).equals(octets), name).toBe(true);
  if (octets.length === 0) return;
  const from = random.below(octets.length);
  const length = 1 + random.below(octets.length - from);
  const wanted = octets.subarray(from, from + length);
  expect(readOf(queue, from, length).equals(wanted), name).toBe(true);
  expect(lentOf(queue, from, length)?.equals(wanted) ?? true, name).toBe(true);
}

describe('octets that are held as they are', () => {
  it('are read, lent and dropped as if they had been copied', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = seededRandom(seed);
      const pool = poolOf();
      const { counters } = pool.budget;
      const queue = new ByteQueue(pool);
      const model = new Model();
      for (let i = 0; i < 100; i++) {
        const name = `seed ${seed}, step ${i}`;
        step(random, queue, model);
        compare(random, queue, model, name);
        expect(counters.memoryUsed, name).toBe(queue.capacity + queue.blocks * BLOCK_COST);
      }
      queue.release();
      expect([counters.memoryUsed, queue.capacity, queue.blocks]).toEqual([0, 0, 0]);
    }
  });

  it('are not copied, neither by what comes behind them nor when most of them are dropped', () => {
    const queue = new ByteQueue(poolOf());
    const bytes = pattern(100 * KIB);
    queue.append(bytes, 0, bytes.length);
    queue.write(queue.span, pattern(300), 0, 300);
    queue.drop(80 * KIB);
    expect(queue.bytes).toBe(bytes);
    expect(queue.runLength(queue.span)).toBe(20 * KIB);
    expect(queue.capacity).toBeLessThan(101 * KIB);
  });

  it('are never written to', () => {
    const queue = new ByteQueue(poolOf());
    const bytes = new Uint8Array(64 * KIB).fill(1);
    queue.append(bytes, 16 * KIB, 32 * KIB);
    queue.write(queue.span, pattern(1000), 0, 1000);
    queue.append(bytes, 48 * KIB, 64 * KIB);
    queue.write(queue.span, pattern(1000), 0, 1000);
    queue.drop(10);
    expect(bytes.every((octet) => octet === 1)).toBe(true);
  });

  it('are one block where they go on in one memory, and no longer one than any other', () => {
    const queue = new ByteQueue(poolOf());
    const bytes = pattern(4 * LARGEST_BLOCK);
    for (let at = 0; at < bytes.length; at += 16 * KIB) queue.append(bytes, at, at + 16 * KIB);
    expect(queue.blocks).toBe(4);
    expect(queue.capacity).toBe(bytes.length);
    const other = new Uint8Array(32 * KIB);
    queue.append(bytes, 0, 16 * KIB);
    queue.append(other, 16 * KIB, 32 * KIB);
    expect(queue.blocks).toBe(6);
    expect(readOf(queue, queue.span - 1, 1)[0]).toBe(0);
  });

  it('let go of their memory when a few of them are left', () => {
    const pool = poolOf();
    const queue = new ByteQueue(pool);
    const bytes = pattern(200 * KIB);
    queue.append(bytes, 0, bytes.length);
    queue.drop(bytes.length - 10);
    expect(queue.bytes).not.toBe(bytes);
    expect(queue.capacity).toBe(64);
    expect(readOf(queue, 0, 10).equals(bytes.subarray(-10))).toBe(true);
  });

  it('let go of their memory when all of them are dropped', () => {
    const pool = poolOf();
    const held = pool.takeHolding(pattern(9000), 0, 9000);
    pool.give(held);
    expect(held.bytes.length).toBe(0);
    expect(pool.budget.counters.memoryUsed).toBe(0);
    expect(pool.takeHolding(pattern(1), 0, 1) === held).toBe(true);
  });

  it('are not put together with their neighbours', () => {
    const queue = new ByteQueue(poolOf());
    const bytes = pattern(500 * KIB);
    // Every other KiB: no piece goes on where the one before it ends.
    for (let at = 0; at < bytes.length; at += 2 * KIB) queue.append(bytes, at, at + KIB);
    queue.write(queue.span, pattern(1), 0, 1);
    expect(queue.bytes).toBe(bytes);
    expect(queue.blocks).toBe(251);
  });

  it('are zeros where who has promised them gave their memory away', () => {
    const queue = new ByteQueue(poolOf());
    const bytes = pattern(40 * KIB);
    queue.write(0, pattern(5), 0, 5);
    queue.append(bytes, 0, bytes.length);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    expect(lentOf(queue, 0, 20 * KIB)).toBe(null);
    expect(lentOf(queue, 100, 20 * KIB)).toBe(null);
    const out = Buffer.alloc(100, 7);
    queue.read(0, 100, out, 0);
    expect(out.equals(Buffer.concat([pattern(5), Buffer.alloc(95)]))).toBe(true);
    queue.drop(40 * KIB);
    expect(readOf(queue, 0, 5).equals(Buffer.alloc(5))).toBe(true);
  });

  it('are refused beyond a span of a GiB', () => {
    const queue = new ByteQueue(poolOf());
    queue.write(2 ** 30 - 1, pattern(1), 0, 1);
    expect(() => queue.append(pattern(2), 0, 1)).toThrow(RangeError);
  });
});
