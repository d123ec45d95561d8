/**
 * Acknowledgments for a congestion control without a connection: the window is always full, a
 * segment is acknowledged whenever one leaves the path, and every round trip takes the same time.
 * What a test overrides stays for one call.
 */

import {
  type AckSample,
  type CongestionCause,
  type CongestionControl,
  createAckSample,
} from '../../src/congestion/congestion-control.js';

export interface AckClockOptions {
  readonly mss?: number;
  readonly rttMs?: number;
  /** Bytes that each ACK covers; default a segment. */
  readonly ackBytes?: number;
}

export class AckClock {
  readonly cc: CongestionControl;
  readonly mss: number;
  readonly rttMs: number;
  readonly sample: AckSample = createAckSample();
  now = 0;
  readonly #ackBytes: number;
  #roundEndsAt: number;

  constructor(cc: CongestionControl, options: AckClockOptions = {}) {
    this.cc = cc;
    this.mss = options.mss ?? 1000;
    this.rttMs = options.rttMs ?? 100;
    this.#ackBytes = options.ackBytes ?? this.mss;
    this.#roundEndsAt = this.rttMs;
  }

  /** The window in segments. */
  get segments(): number {
    return this.cc.cwnd / this.mss;
  }

  /** One acknowledgment, now. */
  ack(overrides: Partial<AckSample> = {}): void {
    const ackedBytes = overrides.ackedBytes ?? this.#ackBytes;
    const roundEnded = this.now >= this.#roundEndsAt;
    if (roundEnded) this.#roundEndsAt = this.now + this.rttMs;
    Object.assign(this.sample, {
      now: this.now,
      ackedBytes,
      lostBytes: 0,
      rttMs: this.rttMs,
      srttMs: this.rttMs,
      minRttMs: this.rttMs,
      roundEnded,
      priorDelivered: Math.max(this.sample.delivered - this.cc.cwnd, 0),
      delivered: this.sample.delivered + ackedBytes,
      sentInFlight: this.cc.cwnd,
      priorInFlight: this.cc.cwnd,
      inFlight: Math.max(this.cc.cwnd - ackedBytes, 0),
      isWindowUsed: true,
      isInRecovery: false,
      ...overrides,
    });
    this.cc.handleAck(this.sample);
  }

  /** Acknowledgments as they come until `ms` from now. */
  run(ms: number, overrides: Partial<AckSample> = {}): void {
    const end = this.now + ms;
    for (;;) {
      const next = this.now + (this.rttMs * this.#ackBytes) / this.cc.cwnd;
      if (next > end) break;
      this.now = next;
      this.ack(overrides);
    }
    this.now = end;
  }

  /** One round trip: as many acknowledgments as the window had segments when it began. */
  round(overrides: Partial<AckSample> = {}): void {
    const acks = Math.max(Math.round(this.cc.cwnd / this.#ackBytes), 1);
    const begin = this.now;
    for (let i = 1; i <= acks; i++) {
      this.now = begin + (this.rttMs * i) / acks;
      this.ack({ roundEnded: i === acks, ...overrides });
    }
  }

  congestion(cause: CongestionCause, flightSize: number = this.cc.cwnd, isFirst = true): void {
    this.cc.handleCongestion({ cause, now: this.now, flightSize, isFirst });
  }

  /** Loss that is repaired within a round trip. */
  lose(flightSize: number = this.cc.cwnd): void {
    this.cc.handleLost(this.now, this.mss, flightSize, this.mss, this.sample.delivered);
    this.congestion('loss', flightSize);
    this.round({ isInRecovery: true });
    this.cc.handleRecovered(this.now, this.cc.cwnd);
  }

  /** Brings the window to `segments` by slow start, whatever is in the way, and ends it there. */
  fillTo(segments: number): void {
    while (this.segments < segments && this.cc.cwnd < this.cc.ssthresh) {
      const missing = Math.round(segments * this.mss - this.cc.cwnd);
      this.ack({ ackedBytes: Math.min(this.mss, missing), rttMs: -1 });
    }
  }
}
