/**
 * ICMP messages (RFC 792): eight bytes, the last four of them with a meaning per type, then data.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     |     Type      |     Code      |          Checksum             |
 *     |     Identifier, pointer       |  Sequence number, next MTU    |
 *     |     Data: echoed, or the header that an error is about ...
 *
 * Only what a host needs to speak today: echo and errors. The rest is obsolete (RFC 6918), for
 * routers, or not to be believed (source quench: RFC 6633; redirect: there is one way out).
 */

import { checksum, writeU16, writeU32 } from '@netlayers/bytes';

/** ICMP types that are sent or understood here. */
export const IcmpType = {
  ECHO_REPLY: 0,
  DESTINATION_UNREACHABLE: 3,
  ECHO: 8,
  TIME_EXCEEDED: 11,
  PARAMETER_PROBLEM: 12,
} as const;

/** Codes of destination unreachable (RFC 792, RFC 1122, 3.2.2.1). */
export const UnreachableCode = {
  NETWORK: 0,
  HOST: 1,
  PROTOCOL: 2,
  PORT: 3,
  FRAGMENTATION_NEEDED: 4,
  SOURCE_ROUTE_FAILED: 5,
  ADMINISTRATIVELY_PROHIBITED: 13,
} as const;

/** Codes of time exceeded. */
export const TimeExceededCode = { TRANSIT: 0, REASSEMBLY: 1 } as const;

/** Length in bytes of what precedes the data of every message. */
export const ICMP_HEADER_LENGTH = 8;

/** Whether a type is an error about another datagram (RFC 1122, 3.2.2). */
export const isIcmpError = (type: number): boolean =>
  type === IcmpType.DESTINATION_UNREACHABLE ||
  type === IcmpType.TIME_EXCEEDED ||
  type === IcmpType.PARAMETER_PROBLEM;

/**
 * Whether a type is a question or the answer to one, by the list of RFC 1122, 3.2.2. What is not is
 * taken for an error where errors must not be answered: an unknown type may be one.
 */
export const isIcmpQuery = (type: number): boolean =>
  type === IcmpType.ECHO_REPLY || (type >= 8 && type <= 10) || (type >= 13 && type <= 18);

/**
 * Completes the message `buf[start..end)`, whose data is in place, with its first eight bytes.
 *
 * @param rest the second four of them, as a uint32.
 */
export function emitIcmpHeader(
  buf: Uint8Array,
  start: number,
  end: number,
  type: number,
  code: number,
  rest: number,
): void {
  buf[start] = type;
  buf[start + 1] = code;
  writeU16(buf, start + 2, 0);
  writeU32(buf, start + 4, rest);
  writeU16(buf, start + 2, checksum(buf, start, end));
}
