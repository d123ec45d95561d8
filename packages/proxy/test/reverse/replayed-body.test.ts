import { describe, expect, it } from 'vitest';
import { ReplayedBody } from '../../src/reverse/replayed-body.js';

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

async function* content(count: number, length: number): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < count; n++) yield bytes(length, n);
}

/** Takes so many pieces; their first octets. */
async function take(body: ReplayedBody, count: number): Promise<number[]> {
  const pieces = body.attempt()[Symbol.asyncIterator]();
  const firsts: number[] = [];
  for (let n = 0; n < count; n++) {
    const { done, value } = await pieces.next();
    if (done) break;
    firsts.push(value[0] ?? -1);
  }
  await pieces.return?.();
  return firsts;
}

describe('content', () => {
  it('is there again for the next attempt, what was read and what was not', async () => {
    const body = new ReplayedBody(content(5, 1000));
    expect(await take(body, 2)).toEqual([0, 1]);
    expect(body.isOver).toBe(false);
    expect(await take(body, 9)).toEqual([0, 1, 2, 3, 4]);
    expect(body.isOver).toBe(true);
    expect(await take(body, 9)).toEqual([0, 1, 2, 3, 4]);
    expect(body.isWhole).toBe(true);
  });

  it('beyond a bound is let go of once it is sent', async () => {
    const body = new ReplayedBody(content(5, 40_000));
    expect(await take(body, 1)).toEqual([0]);
    expect(body.isWhole).toBe(true);
    expect(await take(body, 9)).toEqual([0, 1, 2, 3, 4]);
    expect(body.isWhole).toBe(false);
  });

  it('that one attempt still waited for goes to the next', async () => {
    let give: (value: Uint8Array) => void = () => {};
    const body = new ReplayedBody({
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise((resolve) => {
            give = (value) => resolve({ done: false, value });
          }),
      }),
    });
    const first = body.attempt()[Symbol.asyncIterator]();
    const waiting = first.next();
    await first.return?.();
    const second = body.attempt()[Symbol.asyncIterator]();
    const wanted = second.next();
    give(bytes(1, 7));
    expect((await wanted).value).toEqual(bytes(1, 7));
    expect((await waiting).done).toBe(true);
  });

  it('that fails fails for each attempt, and says with what', async () => {
    const error = new Error('the client has gone');
    const body = new ReplayedBody({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }),
    });
    await expect(take(body, 1)).rejects.toBe(error);
    await expect(take(body, 1)).rejects.toBe(error);
    expect(body.failure).toBe(error);
  });
});
