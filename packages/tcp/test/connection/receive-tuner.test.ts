import { describe, expect, it } from 'vitest';
import { ReceiveTuner } from '../../src/connection/receive-tuner.js';
import { seq, seqAdd } from '../../src/wire/seq.js';

const MSS = 1000;

/** A tuner whose peer sends as the script says; the window is always 100,000. */
class Run {
  readonly tuner: ReceiveTuner;
  nxt = seq(0xffff_0000);
  now = 0;

  constructor(rttMs = Number.POSITIVE_INFINITY) {
    this.tuner = new ReceiveTuner(seqAdd(this.nxt, 100_000), this.nxt, rttMs, 10_000, 0);
  }

  /** After `ms`, `octets` have come, and have been taken unless they are held. */
  arrive(ms: number, octets: number, echoMs = 0, held = 0): number {
    this.now += ms;
    this.nxt = seqAdd(this.nxt, octets);
    const readSeq = seqAdd(this.nxt, -held);
    const edge = seqAdd(this.nxt, 100_000);
    const { nxt } = this;
    const space = { nxt, edge, readSeq, mss: MSS, wasHeld: held > 0 };
    const isDue = this.tuner.watch(space, this.now);
    return isDue || echoMs > 0 ? this.tuner.measure(space, echoMs, this.now) : 0;
  }
}

describe('the round trip of a receiver', () => {
  it('is the time until the edge that was offered is passed', () => {
    const run = new Run();
    for (let i = 0; i < 9; i++) run.arrive(5, 10_000);
    expect(run.tuner.rttMs).toBe(Number.POSITIVE_INFINITY);
    run.arrive(5, 10_000);
    expect(run.tuner.rttMs).toBe(50);
  });

  it('is the age of an echoed timestamp where that is less, if the clock can tell', () => {
    const run = new Run();
    run.arrive(1, 1000, 70);
    run.arrive(1, 1000, 40);
    run.arrive(1, 1000, 90);
    run.arrive(1, 1000, 0);
    run.arrive(1, 1000, 2);
    expect(run.tuner.rttMs).toBe(40);
    run.arrive(1, 1000, 3);
    expect(run.tuner.rttMs).toBe(3);
  });

  it('is that of the handshake until something less is known', () => {
    const run = new Run(80);
    run.arrive(1, 1000, 90);
    expect(run.tuner.rttMs).toBe(80);
    run.arrive(1, 1000, 70);
    expect(run.tuner.rttMs).toBe(70);
  });

  it('is not the time in which an application makes room', () => {
    const run = new Run(80);
    for (let i = 0; i < 40; i++) run.arrive(1000, 10_000, 0, 60_000);
    expect(run.tuner.rttMs).toBe(80);
  });

  it('is believed for ten seconds', () => {
    const run = new Run();
    run.arrive(0, 1000, 40);
    run.arrive(9999, 1000, 300);
    expect(run.tuner.rttMs).toBe(40);
    run.arrive(1, 1000, 300);
    expect(run.tuner.rttMs).toBe(300);
  });
});

describe('the window that an application has use for', () => {
  it('is twice what it takes in a round trip, more while that grows, and 16 segments', () => {
    const run = new Run();
    run.arrive(0, 0, 100);
    expect(run.arrive(50, 20_000)).toBe(0);
    // Twice as much as before: what follows is twice of twice.
    expect(run.arrive(50, 0)).toBe(2 * 20_000 * 3 + 16 * MSS);
    expect(run.arrive(100, 21_000)).toBeCloseTo(2 * 21_000 * 1.1 + 16 * MSS, 6);
    expect(run.arrive(100, 21_000)).toBe(0);
    expect(run.arrive(100, 100_000)).toBe(2 * 100_000 * 3 + 16 * MSS);
  });

  it('does not follow what arrives and is not taken', () => {
    const run = new Run();
    run.arrive(0, 0, 100);
    for (let i = 1; i <= 10; i++) {
      expect(run.arrive(100, 8000, 0, 0)).toBe(0);
    }
    expect(run.arrive(100, 50_000, 0, 45_000)).toBe(0);
  });

  it('is a mean where nothing has come for longer than a round trip', () => {
    const run = new Run(100);
    expect(run.arrive(2000, 150_000)).toBe(0);
    expect(run.arrive(100, 150_000)).toBeGreaterThan(600_000);
  });

  it('is what is taken in a millisecond where the round trip is shorter', () => {
    const run = new Run(0.2);
    expect(run.arrive(2, 200_000)).toBe(2 * 100_000 * 3 + 16 * MSS);
  });

  it('is bounded by what the fastest path carries in a round trip', () => {
    const short = new Run(0.2);
    expect(short.arrive(2, 10_000_000)).toBe(2 ** 20);
    const long = new Run(3);
    expect(long.arrive(3, 10_000_000)).toBe(7_500_000);
  });

  it('is measured over any number of gigabytes', () => {
    const run = new Run();
    run.arrive(0, 0, 100);
    let last = 0;
    for (let i = 0; i < 12_000; i++) last = Math.max(last, run.arrive(100, 1_000_000));
    expect(last).toBe(2 * 1_000_000 * 3 + 16 * MSS);
  });
});
