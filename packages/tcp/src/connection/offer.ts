/**
 * What our SYN or SYN-ACK offers on a path, as a function of settings and path alone: a connection
 * says it, and so does a SYN cookie, which has no connection and must say the same.
 */

import { IPV4_HEADER_LENGTH, type Ipv4Sender } from '@netlayers/ipv4';
import { TCP_HEADER_LENGTH } from '../wire/header.js';
import { MAX_WINDOW_SHIFT } from '../wire/options.js';
import type { FourTuple } from './four-tuple.js';
import type { TcpSettings } from './settings.js';

/** IPv4 and TCP headers without options. */
export const HEADERS_LENGTH = IPV4_HEADER_LENGTH + TCP_HEADER_LENGTH;

/** What the smallest MTU of IPv4 leaves (RFC 791, 3.2: 68 bytes): no path and no peer can ask for less. */
export const SMALLEST_MSS = 68 - HEADERS_LENGTH;

/** The largest segment that the path to the peer carries. */
export const pathMssTo = (ip: Ipv4Sender, tuple: FourTuple): number =>
  Math.max(ip.mtuTo(tuple.remoteAddress) - HEADERS_LENGTH, SMALLEST_MSS);

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
