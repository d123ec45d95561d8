import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { type Bbr, bbrWith } from '../../src/congestion/bbr.js';
import type { BbrState } from '../../src/congestion/bbr-model.js';
import { createAckSample } from '../../src/congestion/congestion-control.js';
import { Bottleneck } from '../support/lossy-bottleneck.js';

const MSS = 1000;
const IW = 10 * MSS;

/** A flow over 10 Mbit/s and 50 ms: 62 segments fit; nothing is lost but by the test. */
function atState(
  state: BbrState,
  random = 0.5,
  lossTolerance = 0.02,
): { bbr: Bbr; loop: Bottleneck } {
  const bbr = bbrWith({ random: () => random, lossTolerance })(MSS);
  const loop = new Bottleneck(bbr, { rate: 1250, rttMs: 50, queueBytes: 1e6, mss: MSS });
  while (bbr.model.state !== state) {
    loop.run(0.2);
    if (loop.now > 20_000) throw new Error(`never in ${state}`);
  }
  return { bbr, loop };
}

/** Sends a flight, loses `lost` of it, and has the rest acknowledged, by hand. */
class Script {
  now = 0;
  delivered = 0;
  lost = 0;
  inFlight = 0;
  readonly #sample = createAckSample();
  readonly bbr: Bbr;

  constructor(bbr: Bbr) {
    this.bbr = bbr;
  }

  send(segments: number): void {
    for (let i = 0; i < segments; i++) {
      this.inFlight += MSS;
      this.bbr.handleSent(this.now, MSS, this.inFlight);
    }
  }

  lose(segments: number, sentInFlight: number, deliveredBefore = 0): void {
    for (let i = 0; i < segments; i++) {
      this.lost += MSS;
      this.inFlight -= MSS;
      this.bbr.handleLost(this.now, MSS, sentInFlight, this.lost, deliveredBefore);
    }
  }

  ack(segments: number, more: Partial<ReturnType<typeof createAckSample>> = {}): void {
    const before = this.delivered;
    this.delivered += segments * MSS;
    this.inFlight -= segments * MSS;
    Object.assign(this.#sample, createAckSample(), {
      now: this.now,
      ackedBytes: segments * MSS,
      rttMs: 50,
      srttMs: 50,
      deliveryRate: 1000,
      delivered: this.delivered,
      priorDelivered: before,
      lost: this.lost,
      inFlight: this.inFlight,
      sentInFlight: 50 * MSS,
      ...more,
    });
    this.bbr.handleAck(this.#sample);
  }
}

const script = (): Script => new Script(bbrWith({ random: () => 0.5 })(MSS));

/** Rounds in Startup with losses in `acks` of eight acknowledgments of each. */
function startupWithLoss(flow: Script, acks: number, isAppLimited = false): void {
  flow.send(100);
  for (let round = 0; round < 2; round++) {
    const priorDelivered = flow.delivered;
    for (let i = 0; i < 8; i++) {
      flow.now += 6;
      const lostBytes = i < acks ? MSS : 0;
      if (lostBytes > 0) flow.lose(1, 50 * MSS);
      if (round === 0 && i === 0) {
        flow.bbr.handleCongestion({ cause: 'loss', now: flow.now, flightSize: 0, isFirst: true });
      }
      flow.send(2);
      flow.ack(1, {
        priorDelivered,
        lostBytes,
        lostInFlight: acks * MSS,
        isInRecovery: true,
        isAppLimited,
        // Still growing: it is not the plateau that ends Startup.
        deliveryRate: 1000 * 2 ** round,
      });
    }
  }
  flow.ack(1, { deliveryRate: 8000, lostInFlight: acks * MSS, isInRecovery: true, isAppLimited });
}

