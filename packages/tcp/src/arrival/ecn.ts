/**
 * The ECN bits of what arrives (RFC 3168, 6.1): the agreement in the SYNs, marks of routers, and
 * the peer's echo of them.
 */

import type { TcpConnection } from '../connection/connection.js';
import { ECN_MASK, EcnCodepoint, NO_ECN } from '../connection/ecn-state.js';
import { TcpFlag } from '../wire/flags.js';
import type { TcpHeader } from '../wire/header.js';
import { seqGe } from '../wire/seq.js';

const BOTH = TcpFlag.ECE | TcpFlag.CWR;

/**
 * Takes what the peer's SYN or SYN-ACK says of ECN (RFC 3168, 6.1.1): both bits ask, ECE alone
 * agrees, and an IP header that says ECN beside a SYN is a path that changes bits.
 */
export function agreeOnEcn(connection: TcpConnection, seg: TcpHeader): void {
  const { ecn } = connection;
  const isAnswer = (seg.flags & TcpFlag.ACK) !== 0;
  const said = seg.flags & BOTH;
  const isAgreed = isAnswer ? ecn.isRequested && said === TcpFlag.ECE : said === BOTH;
  if (!ecn.isEnabled || !isAgreed) connection.ecn = NO_ECN;
}

/** A router has marked the packet: the sender has to hear of it, until it has reacted (6.1.3). */
export function takeMark(connection: TcpConnection, seg: TcpHeader): void {
  const { ecn } = connection;
  if (!ecn.isEnabled) return;
  if ((seg.flags & TcpFlag.CWR) !== 0) ecn.echoDue = false;
  if ((seg.tos & ECN_MASK) !== EcnCodepoint.CE) return;
  ecn.echoDue = true;
  connection.context.counters.ecnMarks++;
}

/** The peer echoes a mark: congestion, once a window of data (6.1.2). */
export function takeEcho(connection: TcpConnection, seg: TcpHeader, now: number): void {
  const { ecn, snd, context } = connection;
  if (!ecn.isEnabled) return;
  if (ecn.isReacting && seqGe(snd.una, ecn.reactUntil)) {
    ecn.isReacting = false;
    snd.recovery.isReduced = false;
  }
  if ((seg.flags & TcpFlag.ECE) === 0 || ecn.isReacting || snd.una === snd.nxt) return;
  ecn.isReacting = true;
  ecn.reactUntil = snd.nxt;
  // Loss has reduced the window for this flight already (6.1.2).
  if (snd.phase !== 'open') return;
  ecn.reducedDue = true;
  snd.recovery.isReduced = true;
  context.counters.ecnReductions++;
  const flightSize = Math.min(snd.flightSize, snd.congestion.cwnd);
  snd.congestion.handleCongestion({ cause: 'ecn', now, flightSize, isFirst: true });
}
