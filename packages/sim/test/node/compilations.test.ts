import { simulate } from '@netlayers/sim/node';
import { describe, expect, it } from 'vitest';

/** A module of many functions, `(func (result i32) (i32.const 7))` each: some ms of work for a thread. */
function moduleOf(functions: number): Uint8Array<ArrayBuffer> {
  const leb = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
  const section = (id: number, body: number[]): number[] => [id, ...leb(body.length), ...body];
  const count = leb(functions);
  const code = Array.from({ length: functions }, () => [4, 0, 0x41, 7, 0x0b]).flat();
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 1, 0x7f]),
    ...section(3, [...count, ...new Array<number>(functions).fill(0)]),
    ...section(10, [...count, ...code]),
  ]);
}

/** How far virtual time gets, with a timer that would move it, until something is there. */
const timeUntil = (begin: () => Promise<unknown>): Promise<number> =>
  simulate({ captureFolder: null }, async (net) => {
    const timer = setInterval(() => {}, 1);
    await begin();
    clearInterval(timer);
    return net.clock.now();
  });

describe('WebAssembly', () => {
  it('is compiled while time stands still', async () => {
    const bytes = moduleOf(50_000);
    expect(await timeUntil(() => WebAssembly.compile(bytes))).toBe(0);
    expect(await timeUntil(() => WebAssembly.instantiate(bytes))).toBe(0);
  });

  it('that was begun before the simulation holds it too', async () => {
    const compiled = WebAssembly.compile(moduleOf(50_000));
    expect(await timeUntil(() => compiled)).toBe(0);
  });

  it('that is no module fails as ever', async () => {
    const wrong = new Uint8Array([1, 2, 3]);
    await expect(timeUntil(() => WebAssembly.compile(wrong))).rejects.toThrow(/expected 4 bytes/);
  });
});
