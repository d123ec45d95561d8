/**
 * Completes the checksum of a TCP or UDP packet that carries only the sum of its pseudo-header:
 * what a network card would do, for packets that leave the path of the stack (into a capture, or
 * damaged on purpose).
 *
 * The link layer knows nothing else about IP and its protocols: the few offsets it needs are here
 * (RFC 791, 3.1; RFC 9293, 3.1; RFC 768).
 */

import { checksum, readU16, writeU16 } from '@netlayers/bytes';

const IPV4_VERSION = 4;
const IPV4_LEAST_HEADER = 20;
const TOTAL_LENGTH_AT = 2;
const PROTOCOL_AT = 9;
const TCP = 6;
const TCP_CHECKSUM_AT = 16;
const UDP = 17;
const UDP_CHECKSUM_AT = 6;

/**
 * Completes the transport checksum of the IPv4 packet `buf[start..end)` in place.
 *
 * @returns whether there was one to complete; a packet too short for its own header, or of another
 *   protocol, is left as it is.
 */
export function completeTransportChecksum(buf: Uint8Array, start: number, end: number): boolean {
  if (end - start < IPV4_LEAST_HEADER || buf[start]! >> 4 !== IPV4_VERSION) return false;
  const transport = start + (buf[start]! & 15) * 4;
  const protocol = buf[start + PROTOCOL_AT]!;
  if (protocol !== TCP && protocol !== UDP) return false;
  const at = transport + (protocol === TCP ? TCP_CHECKSUM_AT : UDP_CHECKSUM_AT);
  const last = start + readU16(buf, start + TOTAL_LENGTH_AT);
  if (transport < start + IPV4_LEAST_HEADER || last > end || at + 2 > last) return false;
  // The pseudo-header's sum stands where the checksum will: summing over it adds it.
  const sum = checksum(buf, transport, last);
  // A UDP checksum of zero would mean "none" (RFC 768).
  writeU16(buf, at, sum === 0 && protocol === UDP ? 0xffff : sum);
  return true;
}
