/**
 * The virtio network header in front of every packet of a TUN device with IFF_VNET_HDR (virtio 1.2,
 * 5.1.6; linux/virtio_net.h): what is left to do about checksum and segmentation.
 *
 *     0 flags | 1 gso_type | 2 hdr_len | 4 gso_size | 6 csum_start | 8 csum_offset | 10 unused
 *
 * Little-endian, as asked for by TUNSETVNETLE. Twelve bytes instead of ten, so that the IP packet
 * behind it starts on a word. TCP over IPv4 is the only thing that is segmented or merged here.
 */

import { ChecksumState } from '@netlayers/link';

/** Bytes of the header, as asked for by TUNSETVNETHDRSZ. */
export const VNET_HEADER_LENGTH = 12;

const FLAGS = 0;
const GSO_TYPE = 1;
const HDR_LEN = 2;
const GSO_SIZE = 4;
const CSUM_START = 6;
const CSUM_OFFSET = 8;

const NEEDS_CSUM = 1;
const DATA_VALID = 2;
const GSO_TCPV4 = 1;
const GSO_ECN = 0x80;

const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;
const TCP_CHECKSUM_AT = 16;
const UDP_CHECKSUM_AT = 6;
const TCP_DATA_OFFSET_AT = 12;
const TCP_FLAGS_AT = 13;
const TCP_CWR = 0x80;

function writeU16Le(buf: Uint8Array, at: number, value: number): void {
  buf[at] = value;
  buf[at + 1] = value >>> 8;
}

/** What the header at `at` says about the transport checksum of its packet. */
export function vnetChecksum(buf: Uint8Array, at: number): ChecksumState {
  const flags = buf[at + FLAGS]!;
  if ((flags & NEEDS_CSUM) !== 0) return ChecksumState.PARTIAL;
  return (flags & DATA_VALID) !== 0 ? ChecksumState.VERIFIED : ChecksumState.COMPLETE;
}

/** The payload size of each segment that was merged into the packet; 0 = an ordinary packet. */
export const vnetSegmentSize = (buf: Uint8Array, at: number): number =>
  (buf[at + GSO_TYPE]! & ~GSO_ECN) === GSO_TCPV4
    ? buf[at + GSO_SIZE]! | (buf[at + GSO_SIZE + 1]! << 8)
    : 0;

/**
 * Writes the header in front of the IPv4 packet `buf[start..end)`.
 *
 * `PARTIAL` on a packet that is neither TCP nor UDP, and a `segmentSize` on one that is not TCP or
 * that fits into one segment, are left out: the kernel would drop the packet.
 */
export function writeVnetHeader(
  buf: Uint8Array,
  start: number,
  end: number,
  checksum: ChecksumState,
  segmentSize: number,
): void {
  const at = start - VNET_HEADER_LENGTH;
  buf.fill(0, at, start);
  if (checksum !== ChecksumState.PARTIAL) return;
  const protocol = buf[start + 9]!;
  if (protocol !== PROTOCOL_TCP && protocol !== PROTOCOL_UDP) return;
  const ipLength = (buf[start]! & 0x0f) << 2;
  buf[at + FLAGS] = NEEDS_CSUM;
  writeU16Le(buf, at + CSUM_START, ipLength);
  writeU16Le(buf, at + CSUM_OFFSET, protocol === PROTOCOL_TCP ? TCP_CHECKSUM_AT : UDP_CHECKSUM_AT);
  if (segmentSize === 0 || protocol !== PROTOCOL_TCP) return;
  const tcp = start + ipLength;
  const headers = ipLength + ((buf[tcp + TCP_DATA_OFFSET_AT]! >>> 4) << 2);
  if (end - start - headers <= segmentSize) return;
  // CWR belongs to the first segment only, which the kernel must be told (RFC 3168, 6.1.2).
  const ecn = (buf[tcp + TCP_FLAGS_AT]! & TCP_CWR) !== 0 ? GSO_ECN : 0;
  buf[at + GSO_TYPE] = GSO_TCPV4 | ecn;
  writeU16Le(buf, at + HDR_LEN, headers);
  writeU16Le(buf, at + GSO_SIZE, segmentSize);
}
