/**
 * What has gone wrong on one connection, counted. Most connections never meet any of it, so it is
 * made with the first: an idle connection holds nothing for it, and the path of a segment in order
 * never sees it.
 */

import { WIDE } from '@netlayers/bytes';
import type { TcpCounters } from '../base/counters.js';

/** The mishaps of one connection since its SYN; they only grow. */
export class Tally {
  /** Segments that have left again, SYNs and tail loss probes included; window probes are not among them. */
  segmentsRetransmitted = 0;
  /** Sequence numbers of text and FIN in them. */
  bytesRetransmitted = WIDE;
  retransmissionTimeouts = 0;
  /** Fast recoveries that have begun. */
  fastRecoveries = 0;
  /** Recoveries, after time-outs too, that proved to be needless and were taken back. */
  spuriousRecoveries = 0;
  /** Duplicates that the peer has reported (D-SACK, RFC 2883). */
  duplicatesReported = 0;
  /** Segments of the peer that came again, and that came behind a gap. */
  duplicates = 0;
  outOfOrder = 0;

  constructor() {
    this.bytesRetransmitted = 0;
  }
}

/** The tally of a connection, to count in. */
export function tallyOf(connection: { tally: Tally | null }): Tally {
  connection.tally ??= new Tally();
  return connection.tally;
}

/** Fast recovery has begun, by an acknowledgment or by the reordering timer. */
export function countFastRecovery(connection: {
  tally: Tally | null;
  readonly sackEnabled: boolean;
  readonly context: { readonly counters: TcpCounters };
}): void {
  const { counters } = connection.context;
  counters.fastRetransmissions++;
  if (connection.sackEnabled) counters.sackRecoveries++;
  tallyOf(connection).fastRecoveries++;
}

/** That of a connection to which nothing has happened; nobody writes it. */
export const NO_MISHAP: Readonly<Tally> = new Tally();
