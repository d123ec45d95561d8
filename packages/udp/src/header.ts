/**
 * The UDP header (RFC 768), read into one flat object of numbers and written in place.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     |          Source Port          |       Destination Port        |
 *     |            Length             |           Checksum            |
 *
 * The length counts the header, and what stands behind it in the IP packet is padding: nobody reads
 * it, and the checksum does not cover it. A header object belongs to the layer and is overwritten by
 * the next datagram.
 */

import { readU16, writeU16 } from '@netlayers/bytes';

const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;
const LENGTH = 4;
const CHECKSUM = 6;

/** Length of the header, in bytes. */
export const UDP_HEADER_LENGTH = 8;

/** Offset of the checksum field in the header. */
export const UDP_CHECKSUM_OFFSET = CHECKSUM;

/** A parsed header, and where its data lies in the packet's buffer. */
export interface UdpHeader {
  /** 0 = the sender wants no answer. */
  sourcePort: number;
  destinationPort: number;
  /** As it stands in the header; 0 = the sender has made none. */
  checksum: number;
  /** First byte of the data in the buffer that was parsed. */
  dataStart: number;
  /** Byte behind the data. */
  dataEnd: number;
}

/** Why a datagram was dropped before any socket was looked for. */
export type UdpParseDrop = 'truncated' | 'bad-length';

/** Makes an empty header to parse into. */
export const createUdpHeader = (): UdpHeader => ({
  sourcePort: 0,
  destinationPort: 0,
  checksum: 0,
  dataStart: 0,
  dataEnd: 0,
});

/**
 * Parses the datagram at the start of `buf[start..end)` into `into`; the checksum is the caller's
 * business.
 *
 * @returns why the datagram is unusable, or `null`.
 */
export function parseUdp(
  buf: Uint8Array,
  start: number,
  end: number,
  into: UdpHeader,
): UdpParseDrop | null {
  if (end - start < UDP_HEADER_LENGTH) return 'truncated';
  const length = readU16(buf, start + LENGTH);
  if (length < UDP_HEADER_LENGTH) return 'bad-length';
  if (length > end - start) return 'truncated';
  into.sourcePort = readU16(buf, start + SOURCE_PORT);
  into.destinationPort = readU16(buf, start + DESTINATION_PORT);
  into.checksum = readU16(buf, start + CHECKSUM);
  into.dataStart = start + UDP_HEADER_LENGTH;
  into.dataEnd = start + length;
  return null;
}

/**
 * Writes a header at `at`; its checksum field is left zero.
 *
 * @param length of the header and the data, in bytes: 8 to 65,535.
 */
export function emitUdpHeader(
  buf: Uint8Array,
  at: number,
  sourcePort: number,
  destinationPort: number,
  length: number,
): void {
  writeU16(buf, at + SOURCE_PORT, sourcePort);
  writeU16(buf, at + DESTINATION_PORT, destinationPort);
  writeU16(buf, at + LENGTH, length);
  writeU16(buf, at + CHECKSUM, 0);
}
