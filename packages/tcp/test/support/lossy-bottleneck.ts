/**
 * A sender and a bottleneck in virtual time, to see what a congestion control does with a path: one
 * first-in first-out queue of a rate and a size, a fixed round trip, random loss. The sender keeps
 * the delivery rate as draft-ietf-ccwg-bbr-06, 4.1.2 has it, judges a packet lost when three later
 * ones were acknowledged, and paces. Lost packets are replaced by new ones: no data, only bytes.
 */

import { seededRandom } from '@netlayers/testkit';
import {
  type CongestionControl,
  createAckSample,
} from '../../src/congestion/congestion-control.js';

/** A path, and what the application does with it. */
export interface BottleneckOptions {
  /** Bytes per millisecond. */
  rate: number;
  /** Round trip of an empty queue, without the time that a packet takes at `rate`. */
  rttMs: number;
  /** Bytes that wait at most. */
  queueBytes: number;
  /** Fraction of packets that are lost before the queue. @default 0 */
  loss?: number;
  /** Packets that one acknowledgment covers. @default 1 */
  ackEvery?: number;
  /** Bytes that the application writes each millisecond. @default more than anybody takes */
  writeRate?: number;
  mss?: number;
  seed?: number;
}

interface Packet {
  readonly id: number;
  readonly sentAt: number;
  readonly firstSentAt: number;
  readonly delivered: number;
  readonly deliveredAt: number;
  readonly lost: number;
  readonly inFlight: number;
  readonly isAppLimited: boolean;
  /** When its acknowledgment arrives; `Infinity` = never. */
  ackAt: number;
  isDone: boolean;
}

const REORDERING = 3;

/** The closed loop; `run` moves it. */
export class Bottleneck {
  now = 0;
  rate: number;
  loss: number;
  writeRate: number;
  delivered = 0;
  lost = 0;
  inFlight = 0;
  timeouts = 0;
  /** Smallest and largest delay of a packet in the queue, of those that arrived since it was set. */
  maxQueueMs = 0;
  minQueueMs = Number.POSITIVE_INFINITY;
  /** Called after each acknowledgment. */
  onAck: (() => void) | null = null;
  readonly cc: CongestionControl;
  readonly #options: BottleneckOptions;
  readonly #mss: number;
  readonly #random;
  readonly #sample = createAckSample();
  /** Packets in the order in which they left; those before `#head` are settled. */
  #packets: Packet[] = [];
  #head = 0;
  #nextId = 0;
  #written = 0;
  #sent = 0;
  #linkFreeAt = 0;
  #nextSendAt = 0;
  #firstSentAt = 0;
  #deliveredAt = 0;
  #appLimitedUntil = 0;
  #recoveryPoint = -1;
  #heardAt = 0;
  #srtt = -1;
  #minRtt = Number.POSITIVE_INFINITY;

  constructor(cc: CongestionControl, options: BottleneckOptions) {
    this.cc = cc;
    this.#options = options;
    this.rate = options.rate;
    this.loss = options.loss ?? 0;
    this.writeRate = options.writeRate ?? Number.POSITIVE_INFINITY;
    this.#mss = options.mss ?? 1460;
    this.#random = seededRandom(options.seed ?? 1);
  }

