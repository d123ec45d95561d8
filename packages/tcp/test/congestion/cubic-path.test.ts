import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import type { CongestionControlFactory } from '../../src/congestion/congestion-control.js';
import { cubic, cubicWith } from '../../src/congestion/cubic.js';
import { newReno } from '../../src/congestion/new-reno.js';
import { Bottleneck, Flow } from '../support/bottleneck.js';

const MSS = 1460;
/** 100 Mbit/s, 50 ms, and a queue of what is in flight there: 428 segments. */
const RATE = 12_500;
const RTT_MS = 50;
const BDP = RATE * RTT_MS;

const unpaced = cubicWith({ pacing: false });
const plain = cubicWith({ pacing: false, hystart: false });

interface Path {
  readonly queueBytes?: number;
  readonly markAbove?: number;
  readonly jitterMs?: () => number;
}

/** One flow on the path for so long. */
function alone(make: CongestionControlFactory, endMs: number, path: Path = {}) {
  const link = new Bottleneck({ rate: RATE, rttMs: RTT_MS, queueBytes: BDP, ...path });
  const flow = new Flow(make(MSS), MSS);
  /** The longest queue so far when conservative slow start began, for good; -1 = it did not. */
  let queueAtExit = -1;
  let firstThreshold = Number.POSITIVE_INFINITY;
  let before = flow.cc.cwnd;
  flow.onAck = () => {
    const growth = flow.cc.cwnd - before;
    before = flow.cc.cwnd;
    if (firstThreshold !== Number.POSITIVE_INFINITY) return;
    firstThreshold = flow.cc.ssthresh;
    if (growth > MSS / 2) queueAtExit = -1;
    else if (growth > 0 && queueAtExit < 0) queueAtExit = link.longestQueue;
  };
  link.run([flow], endMs);
  const use = flow.delivered / (RATE * endMs);
  return { flow, link, use, queueAtExit, firstThreshold };
}

describe.each([
  ['paced', cubic],
  ['not paced', unpaced],
])('CUBIC, %s, at 100 Mbit/s and 50 ms', (_, make) => {
  // What a round measures was sent a round before: the window has doubled once more by then, so
  // a queue of one BDP may just have overflowed. It is known a round trip before the loss is.
  it.each([1, 2, 3])(
    'leaves slow start before loss is seen, at a queue of %i BDP [RFC 9406 4.2]',
    (queue) => {
      const path = { queueBytes: queue * BDP };
      const { flow, queueAtExit } = alone(make, 2000, path);
      expect(queueAtExit).toBeGreaterThan(0);
      if (queue > 1) expect(queueAtExit).toBeLessThan(0.95 * path.queueBytes);
      const { lostSegments } = alone(plain, 2000, path).flow;
      expect(flow.lostSegments).toBeLessThan(0.45 * lostSegments);
    },
  );

  it.each([2, 5, 10])(
    'does not leave it early under a jitter of %i ms [RFC 9406 4.2]',
    (jitter) => {
      for (let seed = 1; seed <= 4; seed++) {
        const random = seededRandom(seed);
        const { firstThreshold } = alone(make, 1500, {
          jitterMs: () => jitter * random.fraction(),
        });
        expect(firstThreshold).toBeGreaterThan(BDP);
        expect(firstThreshold).toBeLessThan(3 * BDP);
      }
    },
  );

  it('ends it without loss where the queue is deep [RFC 9406 4.2]', () => {
    const { flow, firstThreshold } = alone(make, 1500, { queueBytes: 8 * BDP });
    expect(flow.congestions).toBe(0);
    expect(firstThreshold).toBeGreaterThan(BDP);
    expect(firstThreshold).toBeLessThan(8 * BDP);
    expect(alone(plain, 1500, { queueBytes: 8 * BDP }).flow.lostSegments).toBeGreaterThan(0);
  });

  it('uses the path, without a time-out', () => {
    const { flow, use } = alone(make, 10_000);
    expect(use).toBeGreaterThan(0.96);
    expect(flow.timeouts).toBe(0);
    expect(flow.lostSegments * MSS).toBeLessThan(0.01 * flow.delivered);
  });

  it('needs no loss where routers mark [RFC 9438 4.6 ECN]', () => {
    const { flow, use } = alone(make, 10_000, { queueBytes: 8 * BDP, markAbove: BDP / 2 });
    expect(flow.lostSegments).toBe(0);
    expect(flow.congestions).toBeGreaterThan(1);
    expect(use).toBeGreaterThan(0.97);
  });
});

describe('pacing', () => {
  it('leaves the queue empty until the path is full', () => {
    const deep = { queueBytes: 8 * BDP };
    expect(alone(unpaced, 255, deep).link.longestQueue).toBeGreaterThan(50 * MSS);
    // The initial window is not paced.
    expect(alone(cubic, 255, deep).link.longestQueue).toBeLessThanOrEqual(10 * MSS);
  });

  it('makes do with a queue of a tenth of the BDP', () => {
    const shallow = { queueBytes: BDP / 10 };
    expect(alone(unpaced, 10_000, shallow).use).toBeLessThan(0.8);
    expect(alone(cubic, 10_000, shallow).use).toBeGreaterThan(0.84);
  });
});

/** What two flows have delivered between the start of the second and the end. */
function together(
  flows: readonly [Flow, Flow],
  { rate, rttMs, endMs, seed }: { rate: number; rttMs: number; endMs: number; seed: number },
): [number, number] {
  const random = seededRandom(seed);
  const jitterMs = (): number => random.fraction() / 5;
  const link = new Bottleneck({ rate, rttMs, queueBytes: rate * rttMs, jitterMs });
  link.run(flows, flows[1].startAt);
  const before = flows[0].delivered;
  link.run(flows, endMs);
  return [flows[0].delivered - before, flows[1].delivered];
}

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

describe('two flows on one path', () => {
  it('share it when the second comes later: Jain above 0.9 [RFC 9438 4.7, 5.6]', () => {
    const indices = [1, 2, 3].map((seed) => {
      const flows = [new Flow(cubic(MSS), MSS), new Flow(cubic(MSS), MSS, 3000 + seed)] as const;
      const [a, b] = together([...flows], { rate: 6250, rttMs: 40, endMs: 23_000, seed });
      expect((a + b) / (6250 * 20_000)).toBeGreaterThan(0.97);
      return (a + b) ** 2 / (2 * (a * a + b * b));
    });
    expect(median(indices)).toBeGreaterThan(0.9);
  });

  it('are about equal where one is NewReno and the BDP is small [RFC 9438 5.1]', () => {
    const ratios = [1, 2, 3].map((seed) => {
      const flows = [new Flow(cubic(MSS), MSS), new Flow(newReno(MSS), MSS, 5 * seed)] as const;
      const [a, b] = together([...flows], { rate: 1250, rttMs: 10, endMs: 15_000, seed });
      return a / b;
    });
    expect(median(ratios)).toBeGreaterThan(0.6);
    expect(median(ratios)).toBeLessThan(1.8);
  });
});
