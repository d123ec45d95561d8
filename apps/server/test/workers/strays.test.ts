import type { Stack } from '@netlayers/stack';
import { describe, expect, it } from 'vitest';
import type { StrayPacket } from '../../src/workers/messages.js';
import { Strays } from '../../src/workers/strays.js';

const macrotask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A stack that has connections for even packets, and says what it answers. */
function evenStack() {
  let now = 0;
  const sent: StrayPacket[][] = [];
  const answered: number[] = [];
  const strays = new Strays(
    (packets) => sent.push([...packets]),
    () => now,
  );
  const handlePacket = (buf: Uint8Array, start: number, end: number): void => {
    const number = buf[start]!;
    if (number % 2 === 0) return;
    if (!strays.handleUnclaimed(buf, start, end, 0, 0)) answered.push(number);
  };
  const stack = { handlePacket } as unknown as Stack;
  return { strays, stack, sent, answered, handlePacket, later: (ms: number) => (now += ms) };
}

const packet = (number: number): StrayPacket => ({
  bytes: Uint8Array.of(number),
  checksum: 0,
  segmentSize: 0,
});

describe('packets that a worker has no connection for', () => {
  it('are asked about together, copied, and not answered', async () => {
    const { sent, answered, handlePacket } = evenStack();
    const buf = Uint8Array.of(1, 3, 2);
    for (let at = 0; at < 3; at++) handlePacket(buf, at, at + 1);
    buf.fill(9);
    await macrotask();
    expect(sent).toEqual([[packet(1), packet(3)]]);
    expect(answered).toEqual([]);
  });

  it('are claimed by whoever has one, which asks nobody again', async () => {
    const { strays, stack, sent, answered } = evenStack();
    expect(strays.claim(stack, [packet(1), packet(2)])).toEqual([false, true]);
    await macrotask();
    expect([sent, answered]).toEqual([[], []]);
  });

  it('are answered when nobody has one', async () => {
    const { strays, stack, sent, answered } = evenStack();
    strays.answer(stack, [packet(5), packet(7)]);
    await macrotask();
    expect([sent, answered]).toEqual([[], [5, 7]]);
  });

  it('are dropped where there are too many of them, for a while', async () => {
    const { sent, answered, handlePacket, later } = evenStack();
    for (let n = 0; n < 5000; n++) handlePacket(Uint8Array.of(1), 0, 1);
    await macrotask();
    expect(sent.flat()).toHaveLength(1000);
    later(100);
    handlePacket(Uint8Array.of(1), 0, 1);
    await macrotask();
    expect(sent.flat()).toHaveLength(1001);
    expect(answered).toEqual([]);
  });
});