  /** Lets time pass; answers the bytes that were delivered meanwhile. */
  run(ms: number): number {
    const end = this.now + ms;
    const before = this.delivered;
    while (true) {
      const at = Math.min(this.#nextAckAt(), this.#nextEmissionAt(), this.#timeoutAt());
      if (at > end) break;
      this.#advance(Math.max(at, this.now));
      if (this.#nextAckAt() <= this.now) this.#acknowledge();
      else if (this.#timeoutAt() <= this.now) this.#timeOut();
      else this.#emit();
    }
    this.#advance(end);
    return this.delivered - before;
  }

  #advance(to: number): void {
    if (this.writeRate === Number.POSITIVE_INFINITY) this.#written = Number.POSITIVE_INFINITY;
    else {
      if (this.#written === Number.POSITIVE_INFINITY) this.#written = this.#sent;
      this.#written += this.writeRate * (to - this.now);
    }
    this.now = to;
  }

  /** Whether the application has a packet for the window that there is. */
  #hasData(): boolean {
    return this.#written - this.#sent >= this.#mss;
  }

  #nextEmissionAt(): number {
    if (this.inFlight + this.#mss > this.cc.cwnd) return Number.POSITIVE_INFINITY;
    if (this.#hasData() || this.writeRate === Number.POSITIVE_INFINITY) {
      return Math.max(this.#nextSendAt, this.now);
    }
    if (this.writeRate === 0) return Number.POSITIVE_INFINITY;
    const missing = this.#mss - (this.#written - this.#sent);
    // A little later, so that rounding cannot leave it one short for ever.
    return Math.max(this.#nextSendAt, this.now + missing / this.writeRate + 1e-6);
  }

  /** The acknowledgment of every nth packet that arrives, or of the last. */
  #nextAckAt(): number {
    const every = this.#options.ackEvery ?? 1;
    let arrived = 0;
    let at = Number.POSITIVE_INFINITY;
    for (let i = this.#head; i < this.#packets.length && arrived < every; i++) {
      const packet = this.#packets[i]!;
      if (packet.isDone || packet.ackAt === Number.POSITIVE_INFINITY) continue;
      at = packet.ackAt;
      arrived++;
    }
    return at;
  }

  /** Forgets the packets at the front that are settled. */
  #forget(): void {
    while (this.#packets[this.#head]?.isDone === true) this.#head++;
    if (this.#head < 4096) return;
    this.#packets = this.#packets.slice(this.#head);
    this.#head = 0;
  }

  #timeoutAt(): number {
    if (this.inFlight === 0) return Number.POSITIVE_INFINITY;
    return this.#heardAt + (this.#srtt < 0 ? 1000 : Math.max(2 * this.#srtt, this.#srtt + 200));
  }

  #checkAppLimited(): void {
    if (this.#hasData() || this.inFlight >= this.cc.cwnd) return;
    if (this.writeRate === Number.POSITIVE_INFINITY) return;
    this.#appLimitedUntil = Math.max(this.delivered + this.inFlight, 1);
  }

  #emit(): void {
    if (!this.#hasData()) return;
    if (this.inFlight === 0) {
      this.#firstSentAt = this.now;
      this.#deliveredAt = this.now;
      this.#heardAt = this.now;
    }
    this.inFlight += this.#mss;
    this.#sent += this.#mss;
    this.#packets.push({
      id: this.#nextId++,
      sentAt: this.now,
      firstSentAt: this.#firstSentAt,
      delivered: this.delivered,
      deliveredAt: this.#deliveredAt,
      lost: this.lost,
      inFlight: this.inFlight,
      isAppLimited: this.#appLimitedUntil !== 0,
      ackAt: this.#cross(),
      isDone: false,
    });
    this.cc.handleSent(this.now, this.#mss, this.inFlight);
    this.#nextSendAt = Math.max(this.#nextSendAt, this.now) + this.#mss / this.cc.pacingRate;
    this.#checkAppLimited();
  }

  /** When the acknowledgment of a packet that is sent now arrives. */
  #cross(): number {
    if (this.#random.fraction() < this.loss) return Number.POSITIVE_INFINITY;
    const waitMs = Math.max(this.#linkFreeAt - this.now, 0);
    if (waitMs * this.rate + this.#mss > this.#options.queueBytes) return Number.POSITIVE_INFINITY;
    this.maxQueueMs = Math.max(this.maxQueueMs, waitMs);
    this.minQueueMs = Math.min(this.minQueueMs, waitMs);
    this.#linkFreeAt = this.now + waitMs + this.#mss / this.rate;
    return this.#linkFreeAt + this.#options.rttMs;
  }

  #acknowledge(): void {
    this.#checkAppLimited();
    const sample = this.#sample;
    sample.priorInFlight = this.inFlight;
    sample.ackedBytes = 0;
    let newest: Packet | null = null;
    for (let i = this.#head; i < this.#packets.length; i++) {
      const packet: Packet = this.#packets[i]!;
      if (packet.isDone || packet.ackAt === Number.POSITIVE_INFINITY) continue;
      if (packet.ackAt > this.now) break;
      packet.isDone = true;
      sample.ackedBytes += this.#mss;
      newest = packet;
    }
    if (newest === null) throw new Error('an acknowledgment of nothing');
    this.inFlight -= sample.ackedBytes;
    this.delivered += sample.ackedBytes;
    this.#deliveredAt = this.now;
    this.#heardAt = this.now;
    this.#firstSentAt = newest.sentAt;
    this.#measure(newest);
    this.#detectLoss(newest.id);
    sample.inFlight = this.inFlight;
    sample.lost = this.lost;
    sample.lostInFlight = this.lost - newest.lost;
    sample.isInRecovery = this.#recoveryPoint >= 0;
    this.cc.handleAck(sample);
    if (this.#recoveryPoint >= 0 && newest.id >= this.#recoveryPoint) {
      this.#recoveryPoint = -1;
      this.cc.handleRecovered(this.now, this.inFlight);
    }
    this.#forget();
    this.onAck?.();
  }

  #measure(newest: Packet): void {
    if (this.#appLimitedUntil !== 0 && this.delivered > this.#appLimitedUntil) {
      this.#appLimitedUntil = 0;
    }
    const sample = this.#sample;
    // To the microsecond: sums of fractions must not make one round trip smaller than its like.
    const rtt = Math.round((this.now - newest.sentAt) * 1000) / 1000;
    this.#srtt = this.#srtt < 0 ? rtt : this.#srtt + (rtt - this.#srtt) / 8;
    this.#minRtt = Math.min(this.#minRtt, rtt);
    const interval = Math.max(
      newest.sentAt - newest.firstSentAt,
      this.#deliveredAt - newest.deliveredAt,
    );
    sample.now = this.now;
    sample.rttMs = rtt;
    sample.srttMs = this.#srtt;
    sample.minRttMs = this.#minRtt;
    sample.delivered = this.delivered;
    sample.priorDelivered = newest.delivered;
    sample.sentInFlight = newest.inFlight;
    sample.isAppLimited = newest.isAppLimited;
    sample.deliveryRate =
      interval < this.#minRtt || interval === 0
        ? 0
        : (this.delivered - newest.delivered) / interval;
  }

  #detectLoss(newestId: number): void {
    this.#sample.lostBytes = 0;
    for (let i = this.#head; i < this.#packets.length; i++) {
      const packet = this.#packets[i]!;
      if (packet.id > newestId - REORDERING) break;
      if (!packet.isDone) this.#lose(packet);
    }
    if (this.#sample.lostBytes === 0 || this.#recoveryPoint >= 0) return;
    this.#recoveryPoint = this.#nextId;
    this.cc.handleCongestion({
      cause: 'loss',
      now: this.now,
      flightSize: this.#sample.priorInFlight,
      isFirst: true,
    });
  }

  #lose(packet: Packet): void {
    packet.isDone = true;
    this.lost += this.#mss;
    this.inFlight -= this.#mss;
    this.#sent -= this.#mss;
    this.#sample.lostBytes += this.#mss;
    this.cc.handleLost(
      this.now,
      this.#mss,
      packet.inFlight,
      this.lost - packet.lost,
      packet.delivered,
    );
  }

  #timeOut(): void {
    this.timeouts++;
    const flightSize = this.inFlight;
    for (let i = this.#head; i < this.#packets.length; i++) {
      if (!this.#packets[i]!.isDone) this.#lose(this.#packets[i]!);
    }
    this.#forget();
    this.#recoveryPoint = this.#nextId;
    this.#heardAt = this.now;
    this.cc.handleCongestion({ cause: 'timeout', now: this.now, flightSize, isFirst: true });
  }
}
