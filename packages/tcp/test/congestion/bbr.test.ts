import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { type Bbr, type BbrOptions, bbrWith } from '../../src/congestion/bbr.js';
import type { BbrState } from '../../src/congestion/bbr-model.js';
import { Bottleneck, type BottleneckOptions } from '../support/lossy-bottleneck.js';

const MSS = 1460;
/** 100 Mbit/s in bytes per millisecond. */
const RATE_100M = 12_500;

interface Visit {
  readonly state: BbrState;
  readonly at: number;
}

/** A flow over a path, and the states that it was in. */
function flow(path: BottleneckOptions, options: BbrOptions = {}) {
  const random = seededRandom(path.seed ?? 1);
  const bbr: Bbr = bbrWith({ random: random.fraction, ...options })(path.mss ?? MSS);
  const loop = new Bottleneck(bbr, path);
  const visits: Visit[] = [];
  loop.onAck = () => {
    const state = bbr.model.state;
    if (visits.at(-1)?.state !== state) visits.push({ state, at: loop.now });
  };
  /** Lets time pass; the part of the bottleneck that was used. */
  const use = (ms: number): number => loop.run(ms) / (ms * loop.rate);
  /** Lets time pass until it is in a state. */
  const reach = (state: BbrState): void => {
    for (let ms = 0; bbr.model.state !== state; ms++) {
      if (ms > 30_000) throw new Error(`never in ${state}: ${visits.map((v) => v.state)}`);
      loop.run(1);
    }
  };
  const times = (state: BbrState): number[] =>
    visits.filter((v) => v.state === state).map((v) => v.at);
  return { bbr, loop, visits, use, reach, times };
}

const broad = (more: Partial<BottleneckOptions> = {}): BottleneckOptions => ({
  rate: RATE_100M,
  rttMs: 50,
  queueBytes: RATE_100M * 50,
  ...more,
});

/** The same with a tenth of the packets. */
const narrow = (more: Partial<BottleneckOptions> = {}): BottleneckOptions => ({
  rate: RATE_100M / 10,
  rttMs: 50,
  queueBytes: RATE_100M * 5,
  ...more,
});

