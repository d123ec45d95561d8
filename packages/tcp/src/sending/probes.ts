/**
 * What is sent to learn something: whether the peer's window is still closed, whether the tail of a
 * flight has arrived, whether the path carries more.
 */

import { Because } from '../base/reasons.js';
import type { TcpConnection } from '../connection/connection.js';
import { noteProbe } from '../recovery/tail-loss-probe.js';
import { seqAdd, seqDiff } from '../wire/seq.js';
import { sackRoom } from './emit.js';
import { emitRange, repeatRecord, sendNew } from './send-range.js';

/**
 * The persist timer has expired: sends what the window has room for, and one byte if it has none
 * (RFC 9293, 3.8.6.1 and the override time-out of 3.8.6.2.1).
 */
export function transmitWindowProbe(connection: TcpConnection, now: number): boolean {
  const { snd } = connection;
  if (!snd.probeDue) return true;
  if (!snd.hasLost && !snd.hasUnsent) {
    snd.probeDue = false;
    return true;
  }
  const lost = snd.map.nextLost();
  const isNew = lost === snd.map.size;
  const from = isNew ? snd.nxt : snd.map.start(lost);
  const waiting = seqDiff(snd.queueEnd, from) + (snd.finQueued ? 1 : 0);
  const mss = snd.mss - sackRoom(connection);
  const length = Math.max(1, Math.min(snd.windowFrom(from), waiting, mss));
  const fits = snd.windowFrom(from) >= length;
  const { WINDOW_PROBE } = Because;
  if (isNew) {
    if (!sendNew(connection, length, WINDOW_PROBE, now)) return false;
  } else if (!probeAgain(connection, lost, length, fits, now)) {
    return false;
  }
  snd.probeDue = false;
  snd.persistBackoffs++;
  connection.context.counters.windowProbes++;
  // If it fits, it is an ordinary small segment, for which the retransmission timer runs.
  if (fits) return true;
  // Expected to be refused: it counts as lost, not as in flight.
  if (isNew) snd.map.markLost(snd.map.size - 1, Because.RETRANSMISSION_TIMEOUT);
  snd.retransmitAt = Number.POSITIVE_INFINITY;
  snd.tailProbeAt = Number.POSITIVE_INFINITY;
  return true;
}

/** Probes with what was sent before; beyond the window it stays lost. */
function probeAgain(
  connection: TcpConnection,
  index: number,
  length: number,
  fits: boolean,
  now: number,
): boolean {
  const { snd } = connection;
  const { map } = snd;
  const reach = Math.min(length, map.length(index));
  if (fits) return repeatRecord(connection, index, reach, Because.WINDOW_PROBE, now);
  // Karn's rule: nobody knows which of these is acknowledged.
  map.distrust(index);
  snd.repeatedAt = Math.floor(now);
  return emitRange(connection, map.start(index), reach, Because.WINDOW_PROBE, now);
}

/**
 * The tail loss probe (RFC 8985, 7.3): new text if there is some and the peer has room, else the last
 * segment once more. The congestion window does not hold it.
 */
export function transmitTailProbe(connection: TcpConnection, now: number): boolean {
  const { snd } = connection;
  const { map } = snd;
  if (!snd.tailProbeDue) return true;
  if (map.size === 0 || map.sackedBytes > 0 || snd.phase !== 'open') {
    snd.tailProbeDue = false;
    return true;
  }
  const mss = snd.mss - sackRoom(connection);
  const length = Math.min(snd.unsent, mss, snd.windowFrom(snd.nxt));
  const isRepeat = length <= 0;
  if (isRepeat) {
    const last = map.size - 1;
    if (map.length(last) > mss) map.cut(last, seqAdd(map.end(last), -mss));
    const index = map.size - 1;
    const { TAIL_LOSS_PROBE } = Because;
    if (!repeatRecord(connection, index, map.length(index), TAIL_LOSS_PROBE, now)) return false;
  } else if (!sendNew(connection, length, Because.TAIL_LOSS_PROBE, now)) {
    return false;
  }
  snd.tailProbeDue = false;
  connection.context.counters.tailLossProbes++;
  noteProbe(snd, isRepeat, now);
  return true;
}

/**
 * Sends a probe of the path's MTU if one is due, and enough may follow that its loss shows at once
 * (RFC 4821, 7.4). Returns false when the device's queue is full.
 */
export function transmitMtuProbe(connection: TcpConnection, now: number): boolean {
  const text = connection.pathMtu.probeIfDue(now);
  if (text === 0) return true;
  const { snd } = connection;
  const enough = text + 3 * snd.mss;
  const mayGo = Math.min(snd.unsentBytes, snd.windowFrom(snd.nxt), snd.window - snd.pipe);
  if (mayGo < enough || snd.phase !== 'open' || snd.hasLost || sackRoom(connection) > 0)
    return true;
  if (!sendNew(connection, text, Because.MTU_PROBE, now)) return false;
  connection.pathMtu.noteProbe(text);
  return true;
}
