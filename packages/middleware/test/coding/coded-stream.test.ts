import zlib from 'node:zlib';
import { ManualClock } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { CodedStream } from '../../node/coding/coded-stream.js';
import type { Coder } from '../../node/coding/codings.js';

function open(source: AsyncIterable<Uint8Array>) {
  const coders: Coder[] = [];
  const make = (): Coder => {
    const coder = zlib.createGzip();
    coders.push(coder);
    return coder;
  };
  const stream = new CodedStream(source, make, { clock: new ManualClock(), flushMs: 0 });
  return { stream, coders };
}

async function* pieces(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('one');
  await new Promise(() => {});
}

describe('a coded stream', () => {
  it('ends its coder when nobody reads any further, though its source says nothing', async () => {
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    for (const source of [pieces(), silent]) {
      const { stream, coders } = open(source);
      void stream.next();
      await Promise.resolve();
      void stream.return();
      expect(coders.map(({ destroyed }) => destroyed)).toEqual([true]);
      expect((await stream.next()).done).toBe(true);
    }
  });

  it('makes no coder before somebody reads', async () => {
    const { stream, coders } = open(pieces());
    await stream.return();
    expect(coders).toEqual([]);
  });

  it('throws what its source has thrown, and no end', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('one');
      throw new Error('broken');
    }
    const { stream } = open(failing());
    const read = async (): Promise<void> => {
      for await (const _piece of stream);
    };
    await expect(read()).rejects.toThrow('broken');
  });
});
