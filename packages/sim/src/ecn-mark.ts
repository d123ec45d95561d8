/**
 * A router's way to tell of congestion without a drop (RFC 3168, 5): ECT in the IPv4 header becomes
 * CE, and the header's checksum follows (RFC 1624, eqn. 3).
 */

const TOS = 1;
const CHECKSUM = 10;
const ECN = 3;

/** Marks a packet that allows it. Returns whether it does. */
export function markCongestion(packet: Uint8Array): boolean {
  const tos = packet[TOS]!;
  if ((tos & ECN) === 0) return false;
  if ((tos & ECN) === ECN) return true;
  const before = (packet[0]! << 8) | tos;
  packet[TOS] = tos | ECN;
  const sum = (packet[CHECKSUM]! << 8) | packet[CHECKSUM + 1]!;
  let folded = (~sum & 0xffff) + (~before & 0xffff) + ((packet[0]! << 8) | packet[TOS]!);
  folded = (folded & 0xffff) + (folded >>> 16);
  folded = ~((folded & 0xffff) + (folded >>> 16)) & 0xffff;
  packet[CHECKSUM] = folded >>> 8;
  packet[CHECKSUM + 1] = folded & 0xff;
  return true;
}
