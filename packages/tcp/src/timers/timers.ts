/**
 * What happens when a connection's timers expire: retransmission (RFC 6298, 5), persist (RFC 9293,
 * 3.8.6.1), delayed ACK (3.8.6.3), the limit R2 after which a silent peer is given up (3.8.3),
 * keep-alive (3.8.4), and the limits of an orphan.
 */

import { Because } from '../base/reasons.js';
import { wholeMs } from '../base/whole-ms.js';
import type { TcpConnection } from '../connection/connection.js';
import { countFastRecovery, tallyOf } from '../connection/tally.js';
import { Acknowledgment } from '../recovery/acknowledgment.js';
import { handleReorderingTimeout, handleTimeout } from '../recovery/loss-recovery.js';
import { judgeMtuProbe } from '../recovery/mtu-probe.js';
import { handleKeepAlive } from './keep-alive.js';
import { handleOrphan } from './orphan.js';
import { silence } from './silence.js';

const OFF = Number.POSITIVE_INFINITY;

/** Of a time-out, which acknowledges nothing. */
const nothing = new Acknowledgment();

/** Deals with every timer of a connection that is due at `now`. */
export function handleTimers(connection: TcpConnection, now: number): void {
  const { snd, rcv, context } = connection;
  if (connection.patience.stalledUntil(connection) <= now && giveUp(connection, now)) return;
  if (handleOrphan(connection, now) || handleKeepAlive(connection, now)) return;
  if (rcv.delayedAckAt <= now) {
    context.observer?.timerExpired?.(connection, 'delayed-ack');
    rcv.delayedAckAt = OFF;
    if (rcv.ackBecause < 0) {
      rcv.ackBecause = Because.DELAYED_ACK_TIMER;
      context.counters.delayedAcks++;
    }
  }
  if (snd.persistAt <= now) {
    context.observer?.timerExpired?.(connection, 'persist');
    snd.persistAt = OFF;
    // Nobody owes us an answer before the first probe, however long ago the last segment left.
    if (snd.stalledSince < 0) snd.stalledSince = wholeMs(now);
    if (giveUp(connection, now)) return;
    snd.probeDue = true;
  }
  if (snd.pacedAt <= now) snd.pacedAt = OFF;
  if (snd.reorderingAt <= now) {
    context.observer?.timerExpired?.(connection, 'reordering');
    if (handleReorderingTimeout(snd, nothing, now)) {
      countFastRecovery(connection);
      context.observer?.windowChanged?.(connection);
    }
    judgeMtuProbe(connection, false, now);
  }
  if (snd.tailProbeAt <= now) {
    context.observer?.timerExpired?.(connection, 'tail-probe');
    snd.tailProbeAt = OFF;
    snd.tailProbeDue = true;
  }
  if (snd.retransmitAt <= now) {
    context.observer?.timerExpired?.(connection, 'retransmission');
    snd.retransmitAt = OFF;
    if (!repeat(connection, now)) return;
    context.counters.retransmissionTimeouts++;
    tallyOf(connection).retransmissionTimeouts++;
  }
  context.requestOutput(connection);
}

/** The retransmission timer. Returns false when the connection was given up. */
function repeat(connection: TcpConnection, now: number): boolean {
  const { context } = connection;
  if (connection.isSynchronized) {
    if (giveUp(connection, now)) return false;
    connection.pathMtu.handleTimeout(now);
    if (handleTimeout(connection.snd, connection.sackEnabled, now)) context.counters.sackReneges++;
    context.observer?.windowChanged?.(connection);
    return true;
  }
  const { snd, settings } = connection;
  const limit = connection.state === 'SYN-SENT' ? settings.synRetries : settings.synAckRetries;
  if (snd.timeouts >= limit) {
    if (connection.listener === null) context.counters.userTimeouts++;
    connection.fail(connection.listener === null ? silence(connection) : null);
    return false;
  }
  context.counters.synRetransmissions++;
  snd.timeouts++;
  snd.synSentAt = -1;
  // RFC 3168, 6.1.1.1: a path that drops what it does not know gets a plain SYN.
  connection.ecn.isRequested = false;
  snd.rtt.backOff();
  connection.synBecause = Because.RETRANSMISSION_TIMEOUT;
  return true;
}

/** R2: fails a connection whose peer has been silent for too long. */
function giveUp(connection: TcpConnection, now: number): boolean {
  const { snd, patience } = connection;
  if (snd.stalledSince < 0) snd.stalledSince = Math.max(snd.lastSentAt, patience.heardAt);
  if (now - snd.stalledSince < patience.r2Ms) return false;
  connection.context.observer?.timerExpired?.(connection, 'user-timeout');
  connection.context.counters.userTimeouts++;
  connection.fail(silence(connection));
  return true;
}
