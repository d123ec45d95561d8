import { describe, expect, it } from 'vitest';
import { BbrModel } from '../../src/congestion/bbr-model.js';
import { createAckSample } from '../../src/congestion/congestion-control.js';

const MSS = 1000;

const model = (): BbrModel => new BbrModel(MSS, 0.02);

/** Tells of an acknowledgment of data that was sent when so much was delivered. */
const handleAck = (of: BbrModel, delivered: number, priorDelivered: number, inFlight = 0): void =>
  of.handleAck({ ...createAckSample(), delivered, priorDelivered, inFlight });

describe('the bandwidth', () => {
  it('is the largest of this cycle and the last [draft-ietf-ccwg-bbr 5.5.6]', () => {
    const path = model();
    path.updateMaxBw(1000);
    path.advanceMaxBwFilter();
    path.updateMaxBw(500);
    expect(path.maxBw).toBe(1000);
    path.advanceMaxBwFilter();
    path.updateMaxBw(400);
    expect(path.maxBw).toBe(500);
  });

  it('does not fall by what the application limited, but rises [draft-ietf-ccwg-bbr 5.5.5]', () => {
    const path = model();
    path.updateMaxBw(1000);
    path.isAppLimited = true;
    for (let cycle = 0; cycle < 4; cycle++) {
      path.advanceMaxBwFilter();
      path.updateMaxBw(10);
    }
    expect(path.maxBw).toBe(1000);
    path.updateMaxBw(1001);
    expect(path.maxBw).toBe(1001);
  });

  it('is not measured by what ProbeRTT holds back [draft-ietf-ccwg-bbr 5.3.4.3]', () => {
    const path = model();
    handleAck(path, 50_000, 40_000, 5000);
    path.markHeld();
    handleAck(path, 52_000, 49_000, 3000);
    expect(path.isAppLimited).toBe(false);
    path.markHeld();
    handleAck(path, 53_000, 50_000);
    expect(path.isAppLimited).toBe(true);
    handleAck(path, 60_000, 55_000);
    expect(path.isAppLimited).toBe(true);
    handleAck(path, 70_000, 55_001);
    expect(path.isAppLimited).toBe(false);
  });
});

describe('a round trip', () => {
  it('ends with data that was sent after it began [draft-ietf-ccwg-bbr 5.5.1]', () => {
    const path = model();
    const rounds: boolean[] = [];
    for (const [delivered, prior] of [
      [1000, 0],
      [2000, 0],
      [3000, 999],
      [4000, 1000],
      [5000, 3000],
      [6000, 4000],
    ] as const) {
      handleAck(path, delivered, prior);
      path.updateRound(prior);
      rounds.push(path.isRoundStart);
    }
    expect(rounds).toEqual([true, false, false, true, false, true]);
    expect(path.roundCount).toBe(3);
  });

  it('had a full window if a segment did not fit at any time of it [draft-ietf-ccwg-bbr 2.2]', () => {
    const path = model();
    path.handleSent(path.cwnd - MSS);
    expect(path.isCwndLimited).toBe(false);
    path.handleSent(path.cwnd - MSS + 1);
    expect(path.isCwndLimited).toBe(true);
    path.updateRound(0);
    expect(path.isCwndLimited).toBe(true);
    path.updateRound(0);
    expect(path.isCwndLimited).toBe(false);
  });
});

describe('what is in flight', () => {
  it('is what the path holds, and no less than hosts hold back [draft-ietf-ccwg-bbr 5.6.4.2]', () => {
    const path = model();
    expect(path.bdpMultiple(2, 100)).toBe(10 * MSS);
    path.minRtt = 50;
    path.pacingRate = 1000;
    expect(path.inflightAt(2, 1000)).toBe(100_000);
    // Three quanta of two segments, then three of a millisecond's worth, of at most 64 KB.
    expect(path.inflightAt(1, 1)).toBe(6 * MSS);
    path.pacingRate = 5000;
    expect(path.inflightAt(1, 1)).toBe(15_000);
    path.pacingRate = 1e6;
    expect(path.inflightAt(1, 1)).toBe(3 * 65_536);
    path.state = 'ProbeBW_UP';
    expect(path.inflightAt(1, 1)).toBe(3 * 65_536 + 2 * MSS);
  });

  it('leaves a part to others, but four segments to itself [draft-ietf-ccwg-bbr 5.3.3.9]', () => {
    const path = model();
    expect(path.inflightWithHeadroom()).toBe(Number.POSITIVE_INFINITY);
    path.inflightLongterm = 100 * MSS;
    expect(path.inflightWithHeadroom()).toBe(85 * MSS);
    path.inflightLongterm = 6 * MSS;
    expect(path.inflightWithHeadroom()).toBe(5 * MSS);
    path.inflightLongterm = 2 * MSS;
    expect(path.inflightWithHeadroom()).toBe(4 * MSS);
  });
});

describe('aggregation', () => {
  it('is what comes beyond the bandwidth, in ten round trips [draft-ietf-ccwg-bbr 5.5.9]', () => {
    const path = model();
    path.pipe.fill();
    path.bw = 100;
    path.updateAckAggregation(1000, 3000);
    expect(path.extraAcked).toBe(3000);
    path.updateAckAggregation(1010, 3000);
    expect(path.extraAcked).toBe(5000);
    path.updateAckAggregation(2000, 1000);
    expect(path.extraAcked).toBe(5000);
    path.roundCount = 9;
    path.updateAckAggregation(3000, 1000);
    expect(path.extraAcked).toBe(5000);
    path.roundCount = 10;
    path.updateAckAggregation(4000, 1000);
    expect(path.extraAcked).toBe(1000);
  });

  it('is of one round trip in Startup, and no more than a window [draft-ietf-ccwg-bbr 5.5.9]', () => {
    const path = model();
    path.updateAckAggregation(0, 1e6);
    expect(path.extraAcked).toBe(10 * MSS);
    path.roundCount = 1;
    path.bw = 1e6;
    path.updateAckAggregation(50, 1000);
    expect(path.extraAcked).toBe(1000);
  });
});
