/**
 * A bottleneck in virtual time: a link of one rate with a queue that drops what does not fit, and
 * senders of endless text that have nothing but a congestion control. Segments have no contents;
 * a lost one is found when three later ones are acknowledged, or after a time-out, and what is
 * sent in its place is a new segment. Every segment is acknowledged on its own, in order.
 */

import {
  type AckSample,
  type CongestionCause,
  type CongestionControl,
  createAckSample,
} from '../../src/congestion/congestion-control.js';
import { Pacer } from '../../src/congestion/pacer.js';

export interface BottleneckOptions {
  /** Bytes per millisecond. */
  readonly rate: number;
  /** Round trip without a queue. */
  readonly rttMs: number;
  readonly queueBytes: number;
  /** Queue above which segments are marked (RFC 3168); default never. */
  readonly markAbove?: number;
  /** What is added to the round trip of a segment; ACKs stay in order. Default nothing. */
  readonly jitterMs?: () => number;
}

/** A segment on its way; `ackAt` is when its acknowledgment arrives, if it was not dropped. */
interface Segment {
  readonly sentAt: number;
  readonly ackAt: number;
  readonly isDropped: boolean;
  readonly isMarked: boolean;
  readonly priorDelivered: number;
  readonly sentInFlight: number;
}

/** By how many segments a later one must have passed a lost one. */
const REORDERING = 3;
const MIN_RTO_MS = 200;

/** The link. */
export class Bottleneck {
  readonly #options: BottleneckOptions;
  /** When the link has sent all that is queued. */
  #freeAt = 0;
  /** The largest queue there was, bytes. */
  longestQueue = 0;

  constructor(options: BottleneckOptions) {
    this.#options = options;
  }

  /** Bytes that wait for the link. */
  queueAt(now: number): number {
    return Math.max(this.#freeAt - now, 0) * this.#options.rate;
  }

  /** Takes a segment. */
  carry(now: number, bytes: number): Pick<Segment, 'ackAt' | 'isDropped' | 'isMarked'> {
    const { rate, rttMs, queueBytes, markAbove = Number.POSITIVE_INFINITY } = this.#options;
    const queue = this.queueAt(now) + bytes;
    if (queue > queueBytes) return { ackAt: now, isDropped: true, isMarked: false };
    this.longestQueue = Math.max(this.longestQueue, queue);
    this.#freeAt = Math.max(this.#freeAt, now) + bytes / rate;
    const ackAt = this.#freeAt + rttMs + (this.#options.jitterMs?.() ?? 0);
    return { ackAt, isDropped: false, isMarked: queue > markAbove };
  }

  /** Runs these senders until `endMs`. */
  run(flows: readonly Flow[], endMs: number): void {
    for (let now = 0; now <= endMs; ) {
      for (const flow of flows) flow.run(now, this);
      now = Math.min(...flows.map((flow) => flow.nextAt(now)));
    }
  }
}

/** One sender of endless text. */
export class Flow {
  readonly cc: CongestionControl;
  readonly mss: number;
  readonly startAt: number;
  delivered = 0;
  lostSegments = 0;
  congestions = 0;
  timeouts = 0;
  inFlight = 0;
  /** Called after each acknowledgment. */
  onAck: ((now: number, flow: Flow) => void) | null = null;
  readonly #pacer = new Pacer();
  readonly #sample: AckSample = createAckSample();
  /** In the order of sending, which is that of arrival. */
  readonly #sent: Segment[] = [];
  /** The next that is acknowledged, and the next that may be found lost. */
  #ackNext = 0;
  #lossNext = 0;
  /** Behind the last segment of the round and, while there is one, of the recovery. */
  #roundEnd = 0;
  #recoveryEnd = -1;
  #srttMs = -1;
  #minRttMs = Number.POSITIVE_INFINITY;
  #timerFrom = 0;

  /** @param startAt when it begins to send. */
  constructor(cc: CongestionControl, mss: number, startAt = 0) {
    this.cc = cc;
    this.mss = mss;
    this.startAt = startAt;
  }

