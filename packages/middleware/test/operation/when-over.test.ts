import { Response } from '@netlayers/http';
import { expect, it } from 'vitest';
import { whenOver } from '../../src/operation/when-over.js';

async function* pieces(fails = false): AsyncGenerator<Uint8Array> {
  yield Uint8Array.of(1);
  if (fails) throw new Error('broken');
}

const watch = (response: Response) => {
  const ends: unknown[] = [];
  const { content } = whenOver(response, (error) => ends.push(error));
  return { ends, content: content as AsyncIterableIterator<Uint8Array> };
};

it('a response in memory is over at once', () => {
  expect(watch(new Response(200).body('x')).ends).toEqual([null]);
  expect(watch(new Response(200)).ends).toEqual([null]);
});

it('a stream is over behind its last piece, once', async () => {
  const { ends, content } = watch(new Response(200).body(pieces()));
  await content.next();
  expect(ends).toEqual([]);
  await content.next();
  await content.next();
  expect(ends).toEqual([null]);
});

it('a stream is over where it fails, or is let go', async () => {
  const failing = watch(new Response(200).body(pieces(true)));
  await failing.content.next();
  await expect(failing.content.next()).rejects.toThrow('broken');
  expect(failing.ends).toEqual([new Error('broken')]);
  const left = watch(new Response(200).body(pieces()));
  await left.content.return!();
  expect(left.ends).toEqual([null]);
  expect((await left.content.next()).done).toBe(true);
});
