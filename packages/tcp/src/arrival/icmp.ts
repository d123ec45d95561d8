/**
 * ICMP errors about segments of ours (RFC 9293, 3.9.2.2; RFC 1191; RFC 5927). An error counts only
 * if the sequence number it quotes is in flight: somebody who cannot see the connection cannot
 * forge that.
 */

import { formatIpv4, readU16, readU32 } from '@netlayers/bytes';
import type { IcmpError } from '@netlayers/ipv4';
import { TcpError } from '../base/errors.js';
import { Because } from '../base/reasons.js';
import type { TcpConnection } from '../connection/connection.js';
import type { FourTuple } from '../connection/four-tuple.js';
import { seq, seqGe, seqLt } from '../wire/seq.js';

const DESTINATION_UNREACHABLE = 3;
const TIME_EXCEEDED = 11;
const PARAMETER_PROBLEM = 12;
/** Every other type, source quench above all, is ignored (MUST-55). */
const EXPLAINS = [DESTINATION_UNREACHABLE, TIME_EXCEEDED, PARAMETER_PROBLEM];
const PROTOCOL_UNREACHABLE = 2;
const PORT_UNREACHABLE = 3;
const FRAGMENTATION_NEEDED = 4;

/** RFC 791: every link carries this much. What an error without an MTU (of before RFC 1191) is taken as. */
const SAFE_MTU = 576;

/** Finds the connection of a 4-tuple. */
export type ConnectionFinder = (tuple: FourTuple) => TcpConnection | null;

/** Deals with an error that quotes `buf[start..end)`, at least 8 bytes of one of our segments. */
export function arriveIcmpError(
  error: IcmpError,
  buf: Uint8Array,
  start: number,
  end: number,
  find: ConnectionFinder,
): void {
  if (end - start < 8) return;
  const connection = find({
    localAddress: error.source,
    localPort: readU16(buf, start),
    remoteAddress: error.destination,
    remotePort: readU16(buf, start + 2),
  });
  if (connection === null || !EXPLAINS.includes(error.type)) return;
  const { snd } = connection;
  const quoted = seq(readU32(buf, start + 4));
  if (!seqGe(quoted, snd.una) || !seqLt(quoted, snd.nxt)) return;
  const isUnreachable = error.type === DESTINATION_UNREACHABLE;
  if (isUnreachable && error.code === FRAGMENTATION_NEEDED) {
    if (connection.reduceMss(error.mtu === 0 ? SAFE_MTU : error.mtu)) sendSmaller(connection);
    return;
  }
  const where = `${formatIpv4(connection.remoteAddress)}:${connection.remotePort}`;
  const isHard =
    isUnreachable && (error.code === PROTOCOL_UNREACHABLE || error.code === PORT_UNREACHABLE);
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
  snd.markAllLost(Because.SMALLER_PATH_MTU);
  snd.forceRetransmit = true;
  connection.context.requestOutput(connection);
}
