import { OctetQueue } from '@netlayers/bytes';
import { describe, expect, it } from 'vitest';

describe('a queue of octets', () => {
  it('gives back what it was given, whatever the pieces', () => {
    const queue = new OctetQueue();
    const expected: number[] = [];
    const given: number[] = [];
    let next = 0;
    for (let round = 1; round < 400; round++) {
      const piece = Uint8Array.from({ length: (round * 37) % 700 }, () => next++ & 0xff);
      expected.push(...piece);
      queue.append(piece, 0, piece.length);
      if (round % 3 === 0) given.push(...(queue.take() ?? []));
      expect(queue.length).toBe(expected.length - given.length);
    }
    given.push(...queue.takeAll());
    expect(given).toEqual(expected);
    expect(queue.take()).toBeNull();
    expect(queue.takeAll()).toHaveLength(0);
  });

  it('copies what is only lent, and takes the part that it is told', () => {
    const queue = new OctetQueue();
    const lent = Uint8Array.of(1, 2, 3, 4);
    queue.append(lent, 1, 3);
    lent.fill(0xdb);
    expect([...queue.takeAll()]).toEqual([2, 3]);
  });

  it('takes memory by octets, not by pieces', () => {
    const queue = new OctetQueue();
    const one = Uint8Array.of(7);
    for (let i = 0; i < 300_000; i++) queue.append(one, 0, 1);
    let blocks = 0;
    for (let piece = queue.take(); piece !== null; piece = queue.take()) blocks++;
    expect(blocks).toBeLessThan(20);
  });

  it('keeps a large piece that is given to it as it is, in its place', () => {
    const queue = new OctetQueue();
    const large = new Uint8Array(1000).fill(2);
    queue.append(Uint8Array.of(1), 0, 1);
    queue.adopt(large);
    queue.append(Uint8Array.of(3), 0, 1);
    queue.adopt(Uint8Array.of(4));
    expect(queue.length).toBe(1003);
    expect([...queue.take()!]).toEqual([1]);
    expect(queue.take()).toBe(large);
    expect([...queue.takeAll()]).toEqual([3, 4]);
    queue.adopt(large);
    expect(queue.takeAll()).toBe(large);
  });

  it('does not hold a memory for a part of it that it is given', () => {
    const queue = new OctetQueue();
    queue.adopt(new Uint8Array(1 << 20).subarray(0, 2000));
    expect(queue.takeAll().buffer.byteLength).toBe(2000);
    const most = new Uint8Array(2000).subarray(1000);
    queue.adopt(most);
    expect(queue.takeAll()).toBe(most);
    queue.adopt(new Uint8Array(2000).subarray(1001));
    expect(queue.takeAll().buffer.byteLength).toBe(999);
  });

  it('copies a large piece at once, in its place, and fills the block before it on', () => {
    const queue = new OctetQueue();
    const lent = Buffer.alloc(70_000, 2);
    queue.append(Uint8Array.of(1), 0, 1);
    queue.append(lent, 1000, 70_000);
    queue.append(Uint8Array.of(3), 0, 1);
    lent.fill(0xdb);
    expect(queue.length).toBe(69_002);
    const first = queue.take()!;
    const large = queue.take()!;
    const last = queue.take()!;
    expect([[...first], large.length, [...last]]).toEqual([[1], 69_000, [3]]);
    expect(large.every((octet) => octet === 2)).toBe(true);
    expect([large.constructor, large.buffer.byteLength]).toEqual([Uint8Array, 69_000]);
    expect(last.buffer).toBe(first.buffer);
  });

  it('is empty once it is cleared', () => {
    const queue = new OctetQueue();
    queue.append(Uint8Array.of(1), 0, 1);
    queue.clear();
    expect([queue.length, queue.take()]).toEqual([0, null]);
  });
});
