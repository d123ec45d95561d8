/** CUBIC where tests want it, and the closed formula of RFC 9438, 4.2, that it is compared with. */

import { expect } from 'vitest';
import { cubicWith } from '../../src/congestion/cubic.js';
import { AckClock, type AckClockOptions } from './ack-clock.js';

export const MSS = 1000;
export const C = 0.4;
export const BETA = 0.7;
export const ALPHA = (3 * (1 - BETA)) / (1 + BETA);

export const plain = cubicWith({ pacing: false, hystart: false });

/** A clock over a CUBIC in its first slow start, `segments` large. */
export function slowStartTo(
  segments: number,
  options: AckClockOptions = {},
  make = plain,
): AckClock {
  const mss = options.mss ?? MSS;
  const clock = new AckClock(make(mss), { mss, ...options });
  clock.fillTo(segments);
  expect(clock.segments).toBe(segments);
  return clock;
}

/** A clock over a CUBIC that has just repaired a loss at `segments`. */
export function lossAt(segments: number, options: AckClockOptions = {}): AckClock {
  const clock = slowStartTo(segments, options);
  clock.lose();
  expect(clock.segments).toBeCloseTo(BETA * segments, 2);
  return clock;
}

/** Seconds until the plateau at `wMax`, from `cwnd`; both in segments. */
export const plateauAt = (wMax: number, cwnd: number): number => Math.cbrt((wMax - cwnd) / C);

/** The closed formula, in segments. */
export const wCubic = (seconds: number, wMax: number, cwnd: number): number =>
  C * (seconds - plateauAt(wMax, cwnd)) ** 3 + wMax;
