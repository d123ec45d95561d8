/**
 * ICMP errors about segments of ours (RFC 9293, 3.9.2.2; RFC 1191; RFC 5927). An error counts only
 * if the sequence number it quotes is in flight: somebody who cannot see the connection cannot
 * forge that. What TCP has to ignore, source quench above all (MUST-55), IP does not hand up.
 */

import { readU16, readU32 } from '@netlayers/bytes';
import { formatAddress, type IpError } from '@netlayers/ip';
import { TcpError } from '../base/errors.js';
import { Because } from '../base/reasons.js';
import type { TcpConnection } from '../connection/connection.js';
import type { FourTuple } from '../connection/four-tuple.js';
import { seq, seqGe, seqLt } from '../wire/seq.js';

/** Finds the connection of a 4-tuple. */
export type ConnectionFinder = (tuple: FourTuple) => TcpConnection | null;

/**
 * Deals with an error that quotes `buf[start..end)`, at least 8 bytes of one of our segments.
 *
 * @returns whether there is such a connection.
 */
export function arriveIcmpError(
  error: IpError,
  buf: Uint8Array,
  start: number,
  end: number,
  now: number,
  find: ConnectionFinder,
): boolean {
  if (end - start < 8) return false;
  const connection = find({
    localAddress: error.source,
    localPort: readU16(buf, start),
    remoteAddress: error.destination,
    remotePort: readU16(buf, start + 2),
  });
  if (connection === null) return false;
  takeError(connection, error, readU32(buf, start + 4), now);
  return true;
}

/** @param number the sequence number that is quoted. */
function takeError(connection: TcpConnection, error: IpError, number: number, now: number): void {
  const { snd } = connection;
  const quoted = seq(number);
  if (!seqGe(quoted, snd.una) || !seqLt(quoted, snd.nxt)) return;
  if (error.kind === 'packet-too-big') {
    // An error without an MTU is of before RFC 1191.
    const mtu = error.mtu || connection.context.ip.safeMtu(connection.remoteAddress);
    if (connection.pathMtu.handleReport(mtu, now)) sendSmaller(connection);
    return;
  }
  const where = `${formatAddress(connection.remoteAddress)}:${connection.remotePort}`;
  const isHard = error.kind === 'protocol-unreachable' || error.kind === 'port-unreachable';
  if (isHard && connection.state === 'SYN-SENT') {
    connection.fail(new TcpError('ECONNREFUSED', `${where} has no such service`));
    return;
  }
  // Soft, as every error is for a synchronized connection (RFC 5927, 4.1).
  connection.softError = new TcpError('EHOSTUNREACH', `${where} cannot be reached`);
}

/** What was dropped for its size is sent again in smaller segments; this is no congestion. */
function sendSmaller(connection: TcpConnection): void {
  if (!connection.isSynchronized) return;
  const { snd } = connection;
  connection.context.observer?.windowChanged?.(connection);
  snd.markAllLost(Because.SMALLER_PATH_MTU);
  snd.forceRetransmit = true;
  connection.context.requestOutput(connection);
}
