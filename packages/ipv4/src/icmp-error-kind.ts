/**
 * What the types and codes of ICMP errors (RFC 792; RFC 1122, 3.2.2.1; RFC 1812, 5.2.7.1) mean in the
 * words that the protocols above IP understand.
 */

import type { IpErrorKind } from '@netlayers/ip';
import { IcmpType } from './icmp-message.js';

/** By code of destination unreachable; what is not listed has no name above IP. */
const UNREACHABLE: readonly IpErrorKind[] = [
  'network-unreachable',
  'host-unreachable',
  'protocol-unreachable',
  'port-unreachable',
  'packet-too-big',
  // Source route failed: we never ask for one.
  'unreachable',
  'network-unreachable',
  'host-unreachable',
  // Source host isolated: obsolete.
  'unreachable',
  'prohibited',
  'prohibited',
  'network-unreachable',
  'host-unreachable',
  'prohibited',
];

/** The meaning of an error's type, one of those of `isIcmpError`, and code. */
export function icmpErrorKind(type: number, code: number): IpErrorKind {
  if (type === IcmpType.DESTINATION_UNREACHABLE) return UNREACHABLE[code] ?? 'unreachable';
  return type === IcmpType.TIME_EXCEEDED ? 'time-exceeded' : 'parameter-problem';
}
