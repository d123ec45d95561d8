/**
 * Tail loss probe (RFC 8985, 7): when the last segments of a flight stay unanswered for two round
 * trips, one more is sent, so that its SACK shows what is missing long before a time-out would.
 */

import type { Sender } from '../connection/sender.js';
import { seqGe, seqGt } from '../wire/seq.js';
import type { Acknowledgment } from './acknowledgment.js';

/** RFC 8985, 7.2: how long a peer may delay the ACK of a lone segment. */
const LONGEST_ACK_DELAY_MS = 200;
/** PTO before the first measurement. */
const PROBE_BEFORE_RTT_MS = 1000;
/** Timers of hosts are no finer: without it a probe would race with an ACK on a short path. */
const GRANULARITY_MS = 4;
/** The least PTO: on a path that is nearly none, an ACK waits for our own turn and the peer's. */
const SHORTEST_PROBE_MS = 8;

/** Sets the probe's timer for what is in flight, or stops it (RFC 8985, 7.2). */
export function scheduleProbe(snd: Sender, isSackEnabled: boolean, now: number): void {
  snd.tailProbeAt = Number.POSITIVE_INFINITY;
  const { recovery, map, rtt } = snd;
  if (!isSackEnabled || recovery.isProbeOut || snd.phase !== 'open' || map.size === 0) return;
  if (map.sackedBytes > 0 || map.lostBytes > 0) return;
  let delayMs = PROBE_BEFORE_RTT_MS;
  if (rtt.srttMs >= 0) {
    delayMs = Math.max(2 * rtt.srttMs + GRANULARITY_MS, SHORTEST_PROBE_MS);
    // One segment, or little more: its ACK may wait for a second one.
    if (snd.flightSize < 2 * snd.mss) delayMs += LONGEST_ACK_DELAY_MS;
  }
  if (now + delayMs < snd.retransmitAt) snd.tailProbeAt = now + delayMs;
}

/** A probe has left. */
export function noteProbe(snd: Sender, isRepeat: boolean, now: number): void {
  const { recovery } = snd;
  recovery.isProbeOut = true;
  recovery.isProbeRepeat = isRepeat;
  recovery.probeEnd = snd.nxt;
  snd.tailProbeAt = Number.POSITIVE_INFINITY;
  snd.retransmitAt = now + snd.rtt.rtoMs;
}

/**
 * Looks for the answer to the probe (RFC 8985, 7.4).
 *
 * @returns whether the probe has repaired a loss that nobody else saw: congestion.
 */
export function judgeProbe(snd: Sender, ack: Acknowledgment, isBareDuplicate: boolean): boolean {
  const { recovery } = snd;
  if (!recovery.isProbeOut || !seqGe(snd.una, recovery.probeEnd)) return false;
  if (!recovery.isProbeRepeat || ack.dsackOfProbe) {
    recovery.isProbeOut = false;
    return false;
  }
  if (seqGt(snd.una, recovery.probeEnd)) {
    recovery.isProbeOut = false;
    return true;
  }
  // The original and the probe have both arrived.
  if (isBareDuplicate) recovery.isProbeOut = false;
  return false;
}
