import { describe, expect, it } from 'vitest';
import { createAckSample } from '../../src/congestion/congestion-control.js';
import { HyStart } from '../../src/congestion/hystart.js';

const MSS = 1000;

/** Round trips measured one after another; says when slow start is over. */
class Rounds {
  readonly hystart: HyStart;
  readonly #sample = createAckSample();

  constructor(isPaced = false) {
    this.hystart = new HyStart(isPaced);
  }

  ack(rttMs: number, roundEnded = false): boolean {
    this.#sample.rttMs = rttMs;
    this.#sample.roundEnded = roundEnded;
    return this.hystart.handleAck(this.#sample);
  }

  /** A round of these round trips; the last one ends it. */
  round(...rtts: number[]): boolean {
    let isOver = false;
    rtts.forEach((rtt, i) => {
      isOver = this.ack(rtt, i === rtts.length - 1) || isOver;
    });
    return isOver;
  }
}

const times = (n: number, rttMs: number): number[] => new Array<number>(n).fill(rttMs);

/** In conservative slow start since the end of a round, with a baseline of 60 ms. */
function conservative(): Rounds {
  const rounds = new Rounds();
  rounds.round(...times(10, 50));
  rounds.round(...times(10, 60));
  expect(rounds.hystart.isConservative).toBe(true);
  return rounds;
}

describe('standard slow start', () => {
  it('opens the window by what was acknowledged, at most 8 segments [RFC 9406 4.2] [RFC 3465 2.2]', () => {
    const { hystart } = new Rounds();
    expect(hystart.growth(MSS, MSS)).toBe(MSS);
    expect(hystart.growth(8 * MSS, MSS)).toBe(8 * MSS);
    expect(hystart.growth(50 * MSS, MSS)).toBe(8 * MSS);
  });

  it('knows no limit when the sender paces [RFC 9406 4.3]', () => {
    expect(new Rounds(true).hystart.growth(50 * MSS, MSS)).toBe(50 * MSS);
  });

  it('lasts as long as nothing is delayed [RFC 9406 4.2]', () => {
    const rounds = new Rounds();
    for (let i = 0; i < 20; i++) expect(rounds.round(...times(10, 50))).toBe(false);
    expect(rounds.hystart.isConservative).toBe(false);
  });

  it('needs a round to compare with [RFC 9406 4.2]', () => {
    const rounds = new Rounds();
    rounds.round(...times(7, 50), ...times(20, 500));
    expect(rounds.hystart.isConservative).toBe(false);
  });

  it('needs eight measurements of the round [RFC 9406 4.2]', () => {
    const rounds = new Rounds();
    rounds.round(...times(10, 50));
    for (let i = 0; i < 7; i++) rounds.ack(80);
    // An ACK that measured nothing is no sample.
    for (let i = 0; i < 20; i++) rounds.ack(-1);
    expect(rounds.hystart.isConservative).toBe(false);
    rounds.ack(80);
    expect(rounds.hystart.isConservative).toBe(true);
  });

  it('counts the measurements of one round only [RFC 9406 4.2]', () => {
    const rounds = new Rounds();
    rounds.round(...times(10, 50));
    rounds.round(...times(7, 80));
    rounds.round(...times(7, 110));
    rounds.round(...times(7, 140));
    expect(rounds.hystart.isConservative).toBe(false);
  });

  it('looks at the smallest of a round: a queue that drains is none [RFC 9406 4.2]', () => {
    const rounds = new Rounds();
    rounds.round(...times(10, 50));
    rounds.round(50, ...times(30, 200));
    expect(rounds.hystart.isConservative).toBe(false);
  });

  it('forgets what it knows of a round without measurements [RFC 9406 4.2]', () => {
    const rounds = new Rounds();
    rounds.round(...times(10, 50));
    rounds.round(-1);
    rounds.round(...times(10, 90));
    expect(rounds.hystart.isConservative).toBe(false);
  });

  it.each([
    { lastMs: 2, thresholdMs: 4, because: 'MIN_RTT_THRESH' },
    { lastMs: 32, thresholdMs: 4, because: 'MIN_RTT_THRESH' },
    { lastMs: 80, thresholdMs: 10, because: 'an eighth' },
    { lastMs: 128, thresholdMs: 16, because: 'MAX_RTT_THRESH' },
    { lastMs: 600, thresholdMs: 16, because: 'MAX_RTT_THRESH' },
  ])(
    'bears $thresholdMs ms more than $lastMs ms: $because [RFC 9406 4.2]',
    ({ lastMs, thresholdMs }) => {
      const below = new Rounds();
      below.round(...times(10, lastMs));
      below.round(...times(10, lastMs + thresholdMs - 0.01));
      expect(below.hystart.isConservative).toBe(false);
      const above = new Rounds();
      above.round(...times(10, lastMs));
      above.round(...times(10, lastMs + thresholdMs));
      expect(above.hystart.isConservative).toBe(true);
    },
  );
});

describe('conservative slow start', () => {
  it('grows a quarter as fast [RFC 9406 4.2]', () => {
    const { hystart } = conservative();
    expect(hystart.growth(MSS, MSS)).toBe(MSS / 4);
    expect(hystart.growth(50 * MSS, MSS)).toBe(2 * MSS);
  });

  it('ends after five rounds, the one in which it began included [RFC 9406 4.2]', () => {
    const rounds = conservative();
    expect(rounds.round(...times(10, 61))).toBe(false);
    expect(rounds.round(...times(10, 62))).toBe(false);
    expect(rounds.round(...times(10, 63))).toBe(false);
    expect(rounds.round(...times(10, 64))).toBe(true);
  });

  it('was a mistake when a round trip falls below its first [RFC 9406 4.2]', () => {
    const rounds = conservative();
    rounds.round(...times(10, 60));
    expect(rounds.hystart.isConservative).toBe(true);
    rounds.round(...times(10, 59.9));
    expect(rounds.hystart.isConservative).toBe(false);
    expect(rounds.hystart.growth(MSS, MSS)).toBe(MSS);
  });

  it('needs eight measurements to be a mistake [RFC 9406 4.2]', () => {
    const rounds = conservative();
    rounds.round(...times(7, 20));
    expect(rounds.hystart.isConservative).toBe(true);
  });

  it('may be a mistake in the round in which it began [RFC 9406 4.2]', () => {
    const rounds = new Rounds();
    rounds.round(...times(10, 50));
    for (let i = 0; i < 8; i++) rounds.ack(60);
    expect(rounds.hystart.isConservative).toBe(true);
    rounds.ack(55);
    expect(rounds.hystart.isConservative).toBe(false);
  });

  it('counts its rounds from the beginning when it comes again [RFC 9406 4.2]', () => {
    const rounds = conservative();
    for (let i = 0; i < 3; i++) expect(rounds.round(...times(10, 60))).toBe(false);
    rounds.round(...times(10, 50));
    expect(rounds.hystart.isConservative).toBe(false);
    rounds.round(...times(10, 60));
    expect(rounds.hystart.isConservative).toBe(true);
    for (let i = 0; i < 3; i++) expect(rounds.round(...times(10, 60))).toBe(false);
    expect(rounds.round(...times(10, 60))).toBe(true);
  });

  it('is forgotten with everything measured when the connection was idle [RFC 9406 4.3]', () => {
    const rounds = conservative();
    rounds.hystart.restart();
    expect(rounds.hystart.isConservative).toBe(false);
    rounds.round(...times(10, 90));
    expect(rounds.hystart.isConservative).toBe(false);
    rounds.round(...times(10, 102));
    expect(rounds.hystart.isConservative).toBe(true);
  });
});
