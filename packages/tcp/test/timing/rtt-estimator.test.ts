import { describe, expect, it } from 'vitest';
import { RttEstimator } from '../../src/timing/rtt-estimator.js';

describe('RttEstimator', () => {
  it('starts at the initial RTO and doubles to the bound [RFC 6298 2.1, 5.5]', () => {
    const rtt = new RttEstimator(1000, 200, 60_000);
    expect(rtt.rtoMs).toBe(1000);
    for (let i = 0; i < 10; i++) rtt.backOff();
    expect(rtt.rtoMs).toBe(60_000);
  });

  it('computes SRTT, RTTVAR and RTO as in [RFC 6298 2.2, 2.3] [RFC 9293 MUST-18]', () => {
    const rtt = new RttEstimator(1000, 1, 60_000);
    rtt.sample(100);
    expect([rtt.srttMs, rtt.rttvarMs, rtt.rtoMs]).toEqual([100, 50, 300]);
    rtt.sample(180);
    // RTTVAR = 3/4 50 + 1/4 80, SRTT = 7/8 100 + 1/8 180
    expect([rtt.srttMs, rtt.rttvarMs, rtt.rtoMs]).toEqual([110, 57.5, 340]);
    rtt.backOff();
    expect(rtt.rtoMs).toBe(680);
    rtt.sample(110);
    expect(rtt.backoffs).toBe(0);
  });

  it('remembers the smallest round trip of the last ten seconds and more [RFC 8985 6.2 step 1]', () => {
    const rtt = new RttEstimator(1000, 200, 60_000);
    expect(rtt.minRttMs).toBe(-1);
    rtt.noteMin(50, 0);
    rtt.noteMin(20, 1000);
    rtt.noteMin(80, 9999);
    expect(rtt.minRttMs).toBe(20);
    // The path has become longer: it is forgotten, sooner or later.
    rtt.noteMin(80, 10_000);
    expect(rtt.minRttMs).toBe(20);
    rtt.noteMin(80, 20_000);
    expect(rtt.minRttMs).toBe(80);
  });

  it('keeps a lower bound above the round trip [RFC 6298 2.4]', () => {
    const rtt = new RttEstimator(1000, 200, 60_000);
    for (let i = 0; i < 100; i++) rtt.sample(50);
    expect(rtt.rtoMs).toBeCloseTo(250);
  });
});
