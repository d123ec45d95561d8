/**
 * Lets the receive window of a connection grow with what its application takes (dynamic
 * right-sizing), up to the size of its receive buffer and as long as the stack has memory.
 *
 * The first kilobytes of a connection start no measurement, and one that has reached its bound ends
 * it: whoever exchanges small messages or moves a lot for long holds nothing for it.
 */

import type { TcpConnection } from '../connection/connection.js';
import { ReceiveTuner } from '../connection/receive-tuner.js';
import type { TcpHeader } from '../wire/header.js';
import { seqDiff } from '../wire/seq.js';

/** From how many octets on a connection is measured. */
const MEASURE_FROM = 8192;
/** So much may have come in one round trip by then: about an initial window (RFC 6928). */
const MOST_FIRST = 2 * MEASURE_FROM;
/** Octets of text below which a segment is a message, not a part of a long transfer. */
const MESSAGE = 256;

/** A segment with text in order has been dealt with. */
export function tuneReceiveWindow(connection: TcpConnection, seg: TcpHeader, now: number): void {
  const { rcv } = connection;
  if (rcv.capacity >= rcv.maxCapacity || seg.dataEnd - seg.dataStart < MESSAGE) return;
  if (rcv.tuner === null) {
    // What small messages have brought long before says nothing of a round trip.
    const taken = Math.min(seqDiff(rcv.nxt, rcv.irs) >>> 0, MOST_FIRST);
    if (taken < MEASURE_FROM) return;
    const { minRttMs } = connection.snd.rtt;
    const rttMs = minRttMs < 0 ? Number.POSITIVE_INFINITY : minRttMs;
    rcv.tuner = new ReceiveTuner(rcv.edge, rcv.readSeq, rttMs, taken, now);
    return;
  }
  if (!rcv.tuner.watch(rcv, now)) return;
  const hasEcho = connection.timestampsEnabled && seg.hasTimestamp && seg.tsecr !== 0;
  const echoMs = hasEcho ? connection.timestampAge(seg.tsecr, now) : 0;
  const wanted = rcv.tuner.measure(rcv, echoMs, now);
  if (wanted > rcv.capacity) rcv.grow(wanted);
}