describe('BBR on a path without loss', () => {
  it('finds the bandwidth in Startup, and drains what it has queued [draft-ietf-ccwg-bbr A.1]', () => {
    const { bbr, loop, reach, visits } = flow(broad({ queueBytes: RATE_100M * 200 }));
    reach('Drain');
    expect(bbr.model.pipe.isReached).toBe(true);
    expect(Math.abs(bbr.model.maxBw / RATE_100M - 1)).toBeLessThan(0.02);
    // From ten segments to 430 in flight by doubling, and three rounds without growth.
    expect(bbr.model.roundCount).toBeLessThan(14);
    expect(loop.maxQueueMs).toBeGreaterThan(30);
    reach('ProbeBW_CRUISE');
    // DOWN ends with the acknowledgment that begins it: all is drained.
    expect(visits.map((v) => v.state)).toEqual(['Startup', 'Drain', 'ProbeBW_CRUISE']);
    expect(loop.inFlight).toBeLessThanOrEqual(bbr.model.inflightAt(1, bbr.model.bw));
    loop.run(100);
    loop.maxQueueMs = 0;
    loop.run(500);
    expect(loop.maxQueueMs).toBeLessThan(2);
  });

  it('uses the path, with its queue empty most of the time [draft-ietf-ccwg-bbr 5.3.3]', () => {
    const { loop, use, visits } = flow(broad());
    loop.run(2000);
    expect(use(15_000)).toBeGreaterThan(0.95);
    const states = new Set(visits.map((v) => v.state));
    expect([...states].sort()).toEqual([
      'Drain',
      'ProbeBW_CRUISE',
      'ProbeBW_DOWN',
      'ProbeBW_REFILL',
      'ProbeBW_UP',
      'ProbeRTT',
      'Startup',
    ]);
    expect(loop.timeouts).toBe(0);
  });

  it('probes every two to three seconds where the path holds much [draft-ietf-ccwg-bbr 5.3.3.8]', () => {
    const { loop, times, visits } = flow(broad());
    loop.run(20_000);
    const probes = times('ProbeBW_REFILL');
    expect(probes.length).toBeGreaterThan(3);
    for (const at of probes) {
      const before = visits.filter((v) => v.at < at && v.state === 'ProbeBW_CRUISE').at(-1)!;
      expect(at - before.at).toBeGreaterThan(1500);
      expect(at - before.at).toBeLessThan(3050);
    }
  });

  it('probes as often as Reno would where it holds little [draft-ietf-ccwg-bbr 5.3.3.8.2]', () => {
    const { loop, times } = flow({ rate: 1250, rttMs: 20, queueBytes: 1250 * 40 });
    loop.run(10_000);
    // About 17 segments, so about 17 round trips of 20 ms, and those of the probe.
    const probes = times('ProbeBW_REFILL');
    const gaps = probes.slice(1).map((at, i) => at - probes[i]!);
    expect(Math.min(...gaps)).toBeGreaterThan(17 * 20);
    expect(gaps.filter((gap) => gap < 1000).length).toBeGreaterThan(gaps.length / 2);
  });

  it('is the same run again without randomness of its own [draft-ietf-ccwg-bbr 5.3.3.8]', () => {
    const trace = (loss: number): string => {
      const bbr = bbrWith({})(MSS);
      const loop = new Bottleneck(bbr, narrow({ loss }));
      loop.run(8000);
      return `${loop.delivered} ${bbr.cwnd} ${bbr.pacingRate}`;
    };
    expect(trace(0)).toBe(trace(0));
    expect(trace(0.001)).not.toBe(trace(0));
  });

  it('shrinks the window once in five seconds to measure the round trip [draft-ietf-ccwg-bbr A.10]', () => {
    const { bbr, loop, reach, times, visits } = flow(narrow({ queueBytes: RATE_100M * 50 }));
    reach('ProbeRTT');
    // The queue of Startup hid no round trip: the first was the smallest.
    expect(loop.now).toBeGreaterThan(5000);
    expect(loop.now).toBeLessThan(5200);
    const bdp = bbr.model.bw * bbr.model.minRtt;
    loop.run(150);
    expect(bbr.cwnd).toBeCloseTo(bdp / 2, -1);
    expect(loop.inFlight).toBeLessThanOrEqual(bdp / 2);
    loop.minQueueMs = Number.POSITIVE_INFINITY;
    reach('ProbeBW_CRUISE');
    // At once, not segment by segment.
    expect(bbr.cwnd).toBeGreaterThan(1.5 * bdp);
    const after = visits[visits.findIndex((v) => v.state === 'ProbeRTT') + 1]!;
    expect(after.state).toBe('ProbeBW_CRUISE');
    expect(after.at - times('ProbeRTT')[0]!).toBeGreaterThan(200);
    expect(after.at - times('ProbeRTT')[0]!).toBeLessThan(350);
    expect(loop.minQueueMs).toBeLessThan(0.1);
    loop.run(5500);
    expect(times('ProbeRTT').length).toBe(2);
  });

  it('holds the small window for a round trip at least [draft-ietf-ccwg-bbr 5.3.4.3]', () => {
    const { loop, reach, times } = flow(narrow({ rttMs: 800, queueBytes: RATE_100M * 200 }));
    reach('ProbeBW_CRUISE');
    reach('ProbeRTT');
    reach('ProbeBW_CRUISE');
    // Half a round trip until half is in flight, and then one.
    expect(loop.now - times('ProbeRTT').at(-1)!).toBeGreaterThan(1100);
  });

  it('keeps four segments in flight where less than one fits [draft-ietf-ccwg-bbr A.14]', () => {
    // 64 kbit/s: a segment takes 182 ms.
    const { bbr, loop, use } = flow({ rate: 8, rttMs: 1, queueBytes: 20 * MSS });
    loop.run(30_000);
    expect(use(60_000)).toBeGreaterThan(0.9);
    expect(bbr.cwnd).toBeGreaterThanOrEqual(4 * MSS);
    expect(bbr.model.maxBw).toBeLessThan(8.2);
  });

  it('leaves room for acknowledgments that come together [draft-ietf-ccwg-bbr A.13]', () => {
    const { bbr, loop, use } = flow(narrow({ ackEvery: 20 }));
    loop.run(2000);
    expect(use(10_000)).toBeGreaterThan(0.9);
    expect(bbr.model.extraAcked).toBeGreaterThan(10 * MSS);
  });
});

describe('BBR on a path that changes', () => {
  it('follows a rate that doubles, in a few probes [draft-ietf-ccwg-bbr A.15]', () => {
    const { bbr, loop, use } = flow(narrow({ queueBytes: RATE_100M * 20 }));
    loop.run(6000);
    loop.rate *= 2;
    loop.run(8000);
    expect(bbr.model.maxBw / loop.rate).toBeGreaterThan(0.97);
    expect(use(5000)).toBeGreaterThan(0.93);
  });

  it('follows a rate of ten times as much [draft-ietf-ccwg-bbr A.15]', () => {
    const { bbr, loop, use } = flow(narrow({ queueBytes: RATE_100M * 50 }));
    loop.run(6000);
    loop.rate *= 10;
    loop.run(15_000);
    expect(bbr.model.maxBw / loop.rate).toBeGreaterThan(0.97);
    expect(use(5000)).toBeGreaterThan(0.93);
  });

  it('follows a rate that halves, and does not keep the queue [draft-ietf-ccwg-bbr A.16]', () => {
    const { bbr, loop, use } = flow(narrow());
    loop.run(6000);
    loop.rate /= 2;
    loop.run(9000);
    expect(bbr.model.maxBw / loop.rate).toBeLessThan(1.03);
    expect(bbr.model.maxBw / loop.rate).toBeGreaterThan(0.95);
    expect(use(5000)).toBeGreaterThan(0.93);
    loop.minQueueMs = Number.POSITIVE_INFINITY;
    loop.run(3000);
    expect(loop.minQueueMs).toBeLessThan(2);
  });

  it('lives again after the path was dead for seconds', () => {
    const { loop, use } = flow(narrow());
    loop.run(4000);
    loop.loss = 1;
    loop.run(5000);
    expect(loop.timeouts).toBeGreaterThan(2);
    loop.loss = 0;
    loop.run(4000);
    expect(use(4000)).toBeGreaterThan(0.9);
  });
});

