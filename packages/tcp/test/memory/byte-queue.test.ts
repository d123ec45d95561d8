import { type SeededRandom, seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { BLOCK_COST, LARGEST_BLOCK } from '../../src/memory/block-pool.js';
import { ByteQueue } from '../../src/memory/byte-queue.js';
import { poolOf } from '../support/memory.js';
import { pattern } from '../support/segments.js';

const MIB = 2 ** 20;

/** Octet by octet; -1 is a gap. */
class Model {
  octets: number[] = [];

  write(offset: number, bytes: Uint8Array): void {
    while (this.octets.length < offset + bytes.length && bytes.length > 0) this.octets.push(-1);
    bytes.forEach((byte, i) => {
      if (this.octets[offset + i] === -1) this.octets[offset + i] = byte;
    });
  }

  drop(length: number): void {
    this.octets.splice(0, length);
    if (this.octets.every((octet) => octet < 0)) this.octets = [];
  }

  truncate(length: number): void {
    this.octets.length = Math.min(this.octets.length, Math.max(0, length));
    while (this.octets.at(-1) === -1) this.octets.pop();
  }

  /** The filled stretches as [from, to). */
  get runs(): [number, number][] {
    const runs: [number, number][] = [];
    this.octets.forEach((octet, at) => {
      if (octet < 0) return;
      const last = runs.at(-1);
      if (last !== undefined && last[1] === at) last[1]++;
      else runs.push([at, at + 1]);
    });
    return runs;
  }
}

/** What is lent of a stretch; null = it is in too many pieces. */
function lentPieces(queue: ByteQueue, offset: number, length: number): Uint8Array[] | null {
  const pieces: Uint8Array[] = [];
  let next = 1000;
  const taker = {
    lend(at: number, buf: Uint8Array, start: number, end: number): boolean {
      expect(at).toBe(next);
      next += end - start;
      pieces.push(buf.subarray(start, end));
      return true;
    },
  };
  if (queue.lend(offset, length, taker, next)) return pieces;
  expect(pieces).toEqual([]);
  return null;
}

function compare(queue: ByteQueue, model: Model, name: string): void {
  expect(queue.span, name).toBe(model.octets.length);
  const { runs } = model;
  let held = 0;
  for (const [from, to] of runs) {
    const out = new Uint8Array(to - from + 2).fill(0xee);
    queue.read(from, to - from, out, 1);
    expect(out[0]).toBe(0xee);
    expect(out.at(-1)).toBe(0xee);
    const expected = Buffer.from(model.octets.slice(from, to));
    expect(Buffer.from(out.subarray(1, -1)).equals(expected), name).toBe(true);
    const pieces = lentPieces(queue, from, to - from);
    if (pieces !== null) expect(Buffer.concat(pieces).equals(expected), name).toBe(true);
    held += to - from;
  }
  expect(queue.held, name).toBe(held);
  if (runs[0]?.[0] === 0) {
    const run = queue.runLength(runs[0][1]);
    expect(run).toBeGreaterThan(0);
    const lent = queue.bytes.subarray(queue.runStart, queue.runStart + run);
    expect(Buffer.from(lent).equals(Buffer.from(model.octets.slice(0, run))), name).toBe(true);
  }
  if (held === 0) expect([queue.capacity, queue.blocks, queue.bytes.length]).toEqual([0, 0, 0]);
  expect(queue.capacity, name).toBeLessThanOrEqual(held * 8 + runs.length * 64 + 4096);
}

/** One step on both; `reach` is how far from the oldest octet a write may begin. */
function step(random: SeededRandom, queue: ByteQueue, model: Model, reach: number): void {
  const kind = random.below(8);
  if (kind < 5) {
    const bytes = random.bytes(random.below(kind === 0 ? 3000 : 60));
    const isAppended = random.below(3) === 0;
    const offset = isAppended ? model.octets.length : random.below(reach);
    queue.write(offset, bytes, 0, bytes.length);
    model.write(offset, bytes);
  } else if (kind < 7) {
    const length = random.below(random.below(4) === 0 ? model.octets.length + 1 : 200);
    queue.drop(length);
    model.drop(length);
  } else {
    const length = random.below(model.octets.length + 1);
    queue.truncate(length);
    model.truncate(length);
  }
}

describe('ByteQueue', () => {
  it('behaves like an array with gaps in which the first writer of an octet stays', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = seededRandom(seed);
      const pool = poolOf();
      const queue = new ByteQueue(pool);
      const model = new Model();
      const reach = 1 + random.below(seed % 2 === 0 ? 6000 : 500);
      for (let i = 0; i < 150; i++) {
        step(random, queue, model, reach);
        compare(queue, model, `seed ${seed}, step ${i}`);
      }
      const { memoryUsed } = pool.budget.counters;
      expect(memoryUsed).toBe(queue.capacity + queue.blocks * BLOCK_COST);
      queue.release();
      expect(pool.budget.counters.memoryUsed).toBe(0);
    }
  });

  it('is byte-exact over a GiB and more, in pieces that never fit', () => {
    const queue = new ByteQueue(poolOf());
    const piece = pattern(65_536);
    const out = new Uint8Array(63_712);
    let written = 0;
    let read = 0;
    while (read < 1.2 * 2 ** 30) {
      while (queue.span < MIB) {
        queue.write(queue.span, piece, 0, piece.length);
        written += piece.length;
      }
      queue.read(0, out.length, out, 0);
      const at = read % piece.length;
      if (out[0] !== piece[at] || out[5000] !== piece[(at + 5000) % piece.length]) {
        expect.fail(`octet ${read}`);
      }
      queue.drop(out.length);
      read += out.length;
    }
    expect(queue.span).toBe(written - read);
  });

  it('takes many pieces, and gives them back as one run after the other', () => {
    const queue = new ByteQueue(poolOf());
    const whole = pattern(3 * LARGEST_BLOCK + 777);
    queue.write(0, whole, 0, whole.length);
    const out: Uint8Array[] = [];
    let runs = 0;
    while (queue.span > 0) {
      const run = queue.runLength(queue.span);
      out.push(queue.bytes.slice(queue.runStart, queue.runStart + run));
      queue.drop(run);
      runs++;
    }
    expect(Buffer.concat(out).equals(Buffer.from(whole))).toBe(true);
    expect(runs).toBe(4);
  });

  it('costs 64 octets for an island of one, wherever it lies', () => {
    const queue = new ByteQueue(poolOf());
    for (let i = 0; i < 10_000; i++) queue.write(1000 + i * 100, pattern(1, i), 0, 1);
    expect(queue.held).toBe(10_000);
    expect(queue.capacity).toBe(640_000);
    const out = new Uint8Array(1);
    queue.read(1000 + 9999 * 100, 1, out, 0);
    expect(out).toEqual(pattern(1, 9999));
  });

  it('puts text together that comes from behind, octet by octet', () => {
    const queue = new ByteQueue(poolOf());
    const whole = pattern(50_000);
    for (let at = whole.length - 1; at >= 0; at--) queue.write(at + 10, whole, at, at + 1);
    expect(queue.blocks).toBeLessThan(20);
    const out = new Uint8Array(whole.length);
    queue.read(10, whole.length, out, 0);
    expect(Buffer.from(out).equals(Buffer.from(whole))).toBe(true);
  });

  it('puts text together that comes in any order, in few blocks', () => {
    const random = seededRandom(5);
    const queue = new ByteQueue(poolOf());
    const whole = pattern(1_000_000);
    const order = Array.from({ length: 1000 }, (_, i) => i);
    for (let i = order.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    for (const i of order) queue.write(i * 1000, whole, i * 1000, i * 1000 + 1000);
    const out = new Uint8Array(whole.length);
    queue.read(0, whole.length, out, 0);
    expect(Buffer.from(out).equals(Buffer.from(whole))).toBe(true);
    expect(queue.blocks).toBeLessThan(512);
    expect(queue.capacity).toBeLessThan(2 * whole.length);
  });

  it('does not keep a long block for what is left of it', () => {
    const queue = new ByteQueue(poolOf());
    queue.write(0, pattern(200_000), 0, 200_000);
    expect(queue.capacity).toBe(LARGEST_BLOCK);
    queue.drop(199_990);
    expect(queue.capacity).toBe(64);
    const out = new Uint8Array(10);
    queue.read(0, 10, out, 0);
    expect(out).toEqual(pattern(10, 199_990));
    queue.drop(10);
    expect(queue.capacity).toBe(0);
  });

  it('allocates nothing in a steady state', () => {
    const pool = poolOf();
    const queue = new ByteQueue(pool);
    const piece = pattern(65_536);
    const seen = new Set<Uint8Array>();
    for (let i = 0; i < 500; i++) {
      while (queue.span < MIB) queue.write(queue.span, piece, 0, piece.length);
      seen.add(queue.bytes);
      queue.drop(63_712);
    }
    expect(seen.size).toBeLessThanOrEqual(6);
  });

  it('lends up to three pieces, and nothing to somebody who takes none', () => {
    const queue = new ByteQueue(poolOf());
    const block = new Uint8Array(LARGEST_BLOCK);
    for (let i = 0; i < 4; i++) queue.write(queue.span, block, 0, block.length);
    const lengths = (offset: number, length: number) =>
      lentPieces(queue, offset, length)?.map((piece) => piece.length);
    const all = LARGEST_BLOCK;
    expect(lengths(5, 10)).toEqual([10]);
    expect(lengths(all - 1, all + 2)).toEqual([1, all, 1]);
    expect(lengths(all - 1, all + 1)).toEqual([1, all]);
    expect(lengths(0, 3 * all)).toEqual([all, all, all]);
    expect(lengths(all - 1, 2 * all + 2)).toBeUndefined();
    expect(queue.lend(0, 10, { lend: () => false }, 0)).toBe(false);
  });

  it('refuses to span more than a GiB', () => {
    const queue = new ByteQueue(poolOf());
    expect(() => queue.write(2 ** 30 - 1, pattern(2), 0, 2)).toThrow(RangeError);
    expect(queue.capacity).toBe(0);
  });
});
