/**
 * IPv4 (RFC 791) and ICMP (RFC 792): codec, fragments, routes, echo and errors.
 *
 * `Ipv4` is the layer. A protocol above it implements `Ipv4Protocol` and sends through
 * `Ipv4Sender`; the device below is a `LinkDevice`. The codec can be used alone.
 *
 * @packageDocumentation
 */

// Part of this layer's contract with the protocols above, which import nothing below it.
export { ChecksumState } from '@netlayers/link';
export { isUnicast, prefixMask } from './address-policy.js';
export { Ipv4Counters } from './counters.js';
export type { DropObserver } from './datagram-receiver.js';
export type { OutgoingDatagram } from './datagram-sender.js';
export type { DropReason, SendFailure } from './drop-reason.js';
export {
  createIpv4Header,
  emitIpv4Header,
  IPV4_HEADER_LENGTH,
  IPV4_MAX_LENGTH,
  type Ipv4Header,
  parseIpv4Header,
} from './header.js';
export { findBadOption, Ipv4Option } from './header-options.js';
export type { EchoHandler, EchoRequest } from './icmp.js';
export type { IcmpError } from './icmp-error.js';
export {
  emitIcmpHeader,
  ICMP_HEADER_LENGTH,
  IcmpType,
  TimeExceededCode,
  UnreachableCode,
} from './icmp-message.js';
export type { IcmpRateLimit } from './icmp-reporter.js';
export { Ipv4, type Ipv4Options } from './ipv4.js';
export { IpProtocol } from './protocol-number.js';
export type { ReassemblyLimits } from './reassembler.js';
export type { Route } from './routes.js';
export type { Ipv4Protocol, Ipv4Sender } from './upper-layer.js';