  /** When this flow has something to do next. */
  nextAt(now: number): number {
    if (now < this.startAt) return this.startAt;
    const ackAt = this.#nextAck()?.ackAt ?? this.#timeoutAt;
    if (!this.#hasRoom) return ackAt;
    return Math.min(ackAt, this.#pacer.nextReleaseAt(this.cc.pacingRate, this.mss));
  }

  /** Takes what has come by `now`, and sends what may leave. */
  run(now: number, link: Bottleneck): void {
    if (now < this.startAt) return;
    for (let next = this.#nextAck(); next !== null && next.ackAt <= now; next = this.#nextAck()) {
      this.#handleAck(now, next);
    }
    if (this.#nextAck() === null && now >= this.#timeoutAt) this.#handleTimeout(now);
    this.#send(now, link);
  }

  get #hasRoom(): boolean {
    return this.inFlight + this.mss <= this.cc.cwnd;
  }

  get #timeoutAt(): number {
    if (this.inFlight === 0) return Number.POSITIVE_INFINITY;
    return this.#timerFrom + MIN_RTO_MS + 2 * Math.max(this.#srttMs, 0);
  }

  #nextAck(): Segment | null {
    while (this.#sent[this.#ackNext]?.isDropped) this.#ackNext++;
    return this.#sent[this.#ackNext] ?? null;
  }

  #send(now: number, link: Bottleneck): void {
    const rate = this.cc.pacingRate;
    let allowance = this.#pacer.allowance(now, rate, this.mss);
    for (; this.#hasRoom && allowance > 0; allowance -= this.mss) {
      if (this.inFlight === 0) this.#timerFrom = now;
      this.inFlight += this.mss;
      const { ackAt, isDropped, isMarked } = link.carry(now, this.mss);
      this.#sent.push({
        sentAt: now,
        ackAt: Math.max(ackAt, this.#sent.at(-1)?.ackAt ?? 0),
        isDropped,
        isMarked,
        priorDelivered: this.delivered,
        sentInFlight: this.inFlight,
      });
      this.cc.handleSent(now, this.mss, this.inFlight);
      this.#pacer.handleSent(now, this.mss, rate);
    }
  }

  /** Finds what was lost before the segment `end`; returns bytes. */
  #findLost(now: number, end: number): number {
    let lost = 0;
    for (; this.#lossNext < end; this.#lossNext++) {
      const segment = this.#sent[this.#lossNext]!;
      if (!segment.isDropped) continue;
      lost += this.mss;
      this.lostSegments++;
      this.inFlight -= this.mss;
      this.cc.handleLost(now, this.mss, segment.sentInFlight, lost, segment.priorDelivered);
    }
    return lost;
  }

  #congestion(now: number, cause: CongestionCause, flightSize: number): void {
    this.congestions++;
    this.#recoveryEnd = this.#sent.length;
    this.cc.handleCongestion({ cause, now, flightSize, isFirst: true });
  }

  #handleTimeout(now: number): void {
    const flightSize = Math.min(this.inFlight, this.cc.cwnd);
    this.timeouts++;
    this.#findLost(now, this.#sent.length);
    this.#congestion(now, 'timeout', flightSize);
  }

  #handleAck(now: number, segment: Segment): void {
    const index = this.#ackNext++;
    const priorInFlight = this.inFlight;
    this.inFlight -= this.mss;
    this.delivered += this.mss;
    this.#timerFrom = now;
    const lostBytes = this.#findLost(now, index - REORDERING + 1);
    const flightSize = Math.min(priorInFlight, this.cc.cwnd);
    if (this.#recoveryEnd < 0) {
      if (lostBytes > 0) this.#congestion(now, 'loss', flightSize);
      else if (segment.isMarked) this.#congestion(now, 'ecn', flightSize);
    }
    this.#tell(now, segment, index, lostBytes, priorInFlight);
    if (this.#recoveryEnd >= 0 && index >= this.#recoveryEnd - 1) {
      this.#recoveryEnd = -1;
      this.cc.handleRecovered(now, this.inFlight);
    }
    this.onAck?.(now, this);
  }

  #tell(now: number, sent: Segment, index: number, lostBytes: number, priorInFlight: number): void {
    const rttMs = now - sent.sentAt;
    this.#srttMs = this.#srttMs < 0 ? rttMs : this.#srttMs + (rttMs - this.#srttMs) / 8;
    this.#minRttMs = Math.min(this.#minRttMs, rttMs);
    const roundEnded = index >= this.#roundEnd - 1;
    if (roundEnded) this.#roundEnd = this.#sent.length;
    const delivered = this.delivered - sent.priorDelivered;
    Object.assign(this.#sample, {
      now,
      ackedBytes: this.mss,
      lostBytes,
      rttMs,
      srttMs: this.#srttMs,
      minRttMs: this.#minRttMs,
      roundEnded,
      deliveryRate: delivered / rttMs,
      delivered: this.delivered,
      priorDelivered: sent.priorDelivered,
      lost: this.lostSegments * this.mss,
      sentInFlight: sent.sentInFlight,
      priorInFlight,
      inFlight: this.inFlight,
      isWindowUsed: priorInFlight >= this.cc.cwnd / 2,
      isInRecovery: this.#recoveryEnd >= 0,
    });
    this.cc.handleAck(this.#sample);
  }
}
