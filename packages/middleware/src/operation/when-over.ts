/**
 * The end of a response whose content is a stream: behind its last piece, or where it breaks off.
 */

import { isStream, type Response } from '@netlayers/http';

/** Calls back once: at once where the content is in memory, with an error where a stream fails. */
export function whenOver(response: Response, over: (error: unknown) => void): Response {
  const { content } = response;
  if (!isStream(content)) {
    over(null);
    return response;
  }
  let isOver = false;
  const end = (error: unknown): void => {
    if (isOver) return;
    isOver = true;
    over(error);
  };
  let pieces: AsyncIterator<Uint8Array> | null = null;
  const source = (): AsyncIterator<Uint8Array> => {
    pieces ??= content[Symbol.asyncIterator]();
    return pieces;
  };
  const watched: AsyncIterableIterator<Uint8Array> = {
    async next() {
      try {
        const result = await source().next();
        if (result.done === true) end(null);
        return result;
      } catch (error) {
        end(error);
        throw error;
      }
    },
    async return() {
      end(null);
      await source().return?.();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]: () => watched,
  };
  return response.body(watched);
}
