import { describe, expect, it } from 'vitest';
import { IncomingBody } from '../../src/request/incoming-body.js';

const SOURCE = { wantBody: () => {}, holdBody: () => {}, countHeld: () => true };

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(7);

/** What a reader that waits is given for these bytes. */
async function given(buf: Uint8Array, start: number, end: number, lasts: boolean) {
  const body = new IncomingBody(SOURCE, -1);
  const next = body.iterate().next();
  body.push(buf, start, end, lasts);
  return (await next).value as Uint8Array;
}

describe('bytes that last', () => {
  it('are handed on as they are, as a plain array', async () => {
    const buf = Buffer.from(bytes(1000).buffer);
    const piece = await given(buf, 100, 1000, true);
    expect([piece.buffer === buf.buffer, piece.byteOffset, piece.length]).toEqual([true, 100, 900]);
    expect(Buffer.isBuffer(piece)).toBe(false);
  });

  it('are copied where they are the smaller part of what would be held', async () => {
    const buf = bytes(1000);
    const piece = await given(buf, 501, 1000, true);
    expect([piece.buffer === buf.buffer, piece.length]).toEqual([false, 499]);
  });

  it('are collected without a copy where they are all there is', async () => {
    const buf = bytes(1000);
    const body = new IncomingBody(SOURCE, 1000);
    const whole = body.collect(1000);
    body.push(buf, 0, 1000, true);
    body.finish(null);
    expect((await whole).buffer).toBe(buf.buffer);
  });
});

describe('bytes that the source can have last', () => {
  /** What a reader is given of bytes when the source answers so, and of which memory it was asked. */
  async function keeping(answer: boolean, start: number, isWaitedFor: boolean) {
    const buf = bytes(1000);
    const asked: Uint8Array[] = [];
    const keep = (memory: Uint8Array): boolean => {
      asked.push(memory);
      return answer;
    };
    const body = new IncomingBody({ ...SOURCE, keep }, -1);
    const iterator = body.iterate();
    const early = isWaitedFor ? iterator.next() : null;
    body.push(buf, start, 1000);
    const { value } = await (early ?? iterator.next());
    const piece = value as Uint8Array;
    return {
      asked: asked.map((memory) => memory === buf),
      isKept: piece.buffer === buf.buffer,
      piece,
    };
  }

  it.each([true, false])('are kept as they are, waited for: %j', async (isWaitedFor) => {
    const { asked, isKept, piece } = await keeping(true, 100, isWaitedFor);
    expect([asked, isKept, piece.byteOffset, piece.length]).toEqual([[true], true, 100, 900]);
  });

  it.each([true, false])('are copied when it cannot, waited for: %j', async (isWaitedFor) => {
    const { asked, isKept, piece } = await keeping(false, 100, isWaitedFor);
    expect([asked, isKept, piece.length]).toEqual([[true], false, 900]);
  });

  it('are not asked for where they are the smaller part of what would be held', async () => {
    const { asked, isKept, piece } = await keeping(true, 501, true);
    expect([asked, isKept, piece.length]).toEqual([[], false, 499]);
  });
});

describe('bytes that are only lent', () => {
  it('are copied, for who waits and for who comes later', async () => {
    const buf = bytes(1000);
    const piece = await given(buf, 0, 1000, false);
    const body = new IncomingBody(SOURCE, 1000);
    body.push(buf, 0, 1000);
    body.finish(null);
    const whole = await body.collect(1000);
    buf.fill(8);
    expect([piece[0], whole[0]]).toEqual([7, 7]);
  });
});
