import { createTcpHeader, TcpFlag } from '@netlayers/tcp';
import { describe, expect, it } from 'vitest';
import { Answer, AnswerLimiter, movesSequence } from '../../src/connection/answer-limiter.js';

describe('AnswerLimiter', () => {
  it('lets the first of a kind go at once, then one per 500 ms [RFC 5961 7]', () => {
    const limiter = new AnswerLimiter();
    const allowed: number[] = [];
    for (let now = 0; now <= 2000; now++) {
      if (limiter.allow(Answer.RESET, now)) allowed.push(now);
    }
    expect(allowed).toEqual([0, 500, 1000, 1500, 2000]);
  });

  it('keeps the kinds apart', () => {
    const limiter = new AnswerLimiter();
    const kinds = Object.values(Answer);
    expect(kinds.map((kind) => limiter.allow(kind, 10))).toEqual(kinds.map(() => true));
    expect(kinds.map((kind) => limiter.allow(kind, 509))).toEqual(kinds.map(() => false));
    expect(kinds.map((kind) => limiter.allow(kind, 510))).toEqual(kinds.map(() => true));
  });

  it('counts from the last answer, not from the last refusal', () => {
    const limiter = new AnswerLimiter();
    limiter.allow(Answer.SYN, 0);
    for (let now = 1; now < 500; now++) limiter.allow(Answer.SYN, now);
    expect(limiter.allow(Answer.SYN, 500)).toBe(true);
  });
});

describe('what is excepted where it is a repetition', () => {
  const segment = (flags: number, len: number) => ({ ...createTcpHeader(), flags, len });

  it('is text and a FIN, not a SYN nor a bare ACK', () => {
    expect(movesSequence(segment(TcpFlag.ACK, 5))).toBe(true);
    expect(movesSequence(segment(TcpFlag.ACK | TcpFlag.FIN, 1))).toBe(true);
    expect(movesSequence(segment(TcpFlag.ACK, 0))).toBe(false);
    expect(movesSequence(segment(TcpFlag.SYN, 1))).toBe(false);
    expect(movesSequence(segment(TcpFlag.SYN, 6))).toBe(false);
  });
});
