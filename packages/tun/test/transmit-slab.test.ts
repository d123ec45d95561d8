import { expect, it } from 'vitest';
import { TransmitSlab } from '../src/transmit-slab.js';

const HEADROOM = 12;

it('leaves the headroom free in front of every packet', () => {
  const slab = new TransmitSlab(1024, HEADROOM, 200);
  let end = 0;
  for (const length of [1, 20, 200, 0]) {
    const at = slab.reserve(length);
    expect(at - HEADROOM).toBeGreaterThanOrEqual(end);
    expect(at % 4, 'on a word').toBe(0);
    slab.commit(at, at + length);
    end = at + length;
  }
  expect([slab.head, slab.tail]).toEqual([0, 4]);
});

it('records where a packet begins, its header included, and where it ends', () => {
  const slab = new TransmitSlab(1024, HEADROOM, 200);
  const at = slab.reserve(100);
  slab.commit(at + 40, at + 90);
  expect([slab.starts[0], slab.ends[0]]).toEqual([at + 40 - HEADROOM, at + 90]);
});

it('is full when the bytes are used up, and empty again after clear', () => {
  const slab = new TransmitSlab(1024, HEADROOM, 200);
  let packets = 0;
  for (let at = slab.reserve(200); at >= 0; at = slab.reserve(200)) {
    slab.commit(at, at + 200);
    packets++;
  }
  expect(packets).toBe(4);
  expect(slab.reserve(100), 'a smaller one fits').toBeGreaterThan(slab.ends[3]!);
  slab.clear();
  expect(slab.isEmpty).toBe(true);
  expect(slab.reserve(200)).toBe(HEADROOM);
});

it('is full when there is no place for another entry', () => {
  const slab = new TransmitSlab(1024, 0, 200);
  for (let i = 0; i < 16; i++) {
    const at = slab.reserve(1);
    slab.commit(at, at + 1);
  }
  expect(slab.reserve(1)).toBe(-1);
});

it('gives the same room again when a reservation was not used', () => {
  const slab = new TransmitSlab(1024, HEADROOM, 200);
  expect(slab.reserve(200)).toBe(slab.reserve(100));
});

it.each([-1, 201])('refuses to reserve %d bytes', (length) => {
  expect(() => new TransmitSlab(1024, HEADROOM, 200).reserve(length)).toThrow(RangeError);
});

it('refuses a commit outside of the open reservation', () => {
  const slab = new TransmitSlab(1024, HEADROOM, 200);
  expect(() => slab.commit(HEADROOM, HEADROOM + 1), 'none is open').toThrow(RangeError);
  const at = slab.reserve(100);
  expect(() => slab.commit(at - 1, at + 50)).toThrow(RangeError);
  expect(() => slab.commit(at, at + 101)).toThrow(RangeError);
  expect(() => slab.commit(at + 50, at + 40)).toThrow(RangeError);
  slab.commit(at, at + 100);
  expect(() => slab.commit(at, at + 100), 'twice').toThrow(RangeError);
});
