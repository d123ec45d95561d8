/**
 * The smallest round trip, and ProbeRTT, which sees to it that it can be measured (draft-ietf-ccwg-
 * bbr-06, 5.3.4, 5.5.7): a flow that saw no smaller one for five seconds drains the queue for 200 ms
 * by keeping half of what the path holds in flight. An idle time does as well.
 *
 * `minRtt` is never raised before that was tried: its filter (10 s) is longer than the interval.
 */

import type { BbrModel } from './bbr-model.js';
import type { BbrProbeBw } from './bbr-probe-bw.js';
import type { AckSample } from './congestion-control.js';

const MIN_RTT_FILTER_MS = 10_000;
const PROBE_INTERVAL_MS = 5_000;
const PROBE_DURATION_MS = 200;
const CWND_GAIN = 0.5;

/** Schedules and ends ProbeRTT. */
export class BbrProbeRtt {
  /** BBR.idle_restart: nothing was delivered yet since the flow was idle. */
  isIdleRestart = false;
  readonly #model: BbrModel;
  readonly #probeBw: BbrProbeBw;
  /** The window to go back to, as it was before ProbeRTT or loss recovery cut it. */
  #priorCwnd = 0;
  // `Infinity`: there was no round trip yet that could be out of date.
  #minRttAt = Number.POSITIVE_INFINITY;
  #probeMinRtt = Number.POSITIVE_INFINITY;
  #probeMinRttAt = Number.POSITIVE_INFINITY;
  /** When ProbeRTT may end; -1 = what is in flight is still too much. */
  #doneAt = -1;
  #isRoundDone = false;

  constructor(model: BbrModel, probeBw: BbrProbeBw) {
    this.#model = model;
    this.#probeBw = probeBw;
  }

  /** UpdateMinRTT() and CheckProbeRTT(). */
  handleAck(sample: AckSample): void {
    const model = this.#model;
    const isExpired = this.#updateMinRtt(sample.now, sample.rttMs);
    if (model.state !== 'ProbeRTT' && isExpired && !this.isIdleRestart) this.#enter();
    if (model.state === 'ProbeRTT') this.#handleProbe(sample.now);
    if (sample.ackedBytes > 0) this.isIdleRestart = false;
  }

  /** CheckProbeRTTDone(): ends ProbeRTT if it has lasted. */
  checkDone(now: number): void {
    if (this.#doneAt === -1 || now <= this.#doneAt) return;
    this.#probeMinRttAt = now;
    this.restoreCwnd();
    this.#model.shortTerm.reset();
    if (!this.#model.pipe.isReached) {
      this.#model.state = 'Startup';
      return;
    }
    // 5.3.4.4: less than the path holds is in flight already.
    this.#probeBw.startDown(now);
    this.#probeBw.startCruise();
  }

  /** SaveCwnd(): the last known good window, whatever cut it first. */
  saveCwnd(): void {
    const isCut = this.#model.isInRecovery || this.#model.state === 'ProbeRTT';
    this.#priorCwnd = Math.max(isCut ? this.#priorCwnd : 0, this.#model.cwnd);
  }

  /** RestoreCwnd(). */
  restoreCwnd(): void {
    this.#model.cwnd = Math.max(this.#model.cwnd, this.#priorCwnd);
  }

  /** ProbeRTTCwnd() (5.6.4.5). */
  cwnd(): number {
    return Math.max(this.#model.bdpMultiple(CWND_GAIN, this.#model.bw), this.#model.minPipeCwnd);
  }

  /** True if the smallest round trip of the last interval is out of date. */
  #updateMinRtt(now: number, rttMs: number): boolean {
    const isExpired = now > this.#probeMinRttAt + PROBE_INTERVAL_MS;
    if (rttMs >= 0 && (rttMs < this.#probeMinRtt || isExpired)) {
      this.#probeMinRtt = rttMs;
      this.#probeMinRttAt = now;
    }
    if (this.#probeMinRtt < this.#model.minRtt || now > this.#minRttAt + MIN_RTT_FILTER_MS) {
      this.#model.minRtt = this.#probeMinRtt;
      this.#minRttAt = this.#probeMinRttAt;
    }
    return isExpired;
  }

  #enter(): void {
    // The draft saves after it has entered, and would keep a larger window of long ago for good.
    this.saveCwnd();
    this.#model.state = 'ProbeRTT';
    this.#doneAt = -1;
    this.#probeBw.expectNoProbes();
  }

  /** HandleProbeRTT(). */
  #handleProbe(now: number): void {
    const model = this.#model;
    model.markHeld();
    if (this.#doneAt === -1) {
      if (model.inFlight > this.cwnd()) return;
      this.#doneAt = now + PROBE_DURATION_MS;
      this.#isRoundDone = false;
      model.startRound();
      return;
    }
    if (model.isRoundStart) this.#isRoundDone = true;
    if (this.#isRoundDone) this.checkDone(now);
  }
}
