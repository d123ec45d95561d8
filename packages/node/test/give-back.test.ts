import { describe, expect, it } from 'vitest';
import { giveBack } from '../src/give-back.js';

const LARGE = 0x1_0000;

describe('giveBack', () => {
  it('empties an array that has its memory for itself, at once', () => {
    const bytes = new Uint8Array(LARGE);
    giveBack(bytes);
    expect([bytes.length, bytes.buffer.byteLength]).toEqual([0, 0]);
  });

  it('leaves parts of a larger memory alone, which others may use', () => {
    const whole = new Uint8Array(2 * LARGE).fill(7);
    giveBack(whole.subarray(LARGE));
    giveBack(whole.subarray(0, LARGE));
    expect(whole.every((octet) => octet === 7)).toBe(true);
  });

  it('leaves small arrays to the collector, which takes them for less', () => {
    const bytes = new Uint8Array(100);
    giveBack(bytes);
    expect(bytes.length).toBe(100);
  });
});
