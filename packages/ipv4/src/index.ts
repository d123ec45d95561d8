/**
 * IPv4 (RFC 791) and ICMP (RFC 792): codec, fragments, routes, echo and errors.
 *
 * `Ipv4` is the layer, an `IpHost` of `@netlayers/ip`; a protocol above it is an `UpperProtocol`, the
 * device below a `LinkDevice`. The codec can be used alone.
 *
 * @packageDocumentation
 */

// What whoever registers a protocol here needs besides.
export { ChecksumState, IpProtocol } from '@netlayers/ip';
export { isUnicast, prefixMask } from './address-policy.js';
export { Ipv4Counters } from './counters.js';
export type { DropObserver } from './datagram-receiver.js';
export type { OutgoingDatagram } from './datagram-sender.js';
export type { DropReason } from './drop-reason.js';
export type { ArrivalSource } from './forwarder.js';
export {
  createIpv4Header,
  emitIpv4Header,
  IPV4_HEADER_LENGTH,
  IPV4_MAX_LENGTH,
  IPV4_SAFE_MTU,
  IPV4_SMALLEST_MTU,
  type Ipv4Header,
  parseIpv4Header,
} from './header.js';
export { findBadOption, Ipv4Option } from './header-options.js';
export type { Ipv4EchoRequest } from './icmp.js';
export {
  emitIcmpHeader,
  ICMP_HEADER_LENGTH,
  IcmpType,
  TimeExceededCode,
  UnreachableCode,
} from './icmp-message.js';
export type { IcmpRateLimit } from './icmp-reporter.js';
export { Ipv4, type Ipv4Options } from './ipv4.js';
export type { ReassemblyLimits } from './reassembler.js';
export type { Route } from './routes.js';