describe('BBR with an application that limits it', () => {
  it('keeps what it knows of the bandwidth [draft-ietf-ccwg-bbr 5.5.4]', () => {
    const { bbr, loop, use } = flow(narrow());
    loop.run(4000);
    loop.writeRate = loop.rate / 10;
    loop.run(20_000);
    expect(bbr.model.maxBw / loop.rate).toBeGreaterThan(0.97);
    loop.writeRate = Number.POSITIVE_INFINITY;
    loop.run(60);
    expect(use(500)).toBeGreaterThan(0.9);
  });

  it('stays in Startup, and does not lower its rate [draft-ietf-ccwg-bbr A.7]', () => {
    const { bbr, loop } = flow(narrow({ writeRate: RATE_100M / 100 }));
    loop.run(200);
    const rate = bbr.pacingRate;
    loop.run(4500);
    expect(bbr.model.state).toBe('Startup');
    expect(bbr.pacingRate).toBeGreaterThanOrEqual(rate);
  });

  it('comes back to Startup from a ProbeRTT in it [draft-ietf-ccwg-bbr A.20]', () => {
    const { loop, reach } = flow(narrow({ writeRate: RATE_100M / 100 }));
    reach('ProbeRTT');
    loop.run(100);
    reach('Startup');
    expect(loop.now).toBeLessThan(5600);
  });

  it('takes idle time for a ProbeRTT, and paces at its bandwidth after it [draft-ietf-ccwg-bbr A.11]', () => {
    const { bbr, loop, times, use } = flow(narrow());
    loop.run(3000);
    loop.writeRate = 0;
    loop.run(6000);
    expect(loop.inFlight).toBe(0);
    loop.writeRate = Number.POSITIVE_INFINITY;
    loop.run(1);
    expect(bbr.pacingRate).toBeCloseTo(0.99 * bbr.model.bw, 6);
    loop.run(200);
    expect(use(1000)).toBeGreaterThan(0.9);
    expect(times('ProbeRTT')).toEqual([]);
  });
});

describe('BBR on a path with loss', () => {
  it('uses 0.9 of 100 Mbit/s at 50 ms with 1 % of random loss', () => {
    for (const seed of [1, 2, 3]) {
      const { loop, use } = flow(broad({ loss: 0.01, seed }));
      loop.run(2000);
      expect(use(15_000), `seed ${seed}`).toBeGreaterThan(0.9);
      expect(loop.timeouts).toBe(0);
    }
  });

  it('uses more than two thirds of it by the rule of the draft [draft-ietf-ccwg-bbr 5.5.10.3]', () => {
    const { bbr, loop, use } = flow(broad({ loss: 0.01 }), { lossTolerance: 0 });
    loop.run(2000);
    expect(bbr.model.shortTerm.bw).toBeLessThan(Number.POSITIVE_INFINITY);
    expect(use(15_000)).toBeGreaterThan(0.67);
  });

  it('learns how much a shallow queue bears, and loses little [draft-ietf-ccwg-bbr 5.3.3.6]', () => {
    const { bbr, loop, use } = flow(narrow({ queueBytes: RATE_100M * 1.25 }));
    loop.run(3000);
    const lost = loop.lost;
    expect(use(20_000)).toBeGreaterThan(0.9);
    expect((loop.lost - lost) / loop.delivered).toBeLessThan(0.02);
    const bdp = loop.rate * 50;
    expect(bbr.model.inflightLongterm).toBeLessThan(1.5 * bdp);
    expect(bbr.model.inflightLongterm).toBeGreaterThan(0.8 * bdp);
  });

  it('slows down where more is lost than it tolerates [draft-ietf-ccwg-bbr 5.5.10.3]', () => {
    const { loop, use } = flow(narrow({ loss: 0.1 }));
    loop.run(3000);
    expect(use(10_000)).toBeLessThan(0.5);
    expect(loop.delivered).toBeGreaterThan(100 * MSS);
  });
});