describe('BBR before it has measured', () => {
  it('paces the initial window over a millisecond, then over the first round trip [draft-ietf-ccwg-bbr 5.6.2]', () => {
    const flow = script();
    expect(flow.bbr.cwnd).toBe(IW);
    expect(flow.bbr.pacingRate).toBeCloseTo(2.77 * IW, 6);
    flow.send(10);
    flow.now = 50;
    flow.ack(1, { deliveryRate: 0 });
    expect(flow.bbr.pacingRate).toBeCloseTo((2.77 * IW) / 50, 6);
    flow.ack(1, { deliveryRate: 1000 });
    expect(flow.bbr.pacingRate).toBeCloseTo(2.77 * 1000 * 0.99, 6);
    flow.ack(1, { deliveryRate: 10, isAppLimited: true });
    expect(flow.bbr.pacingRate).toBeCloseTo(2.77 * 1000 * 0.99, 6);
  });

  it('starts from one segment when the SYN was lost [RFC 5681 3.1 SYN loss]', () => {
    const flow = script();
    flow.bbr.handleSynLoss();
    expect(flow.bbr.cwnd).toBe(MSS);
    flow.send(1);
    flow.now = 50;
    flow.ack(1);
    expect(flow.bbr.cwnd).toBe(4 * MSS);
  });

  it('counts its first window in the segments that there are [RFC 9293 3.7.1]', () => {
    const { bbr } = script();
    bbr.setMss(500);
    expect(bbr.cwnd).toBe(5000);
  });
});

describe('BBR that loses segments in Startup', () => {
  it('ends it after a round trip of loss in six places [draft-ietf-ccwg-bbr A.2]', () => {
    for (const isAppLimited of [false, true]) {
      const flow = script();
      startupWithLoss(flow, 6, isAppLimited);
      expect(flow.bbr.model.pipe.isReached).toBe(true);
      expect(flow.bbr.model.state).not.toBe('Startup');
      expect(flow.bbr.model.inflightLongterm).toBeLessThan(Number.POSITIVE_INFINITY);
    }
  });

  it('goes on after fewer [draft-ietf-ccwg-bbr 5.3.1.3]', () => {
    const flow = script();
    startupWithLoss(flow, 4);
    expect(flow.bbr.model.state).toBe('Startup');
    expect(flow.bbr.model.pipe.isReached).toBe(false);
  });

  it('goes back to it when nothing was lost [draft-ietf-ccwg-bbr A.18]', () => {
    const flow = script();
    startupWithLoss(flow, 6);
    const { cwnd } = flow.bbr;
    flow.bbr.handleSpurious(flow.now);
    expect(flow.bbr.model.state).toBe('Startup');
    expect(flow.bbr.model.pipe.isReached).toBe(false);
    expect(flow.bbr.model.inflightLongterm).toBe(Number.POSITIVE_INFINITY);
    expect(flow.bbr.cwnd).toBeGreaterThanOrEqual(cwnd);
  });

  it('ends it after two windows with ECN marks [draft-ietf-ccwg-bbr 3.7]', () => {
    const flow = script();
    for (const state of ['Startup', 'Drain']) {
      flow.send(100);
      flow.now += 50;
      flow.bbr.handleCongestion({ cause: 'ecn', now: flow.now, flightSize: 0, isFirst: true });
      flow.ack(10);
      expect(flow.bbr.model.state).toBe(state);
    }
  });
});

