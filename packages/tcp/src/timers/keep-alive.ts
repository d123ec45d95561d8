/**
 * The keep-alive timer (RFC 9293, 3.8.4). A probe is sent only when nothing has come for the idle
 * time, and when nothing is in flight or waits to be sent (MUST-26): otherwise the retransmission or
 * the persist timer asks the peer. One unanswered probe means nothing (MUST-29), the ACK may be lost.
 *
 * A user time-out takes the place of the number of probes, as in Linux, but not after the first one,
 * where Linux would give up already.
 */

import { Because } from '../base/reasons.js';
import type { TcpConnection } from '../connection/connection.js';
import { silence } from './silence.js';

/** A user time-out counts from this many unanswered probes on. */
const FEWEST_PROBES = 2;

/** Deals with the timer if it is due. Returns whether the connection has been given up. */
export function handleKeepAlive(connection: TcpConnection, now: number): boolean {
  const { patience, settings, context } = connection;
  const { keepAlive, heardAt } = patience;
  if (keepAlive === null || keepAlive.at > now) return false;
  if (heardAt >= keepAlive.probedAt) keepAlive.probes = 0;
  const { idleMs, probes, probedAt } = keepAlive;
  const { keepAliveIntervalMs } = settings;
  const silentMs = now - heardAt;
  if (!isQuiet(connection)) {
    keepAlive.at = now + idleMs;
  } else if (silentMs < idleMs) {
    keepAlive.at = heardAt + idleMs;
  } else if (probes > 0 && now - probedAt < keepAliveIntervalMs) {
    keepAlive.at = probedAt + keepAliveIntervalMs;
  } else if (isDead(connection, probes, silentMs)) {
    context.observer?.timerExpired?.(connection, 'keep-alive');
    context.counters.keepAliveTimeouts++;
    context.sendAbort(connection, now);
    connection.fail(silence(connection));
    return true;
  } else {
    context.observer?.timerExpired?.(connection, 'keep-alive');
    keepAlive.probes++;
    keepAlive.probedAt = now;
    // An answer may make it idle again before the interval is over.
    keepAlive.at = now + Math.min(keepAliveIntervalMs, idleMs);
    connection.rcv.ackBecause = Because.KEEP_ALIVE;
  }
  return false;
}

/**
 * Whether nothing of ours is outstanding, the FIN included, and no ACK is owed: a probe lies outside of
 * the peer's window, which takes no acknowledgment from it.
 */
function isQuiet({ isSynchronized, snd, rcv }: TcpConnection): boolean {
  if (!isSynchronized || rcv.unacked > 0 || rcv.ackBecause >= 0) return false;
  return snd.una === snd.nxt && !snd.hasUnsent;
}

function isDead({ patience, settings }: TcpConnection, probes: number, silentMs: number): boolean {
  const { userTimeoutMs } = patience;
  if (userTimeoutMs === 0) return probes >= settings.keepAliveProbes;
  return probes >= FEWEST_PROBES && silentMs >= userTimeoutMs;
}
