/**
 * What our SYN or SYN-ACK offers on a path, as a function of settings and path alone: a connection
 * says it, and so does a SYN cookie, which has no connection and must say the same.
 */

import type { IpLayer } from '@netlayers/ip';
import { TCP_HEADER_LENGTH } from '../wire/header.js';
import { MAX_WINDOW_SHIFT } from '../wire/options.js';
import type { FourTuple } from './four-tuple.js';
import type { TcpSettings } from './settings.js';

/** The MSS of an MTU; no path and no peer can ask for less than the smallest MTU of the version. */
export function mssOf(ip: IpLayer, { remoteAddress }: FourTuple, mtu: number): number {
  const headers = ip.headerLength(remoteAddress) + TCP_HEADER_LENGTH;
  return Math.max(mtu, ip.smallestMtu(remoteAddress)) - headers;
}

/** The largest segment that the path to the peer carries. */
export const pathMssTo = (ip: IpLayer, tuple: FourTuple): number =>
  mssOf(ip, tuple, ip.mtuTo(tuple.remoteAddress));

/** What to assume of a peer that names no MSS: 536 or 1220 (RFC 9293, 3.7.1). */
export const defaultMssTo = (ip: IpLayer, tuple: FourTuple): number =>
  mssOf(ip, tuple, ip.safeMtu(tuple.remoteAddress));

/** The MSS option: what the path carries, or less if told so. */
export const offeredMss = (settings: TcpSettings, pathMss: number): number =>
  settings.mss === 0 ? pathMss : Math.min(settings.mss, pathMss);

/** The window of a SYN or SYN-ACK, which is never scaled (RFC 7323, 2.2). */
export const offeredWindow = (settings: TcpSettings): number =>
  Math.min(settings.receiveBuffer, 65535);

/** The smallest shift count with which 16 bits can say the whole buffer. */
export function offeredShift(settings: TcpSettings): number {
  let shift = 0;
  while (shift < MAX_WINDOW_SHIFT && settings.receiveBuffer >> shift > 65535) shift++;
  return shift;
}