describe('BBR that loses segments while it probes', () => {
  const tooMuch = (bbr: Bbr, loop: Bottleneck, inFlight: number): void =>
    bbr.handleLost(loop.now, MSS, inFlight, 0.03 * inFlight, loop.delivered);

  it('stops, and bears in mind how much was too much [draft-ietf-ccwg-bbr A.21]', () => {
    const { bbr, loop } = atState('ProbeBW_UP');
    loop.run(80);
    const inFlight = 80 * MSS;
    tooMuch(bbr, loop, inFlight);
    expect(bbr.model.state).toBe('ProbeBW_DOWN');
    // 2 % of 79 segments are 1.58; 1.4 were lost before, and so 0.18 / 0.98 more were too many.
    expect(bbr.model.inflightLongterm / MSS).toBeCloseTo(79 + 0.18 / 0.98, 6);
    // Once a probe.
    tooMuch(bbr, loop, 70 * MSS);
    expect(bbr.model.inflightLongterm / MSS).toBeCloseTo(79 + 0.18 / 0.98, 6);
  });

  it('keeps seven tenths of its target, however little was too much [draft-ietf-ccwg-bbr 5.5.10.2]', () => {
    const { bbr, loop } = atState('ProbeBW_UP');
    loop.run(20);
    const target = bbr.model.targetInflight();
    tooMuch(bbr, loop, 5 * MSS);
    expect(bbr.model.inflightLongterm).toBeCloseTo(0.7 * target, 6);
  });

  it('goes on with 2 % lost [draft-ietf-ccwg-bbr 5.3.3.7]', () => {
    const { bbr, loop } = atState('ProbeBW_UP');
    loop.run(20);
    bbr.handleLost(loop.now, MSS, 100 * MSS, 2 * MSS, loop.delivered);
    expect(bbr.model.state).toBe('ProbeBW_UP');
    bbr.handleLost(loop.now, MSS, 100 * MSS, 3 * MSS, loop.delivered);
    expect(bbr.model.state).toBe('ProbeBW_DOWN');
  });

  it('takes an ECN mark for it, and nothing that follows [draft-ietf-ccwg-bbr 3.7]', () => {
    const { bbr, loop } = atState('ProbeBW_UP');
    loop.run(60);
    bbr.handleCongestion({ cause: 'ecn', now: loop.now, flightSize: 0, isFirst: true });
    expect(bbr.model.state).toBe('ProbeBW_DOWN');
    expect(bbr.model.inflightLongterm).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  it('probes only up to there the next time, and boldly right after that [draft-ietf-ccwg-bbr 5.3.3.6]', () => {
    const { bbr, loop } = atState('ProbeBW_UP', 0.98);
    loop.run(80);
    tooMuch(bbr, loop, 80 * MSS);
    const limit = bbr.model.inflightLongterm;
    const visits: { state: BbrState; at: number }[] = [];
    loop.onAck = () => {
      const { state } = bbr.model;
      if (visits.at(-1)?.state !== state) visits.push({ state, at: loop.now });
    };
    loop.run(6000);
    const first = visits.findIndex((visit) => visit.state === 'ProbeBW_UP');
    const next = visits.findIndex((visit, i) => i > first && visit.state === 'ProbeBW_REFILL');
    expect(visits[first + 1]!.state).toBe('ProbeBW_DOWN');
    // As soon as that much is in flight; then a round trip for its acknowledgments, no cruise.
    expect(visits[first + 1]!.at - visits[first]!.at).toBeLessThan(120);
    expect(visits[next]!.at - visits[first + 1]!.at).toBeLessThan(120);
    expect(visits[next + 1]!.state).toBe('ProbeBW_UP');
    expect(visits[next + 2]!.at - visits[next + 1]!.at).toBeGreaterThan(200);
    expect(bbr.model.inflightLongterm).toBeGreaterThan(limit);
  });

  it('probes again when nothing was lost [draft-ietf-ccwg-bbr 5.5.11.2]', () => {
    const { bbr, loop } = atState('ProbeBW_UP');
    loop.run(80);
    tooMuch(bbr, loop, 80 * MSS);
    bbr.handleCongestion({ cause: 'loss', now: loop.now, flightSize: 0, isFirst: true });
    bbr.handleSpurious(loop.now);
    expect(bbr.model.state).toBe('ProbeBW_REFILL');
    expect(bbr.model.inflightLongterm).toBe(Number.POSITIVE_INFINITY);
    // Once.
    loop.run(70);
    bbr.handleSpurious(loop.now);
    expect(bbr.model.state).toBe('ProbeBW_UP');
  });
});

describe('BBR that loses segments while it does not probe', () => {
  /** Loses segments, then lets two round trips pass. */
  const lose = (bbr: Bbr, loop: Bottleneck, segments: number): void => {
    for (let i = 1; i <= segments; i++) {
      bbr.handleLost(loop.now, MSS, 60 * MSS, i * MSS, loop.delivered);
    }
    loop.run(110);
  };

  it('lowers its bounds, to no less than was delivered [draft-ietf-ccwg-bbr 5.5.10.3]', () => {
    const { bbr, loop } = atState('ProbeBW_CRUISE');
    loop.run(300);
    const { cwnd } = bbr;
    lose(bbr, loop, 10);
    expect(bbr.model.shortTerm.bw).toBeGreaterThan(0.97 * 1250);
    expect(bbr.model.shortTerm.bw).toBeLessThan(1250);
    expect(bbr.model.shortTerm.inflight).toBeGreaterThan(0.65 * cwnd);
    expect(bbr.model.shortTerm.inflight).toBeLessThan(0.75 * cwnd);
    expect(bbr.cwnd).toBeLessThan(0.75 * cwnd);
  });

  it('lets its bounds be for one loss in a round trip', () => {
    const { bbr, loop } = atState('ProbeBW_CRUISE');
    loop.run(300);
    lose(bbr, loop, 1);
    expect(bbr.model.shortTerm.bw).toBe(Number.POSITIVE_INFINITY);
    expect(bbr.model.shortTerm.inflight).toBe(Number.POSITIVE_INFINITY);
  });

  it('lowers its bounds for it by the rule of the draft [draft-ietf-ccwg-bbr 5.5.10.3]', () => {
    const { bbr, loop } = atState('ProbeBW_CRUISE', 0.5, 0);
    loop.run(300);
    lose(bbr, loop, 1);
    expect(bbr.model.shortTerm.bw).toBeLessThan(1250);
    expect(bbr.model.shortTerm.inflight).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  it('lowers its bounds for a mark [draft-ietf-ccwg-bbr 3.7]', () => {
    const { bbr, loop } = atState('ProbeBW_CRUISE');
    loop.run(300);
    bbr.handleCongestion({ cause: 'ecn', now: loop.now, flightSize: 0, isFirst: true });
    loop.run(110);
    expect(bbr.model.shortTerm.inflight).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  it('forgets the bounds before it probes [draft-ietf-ccwg-bbr 5.3.3.3]', () => {
    const { bbr, loop } = atState('ProbeBW_CRUISE');
    loop.run(300);
    lose(bbr, loop, 10);
    while (bbr.model.state !== 'ProbeBW_REFILL') loop.run(1);
    expect(bbr.model.shortTerm.bw).toBe(Number.POSITIVE_INFINITY);
    expect(bbr.model.bw).toBe(bbr.model.maxBw);
  });

  it('takes them back when nothing was lost [draft-ietf-ccwg-bbr A.18]', () => {
    const { bbr, loop } = atState('ProbeBW_CRUISE');
    loop.run(300);
    const { cwnd } = bbr;
    lose(bbr, loop, 10);
    bbr.handleSpurious(loop.now);
    expect(bbr.model.shortTerm.bw).toBe(Number.POSITIVE_INFINITY);
    // What aggregation adds to it has changed meanwhile.
    expect(bbr.cwnd).toBeGreaterThan(0.95 * cwnd);
  });
});

describe('BBR in a time-out', () => {
  const timeOut = (bbr: Bbr, now: number): void => {
    bbr.handleLost(now, bbr.model.inFlight, bbr.model.inFlight, bbr.model.inFlight, 0);
    bbr.handleCongestion({ cause: 'timeout', now, flightSize: 0, isFirst: true });
  };

  it('lets one segment out, and gets its window back with the recovery [draft-ietf-ccwg-bbr 5.6.4.4]', () => {
    const { bbr, loop } = atState('ProbeBW_CRUISE');
    loop.run(300);
    const { cwnd } = bbr;
    timeOut(bbr, loop.now);
    expect(bbr.cwnd).toBe(MSS);
    timeOut(bbr, loop.now + 1000);
    expect(bbr.cwnd).toBe(MSS);
    bbr.handleRecovered(loop.now + 2000, 0);
    expect(bbr.cwnd).toBeGreaterThan(0.6 * cwnd);
    expect(bbr.cwnd).toBeLessThanOrEqual(cwnd);
  });

  it('gets all of it back when nothing was lost [draft-ietf-ccwg-bbr A.19]', () => {
    const { bbr, loop } = atState('ProbeBW_CRUISE');
    loop.run(300);
    const { cwnd } = bbr;
    timeOut(bbr, loop.now);
    bbr.handleSpurious(loop.now + 30);
    expect(bbr.cwnd).toBe(cwnd);
    expect(bbr.model.shortTerm.inflight).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('BBR that was idle', () => {
  it('paces at its bandwidth, whatever it was about [draft-ietf-ccwg-bbr 5.4.1]', () => {
    const { bbr, loop } = atState('ProbeBW_UP');
    expect(bbr.pacingRate).toBeCloseTo(1.25 * 0.99 * bbr.model.bw, 6);
    bbr.handleIdle(loop.now);
    expect(bbr.pacingRate).toBeCloseTo(0.99 * bbr.model.bw, 6);
  });

  it('leaves a ProbeRTT that has lasted meanwhile [draft-ietf-ccwg-bbr 5.4.1]', () => {
    const { bbr, loop } = atState('ProbeRTT');
    loop.writeRate = 0;
    loop.run(150);
    expect(bbr.model.state).toBe('ProbeRTT');
    expect(loop.inFlight).toBe(0);
    bbr.handleIdle(loop.now + 10);
    expect(bbr.model.state).toBe('ProbeRTT');
    bbr.handleIdle(loop.now + 300);
    expect(bbr.model.state).toBe('ProbeBW_CRUISE');
  });
});

describe('BBR with its queue not draining', () => {
  it('leaves Drain after three round trips [draft-ietf-ccwg-bbr A.4]', () => {
    const { bbr, loop } = atState('Drain');
    const from = bbr.model.roundCount;
    loop.rate /= 10;
    while (bbr.model.state === 'Drain') loop.run(1);
    expect(bbr.model.roundCount - from).toBe(4);
    expect(loop.inFlight).toBeGreaterThan(bbr.model.inflightAt(1, bbr.model.bw));
  });
});

describe('BBR told anything', () => {
  it('answers with a window and a rate that can be used', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = seededRandom(seed);
      const bbr = bbrWith({})(536 + random.below(8500));
      const sample = createAckSample();
      let now = random.below(1e6);
      let inFlight = 0;
      for (let step = 0; step < 3000; step++) {
        now += random.below(4) === 0 ? random.below(random.below(50) === 0 ? 20_000 : 60) : 0;
        const bytes = 1 + random.below(20_000);
        const kind = random.below(100);
        if (kind < 40) {
          inFlight += bytes;
          bbr.handleSent(now, bytes, inFlight);
        } else if (kind < 80) {
          sample.now = now;
          sample.ackedBytes = Math.min(bytes, inFlight);
          sample.priorInFlight = inFlight;
          inFlight -= sample.ackedBytes;
          sample.inFlight = inFlight;
          sample.delivered += sample.ackedBytes;
          sample.priorDelivered = random.below(sample.delivered + 1);
          sample.rttMs = random.below(3) === 0 ? -1 : random.below(300);
          sample.srttMs = random.below(300) - 1;
          sample.deliveryRate = random.below(3) === 0 ? 0 : random.fraction() * 1e5;
          sample.isAppLimited = random.below(4) === 0;
          sample.isInRecovery = random.below(4) === 0;
          sample.lostBytes = random.below(2) * random.below(3000);
          sample.lostInFlight = random.below(5) * random.below(3000);
          sample.sentInFlight = random.below(100_000);
          bbr.handleAck(sample);
        } else if (kind < 90) {
          const lost = Math.min(bytes, inFlight);
          inFlight -= lost;
          bbr.handleLost(now, lost, random.below(50_000), random.below(50_000), sample.delivered);
        } else if (kind < 95) {
          const cause = (['loss', 'ecn', 'timeout'] as const)[random.below(3)]!;
          bbr.handleCongestion({
            cause,
            now,
            flightSize: inFlight,
            isFirst: random.below(2) === 0,
          });
        } else if (kind < 97) bbr.handleRecovered(now, inFlight);
        else if (kind < 98) bbr.handleSpurious(now);
        else if (kind < 99) bbr.handleIdle(now);
        else bbr.setMss(536 + random.below(8500));
        // 300 ms at 1e5 bytes/ms, gain 2.25, and the aggregation, which is no more than a window.
        const isUsable =
          bbr.cwnd > 0 &&
          bbr.cwnd < 2e8 &&
          bbr.pacingRate > 0 &&
          bbr.pacingRate < 1e8 &&
          bbr.model.bw >= 0 &&
          bbr.model.inflightLongterm >= 0;
        if (!isUsable) {
          expect.fail(`seed ${seed}, step ${step}: cwnd ${bbr.cwnd}, rate ${bbr.pacingRate}`);
        }
      }
    }
  });
});
