/**
 * What one segment has acknowledged, gathered record by record from the ACK field and the SACK
 * blocks: everything that loss recovery, the estimators and congestion control want to know of it.
 * One object serves all connections; it is good until the next acknowledgment.
 */

import { Because } from '../base/reasons.js';
import { createEmission, type Emission } from '../connection/emission.js';
import type { RecoveryState } from '../connection/recovery-state.js';
import type { SendMap } from '../connection/send-map.js';
import type { Sender } from '../connection/sender.js';
import { type Seq, seqDiff, seqGt, seqLt } from '../wire/seq.js';

/** The gathered acknowledgment. */
export class Acknowledgment {
  now = 0;
  /** Bytes in flight before it. */
  priorInFlight = 0;
  /** SND.UNA before it. */
  priorUna = 0 as Seq;
  /** RACK.fack before it: what it reports at one time has no order. */
  priorFack = 0 as Seq;
  /** Bytes delivered by it, in both ways. */
  deliveredBytes = 0;
  /** Bytes of the map that the ACK field covered. */
  cumulativeBytes = 0;
  /** Bytes that its blocks reported for the first time. */
  sackedBytes = 0;
  /** The longest and the shortest unambiguous round trip; -1 = none. */
  longestRttMs = -1;
  shortestRttMs = -1;
  /** Whether the round trip is due for a sample: it covers something sent after the last one was taken. */
  isTimed = false;
  /** Whether something that was sent more than once is covered by the ACK field (Karn's rule). */
  coversRepeated = false;
  /** Whether something was delivered that left once only. */
  deliversOriginal = false;
  /** A probe of the path's MTU has arrived. */
  hasMtuProbe = false;
  /** It repeats what was received before (RFC 2883), and how many bytes of what may be undone. */
  hasDsack = false;
  dsackBytes = 0;
  /** The D-SACK is of the tail loss probe. */
  dsackOfProbe = false;
  /** Bytes judged lost with it. */
  lostBytes = 0;
  /** The newest emission that was delivered; `sentAt` is -1 when none was. */
  newest = createEmission();
  #read = createEmission();
  /** SEG.TSecr in the sender's clock of sending: everything sent later was not echoed; -1 = no timestamps. */
  echoAgeMs = -1;

  begin(snd: Sender, echoAgeMs: number, now: number): void {
    this.now = now;
    this.priorInFlight = snd.pipe;
    this.priorUna = snd.una;
    this.priorFack = snd.recovery.fack;
    this.deliveredBytes = 0;
    this.cumulativeBytes = 0;
    this.sackedBytes = 0;
    this.longestRttMs = -1;
    this.shortestRttMs = -1;
    this.isTimed = false;
    this.coversRepeated = false;
    this.deliversOriginal = false;
    this.hasMtuProbe = false;
    this.hasDsack = false;
    this.dsackBytes = 0;
    this.dsackOfProbe = false;
    this.lostBytes = 0;
    this.newest.sentAt = -1;
    this.echoAgeMs = echoAgeMs;
  }

  /** Reads a record; what is returned is good until the next one is read. */
  read(map: SendMap, index: number): Emission {
    map.read(index, this.#read);
    return this.#read;
  }

  /** What was read last has arrived: counts it. What is SACKed already was counted then. */
  deliver(snd: Sender, emission: Emission): void {
    const { recovery } = snd;
    const { now } = this;
    const { start, end, sentAt, timesRepeated, isTimed } = emission;
    const rttMs = now - sentAt;
    const bytes = seqDiff(end, start);
    this.deliveredBytes += bytes;
    snd.rate.handleDelivered(now, bytes);
    if (isTimed) {
      if (rttMs > this.longestRttMs) this.longestRttMs = rttMs;
      if (this.shortestRttMs < 0 || rttMs < this.shortestRttMs) this.shortestRttMs = rttMs;
      if (!seqLt(start, snd.timedFrom)) this.isTimed = true;
    }
    if (timesRepeated === 0) {
      this.deliversOriginal = true;
      if (emission.because === Because.MTU_PROBE) this.hasMtuProbe = true;
      // RFC 8985, 6.2, step 3: an original behind one that was sent later.
      if (seqLt(end, this.priorFack)) recovery.reorderingSeen = true;
    }
    if (seqGt(end, recovery.fack)) recovery.fack = end;
    if (isTimed || this.#isOfLastCopy(snd, rttMs)) updateRack(recovery, emission, rttMs);
    const { newest } = this;
    if (sentAt < newest.sentAt || (sentAt === newest.sentAt && !seqGt(end, newest.end))) return;
    // The two take turns.
    this.newest = emission;
    this.#read = newest;
  }

  /** Which copy has arrived? Not the last one if the echo is older or the trip too short (RFC 8985, 6.2, step 2). */
  #isOfLastCopy(snd: Sender, rttMs: number): boolean {
    if (this.echoAgeMs >= 0 && this.echoAgeMs > rttMs + 1) return false;
    return rttMs >= snd.rtt.minRttMs;
  }
}

/** RFC 8985, 6.2, step 2: RACK.xmit_ts, RACK.end_seq, RACK.rtt. */
function updateRack(recovery: RecoveryState, emission: Emission, rttMs: number): void {
  const { sentAt, end } = emission;
  const isLater =
    sentAt > recovery.rackSentAt ||
    (sentAt === recovery.rackSentAt && seqGt(end, recovery.rackEnd));
  if (!isLater) return;
  recovery.rackSentAt = sentAt;
  recovery.rackEnd = end;
  recovery.rackIsRepeat = emission.timesRepeated > 0;
  recovery.rackRttMs = rttMs;
}
