/**
 * Header prediction (Van Jacobson): what most segments of a transfer are. In ESTABLISHED, the text
 * that is next, all of it inside the window, with an ACK that is no news, a timestamp that is not old
 * and no flag but ACK and PSH, where nothing waits beyond a gap.
 *
 * Of such a segment every check of RFC 9293, 3.10.7.4, of RFC 5961 and of PAWS is known to pass, and
 * little is left to be done. The invariant: with a segment that is predicted, `takePredicted` leaves
 * what the checks in `segment-arrives.ts`, one after the other, would leave. A test sends the same
 * random segments both ways. So whoever adds a step there asks whether it may ever do anything here.
 */

import type { Verdict } from '../base/reasons.js';
import type { TcpConnection } from '../connection/connection.js';
import { TcpFlag } from '../wire/flags.js';
import type { TcpHeader } from '../wire/header.js';
import { seqAdd, seqEq, seqLe } from '../wire/seq.js';
import { isNoNews, takeNoNews } from './acknowledge.js';
import { takeMark } from './ecn.js';
import { receiveNext } from './receive-text.js';
import { isOldTimestamp, rememberTimestamp } from './timestamp.js';

/** Whether it is such a segment. */
export function isPredicted(connection: TcpConnection, seg: TcpHeader, now: number): boolean {
  const { snd, rcv } = connection;
  return (
    (seg.flags & ~TcpFlag.PSH) === TcpFlag.ACK &&
    seg.len > 0 &&
    seqEq(seg.seq, rcv.nxt) &&
    connection.state === 'ESTABLISHED' &&
    isNoNews(snd, seg) &&
    seqLe(seqAdd(seg.seq, seg.len), rcv.edge) &&
    !rcv.finSeen &&
    (rcv.ranges === null || rcv.ranges.size === 0) &&
    (!connection.timestampsEnabled || (seg.hasTimestamp && !isOldTimestamp(rcv, seg, now)))
  );
}

/** Takes one that `isPredicted`. */
export function takePredicted(
  connection: TcpConnection,
  seg: TcpHeader,
  buf: Uint8Array,
  now: number,
): Verdict {
  takeNoNews(connection.snd, seg);
  connection.patience.heard(now, false);
  rememberTimestamp(connection, seg, now);
  takeMark(connection, seg);
  return receiveNext(connection, seg, buf, now);
}
