/**
 * Watches one sender for the two things that no transfer may show: silence while data could flow,
 * and, where nothing is lost, late or double, bytes that are sent twice.
 *
 * Data could flow while something is in flight (an ACK or the retransmission timer ends the wait) or
 * the congestion window or Nagle's rule holds back what was written. What the peer's window holds
 * back with nothing in flight does not count: the persist timer has a clock of its own.
 */

import {
  Because,
  HeldBy,
  type Seq,
  seqAdd,
  seqDiff,
  seqGt,
  TcpFlag,
  type TcpHeader,
  type TcpObserver,
} from '@netlayers/tcp';

/** A connection as an observer sees it. */
type View = Parameters<NonNullable<TcpObserver['senderHeld']>>[0];

/** A silence that was longer than it may be. */
export interface Silence {
  /** When it began, in virtual ms. */
  readonly atMs: number;
  readonly lastedMs: number;
  readonly allowedMs: number;
}

/** What a flow is watched with. */
export interface FlowSurroundings {
  now(): number;
  /** The longest round trip that the path has had so far, queues and delayed ACKs included, in ms. */
  longestRttMs(): number;
}

/** Rounding of the times that are added up, in ms. */
const SLACK_MS = 1;

/** Observes the only connection of a host. */
export class FlowWatch implements TcpObserver {
  readonly silences: Silence[] = [];
  /** Text, SYN or FIN sent again; probes of either kind are not counted. */
  repeated = 0;
  /** Probes for the loss of a tail that sent something again (RFC 8985, 7). */
  probed = 0;
  readonly #surroundings: FlowSurroundings;
  /** Since when the sender has been silent, and SND.UNA stood still, although data could flow; -1 = it could not. */
  #since = -1;
  /** The longest RTO since SND.UNA last moved: the timer may have been armed with it. */
  #rtoMs = 0;
  #una: number | null = null;
  /** Behind everything sent so far but window probes. */
  #end: Seq | null = null;

  constructor(surroundings: FlowSurroundings) {
    this.#surroundings = surroundings;
  }

  segmentSent(
    connection: View | null,
    header: TcpHeader,
    _buf: Uint8Array,
    because: Because,
  ): void {
    if (connection === null) return;
    const controls = (header.flags & TcpFlag.SYN ? 1 : 0) + (header.flags & TcpFlag.FIN ? 1 : 0);
    const length = header.dataEnd - header.dataStart + controls;
    if (length === 0) return;
    this.#endSilence();
    this.#since = this.#surroundings.now();
    this.#takeRto(connection);
    if (because === Because.WINDOW_PROBE) return;
    if (this.#end !== null && seqGt(this.#end, header.seq)) {
      if (because === Because.TAIL_LOSS_PROBE) this.probed++;
      else this.repeated++;
    }
    const end = seqAdd(header.seq, length);
    if (this.#end === null || seqGt(end, this.#end)) this.#end = end;
  }

  segmentReceived(connection: View | null): void {
    if (connection !== null) this.#takeRto(connection);
  }

  senderHeld(connection: View, by: HeldBy): void {
    const { snd } = connection;
    const inFlight = seqDiff(snd.nxt, snd.una) > 0;
    const isHeld = by === HeldBy.CONGESTION_WINDOW || by === HeldBy.PACING || by === HeldBy.NAGLE;
    if (!inFlight && !isHeld) {
      this.#takeRto(connection);
      this.#since = -1;
      return;
    }
    if (this.#since < 0) this.#since = this.#surroundings.now();
    this.#takeRto(connection);
  }

  #takeRto({ snd }: View): void {
    const { rtoMs } = snd.rtt;
    if (this.#una === snd.una) {
      this.#rtoMs = Math.max(this.#rtoMs, rtoMs);
      return;
    }
    // Progress: the timer starts anew, with what the RTO is now.
    this.#endSilence();
    if (this.#since >= 0) this.#since = this.#surroundings.now();
    this.#una = snd.una;
    this.#rtoMs = rtoMs;
  }

  #endSilence(): void {
    if (this.#since < 0) return;
    const lastedMs = this.#surroundings.now() - this.#since;
    const allowedMs = this.#rtoMs + this.#surroundings.longestRttMs() + SLACK_MS;
    if (lastedMs > allowedMs) this.silences.push({ atMs: this.#since, lastedMs, allowedMs });
  }
}
