/**
 * The IPv4 header (RFC 791, 3.1) as one flat object of numbers, and its two directions.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     |Version|  IHL  |Type of Service|          Total Length         |
 *     |         Identification        |Flags|      Fragment Offset    |
 *     |  Time to Live |    Protocol   |         Header Checksum       |
 *     |                       Source Address                          |
 *     |                    Destination Address                        |
 *     |                    Options                    |    Padding    |
 *
 * Parsing checks what one header can say about itself; addresses, options and fragments are judged
 * by the files named after them. A TTL of zero is no fault on receive (RFC 1122, 3.2.1.7).
 */

import {
  checksum,
  checksumFold,
  checksumSum,
  readU16,
  readU32,
  writeU16,
  writeU32,
} from '@netlayers/bytes';
import type { DropReason } from './drop-reason.js';

const TOS = 1;
const TOTAL_LENGTH = 2;
const IDENTIFICATION = 4;
const FLAGS_AND_OFFSET = 6;
/** Where a header has its TTL and its checksum. */
export const TTL = 8;
const PROTOCOL = 9;
export const CHECKSUM = 10;
const SOURCE = 12;
const DESTINATION = 16;
const OPTIONS = 20;

const DONT_FRAGMENT = 0x4000;
const MORE_FRAGMENTS = 0x2000;

/** Length in bytes of a header without options. */
export const IPV4_HEADER_LENGTH = OPTIONS;

/** The largest datagram, header included, in bytes. */
export const IPV4_MAX_LENGTH = 0xffff;

/** What every link carries (RFC 791, 3.2), in bytes. */
export const IPV4_SMALLEST_MTU = 68;

/** The largest packet that every host takes (RFC 791, 3.1), in bytes. */
export const IPV4_SAFE_MTU = 576;

/** A parsed header; addresses are uint32, lengths bytes. */
export interface Ipv4Header {
  /** Header length in bytes, options included: 20 to 60. */
  headerLength: number;
  /** Differentiated services code point in the high six bits, ECN in the low two. */
  tos: number;
  totalLength: number;
  identification: number;
  dontFragment: boolean;
  moreFragments: boolean;
  /** Offset of this fragment in the datagram's payload, in bytes. */
  fragmentOffset: number;
  ttl: number;
  protocol: number;
  source: number;
  destination: number;
}

/** Creates a header to parse into, or to fill and emit: no options, nothing set. */
export const createIpv4Header = (): Ipv4Header => ({
  headerLength: IPV4_HEADER_LENGTH,
  tos: 0,
  totalLength: IPV4_HEADER_LENGTH,
  identification: 0,
  dontFragment: false,
  moreFragments: false,
  fragmentOffset: 0,
  ttl: 0,
  protocol: 0,
  source: 0,
  destination: 0,
});

/** Reads the fields without judging them; 20 bytes have to be there. */
export function readIpv4Header(buf: Uint8Array, start: number, into: Ipv4Header): void {
  const flagsAndOffset = readU16(buf, start + FLAGS_AND_OFFSET);
  into.headerLength = (buf[start]! & 0x0f) * 4;
  into.tos = buf[start + TOS]!;
  into.totalLength = readU16(buf, start + TOTAL_LENGTH);
  into.identification = readU16(buf, start + IDENTIFICATION);
  into.dontFragment = (flagsAndOffset & DONT_FRAGMENT) !== 0;
  into.moreFragments = (flagsAndOffset & MORE_FRAGMENTS) !== 0;
  into.fragmentOffset = (flagsAndOffset & 0x1fff) * 8;
  into.ttl = buf[start + TTL]!;
  into.protocol = buf[start + PROTOCOL]!;
  into.source = readU32(buf, start + SOURCE);
  into.destination = readU32(buf, start + DESTINATION);
}

/** Verifies the checksum of a header that was just read; without options from the numbers at hand. */
function isSumRight(buf: Uint8Array, start: number, header: Ipv4Header): boolean {
  if (header.headerLength > IPV4_HEADER_LENGTH) {
    return checksum(buf, start, start + header.headerLength) === 0;
  }
  const { tos, totalLength, identification, ttl, protocol, source, destination } = header;
  const sum =
    ((buf[start]! << 8) | tos) +
    totalLength +
    identification +
    readU16(buf, start + FLAGS_AND_OFFSET) +
    ((ttl << 8) | protocol) +
    readU16(buf, start + CHECKSUM) +
    (source >>> 16) +
    (source & 0xffff) +
    (destination >>> 16) +
    (destination & 0xffff);
  return checksumFold(sum) === 0xffff;
}

/**
 * Parses and verifies the header at the front of the packet `buf[start..end)`.
 *
 * Bytes behind the total length are padding of the link and of no interest.
 *
 * @returns null, or why the packet is not a datagram; `into` is then undefined.
 */
export function parseIpv4Header(
  buf: Uint8Array,
  start: number,
  end: number,
  into: Ipv4Header,
): DropReason | null {
  const length = end - start;
  if (length < IPV4_HEADER_LENGTH) return 'truncated';
  if (buf[start]! >>> 4 !== 4) return 'bad-version';
  readIpv4Header(buf, start, into);
  if (into.headerLength < IPV4_HEADER_LENGTH) return 'bad-header-length';
  if (into.headerLength > length) return 'truncated';
  if (!isSumRight(buf, start, into)) return 'bad-checksum';
  if (into.totalLength < into.headerLength) return 'bad-total-length';
  return into.totalLength > length ? 'truncated' : null;
}

/**
 * Writes a header with its checksum at `at` and returns the offset behind it.
 *
 * With a `headerLength` above 20, the options are already in place behind the first 20 bytes.
 */
export function emitIpv4Header(buf: Uint8Array, at: number, header: Ipv4Header): number {
  const { headerLength, totalLength, identification, source, destination } = header;
  const first = 0x4000 | (headerLength << 6) | header.tos;
  const flagsAndOffset =
    (header.dontFragment ? DONT_FRAGMENT : 0) |
    (header.moreFragments ? MORE_FRAGMENTS : 0) |
    (header.fragmentOffset >>> 3);
  const ttlAndProtocol = (header.ttl << 8) | header.protocol;
  writeU16(buf, at, first);
  writeU16(buf, at + TOTAL_LENGTH, totalLength);
  writeU16(buf, at + IDENTIFICATION, identification);
  writeU16(buf, at + FLAGS_AND_OFFSET, flagsAndOffset);
  writeU16(buf, at + TTL, ttlAndProtocol);
  writeU32(buf, at + SOURCE, source);
  writeU32(buf, at + DESTINATION, destination);
  // Summed from the numbers at hand, which is cheaper than reading back what was just written.
  let sum =
    first +
    totalLength +
    identification +
    flagsAndOffset +
    ttlAndProtocol +
    (source >>> 16) +
    (source & 0xffff) +
    (destination >>> 16) +
    (destination & 0xffff);
  if (headerLength > OPTIONS) sum = checksumSum(buf, at + OPTIONS, at + headerLength, sum);
  writeU16(buf, at + CHECKSUM, checksumFold(sum) ^ 0xffff);
  return at + headerLength;
}
