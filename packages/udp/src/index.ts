/**
 * UDP (RFC 768), sans-I/O: datagrams and randomness go in, datagrams and events come out.
 *
 * @packageDocumentation
 */

export type { UdpArrival } from './arrival.js';
export type { UdpCounters, UdpDropReason, UdpSendDrop } from './counters.js';
export { type UdpBindOptions, UdpEndpoint, type UdpHandler } from './endpoint.js';
export { UdpError, type UdpErrorCall, type UdpErrorCode } from './errors.js';
export {
  createUdpHeader,
  emitUdpHeader,
  parseUdp,
  UDP_CHECKSUM_OFFSET,
  UDP_HEADER_LENGTH,
  type UdpHeader,
  type UdpParseDrop,
} from './header.js';
export { Udp, type UdpOptions } from './udp.js';
