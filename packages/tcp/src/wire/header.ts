/**
 * The TCP header (RFC 9293, 3.1) read into one flat object of numbers, options included, and
 * written in place.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     |          Source Port          |       Destination Port        |
 *     |                        Sequence Number                        |
 *     |                    Acknowledgment Number                      |
 *     |  Data |       |C|E|U|A|P|R|S|F|                               |
 *     | Offset| Rsrvd |W|C|R|C|S|S|Y|I|            Window             |
 *     |               |R|E|G|K|H|T|N|N|                               |
 *     |           Checksum            |         Urgent Pointer        |
 *     |                           [Options]                           |
 *
 * A header object belongs to the stack and is overwritten by the next segment.
 */

import { readU16, readU32, WIDE, writeU16, writeU32 } from '@netlayers/bytes';
import { TcpFlag } from './flags.js';
import { clearOptions, parseOptions, type TcpHeaderOptions } from './options.js';
import { type Seq, type SeqNumber, seqNumber } from './seq.js';

const SOURCE_PORT = 0;
const DESTINATION_PORT = 2;
const SEQUENCE_NUMBER = 4;
const ACKNOWLEDGMENT_NUMBER = 8;
const DATA_OFFSET = 12;
const FLAGS = 13;
const WINDOW = 14;
const CHECKSUM = 16;
const URGENT_POINTER = 18;

/** Length of a header without options, in bytes. */
export const TCP_HEADER_LENGTH = 20;

/** Offset of the checksum field in the header. */
export const TCP_CHECKSUM_OFFSET = CHECKSUM;

/** A parsed segment: its header, its options, and where its text lies in the packet's buffer. */
export interface TcpHeader extends TcpHeaderOptions {
  sourcePort: number;
  destinationPort: number;
  /** SEG.SEQ */
  seq: SeqNumber;
  /** SEG.ACK; meaningful only with the ACK bit. */
  ack: SeqNumber;
  flags: number;
  /** SEG.WND as it stands in the header, not scaled. */
  wnd: number;
  /** SEG.UP: offset of the byte behind urgent data, meaningful only with the URG bit. */
  up: number;
  /** SEG.LEN: bytes of text, plus one each for SYN and FIN. */
  len: number;
  /** First byte of the text in the buffer that was parsed. */
  dataStart: number;
  /** Byte behind the text. */
  dataEnd: number;
  /** Bytes of text in each segment that the device has merged into this one; 0 = it is one as it was sent. */
  mergedSize: number;
  /** The TOS octet of its IP header, DSCP and ECN; set by who received it, as `mergedSize` is. */
  tos: number;
}

/** Why a segment was dropped before any connection saw it. */
export type TcpParseDrop = 'truncated' | 'bad-data-offset' | 'bad-option';

/** Makes an empty header to parse into. */
export function createTcpHeader(): TcpHeader {
  const header: TcpHeader = {
    sourcePort: 0,
    destinationPort: 0,
    seq: seqNumber(-1),
    ack: seqNumber(-1),
    flags: 0,
    wnd: 0,
    up: 0,
    len: 0,
    dataStart: 0,
    dataEnd: 0,
    mergedSize: 0,
    tos: 0,
    mss: 0,
    windowShift: -1,
    sackPermitted: false,
    hasTimestamp: false,
    tsval: WIDE,
    tsecr: WIDE,
    sackCount: 0,
    sackEdges: new Uint32Array(8),
  };
  // Not small integers, wherever in their range they begin.
  header.seq = seqNumber(0);
  header.ack = seqNumber(0);
  header.tsval = 0;
  header.tsecr = 0;
  return header;
}

/**
 * Parses the segment `buf[start..end)` into `into`; the checksum is the caller's business.
 *
 * @returns why the segment is unusable, or `null`.
 */
export function parseTcp(
  buf: Uint8Array,
  start: number,
  end: number,
  into: TcpHeader,
): TcpParseDrop | null {
  if (end - start < TCP_HEADER_LENGTH) return 'truncated';
  const headerLength = (buf[start + DATA_OFFSET]! >>> 4) * 4;
  if (headerLength < TCP_HEADER_LENGTH || headerLength > end - start) return 'bad-data-offset';
  const flags = buf[start + FLAGS]!;
  into.sourcePort = readU16(buf, start + SOURCE_PORT);
  into.destinationPort = readU16(buf, start + DESTINATION_PORT);
  into.seq = seqNumber(readU32(buf, start + SEQUENCE_NUMBER));
  into.ack = seqNumber(readU32(buf, start + ACKNOWLEDGMENT_NUMBER));
  into.flags = flags;
  into.wnd = readU16(buf, start + WINDOW);
  into.up = readU16(buf, start + URGENT_POINTER);
  into.dataStart = start + headerLength;
  into.dataEnd = end;
  into.mergedSize = 0;
  into.tos = 0;
  into.len =
    end -
    start -
    headerLength +
    ((flags & TcpFlag.SYN) !== 0 ? 1 : 0) +
    ((flags & TcpFlag.FIN) !== 0 ? 1 : 0);
  clearOptions(into);
  if (headerLength === TCP_HEADER_LENGTH) return null;
  return parseOptions(buf, start + TCP_HEADER_LENGTH, start + headerLength, into)
    ? null
    : 'bad-option';
}

/**
 * Writes a header at `at` whose options, `optionsLength` bytes of them, are written by the caller.
 * The checksum field is left zero and the urgent pointer unused.
 */
export function emitTcpHeader(
  buf: Uint8Array,
  at: number,
  sourcePort: number,
  destinationPort: number,
  seq: Seq | SeqNumber,
  ack: Seq | SeqNumber,
  flags: number,
  wnd: number,
  optionsLength: number,
): void {
  writeU16(buf, at + SOURCE_PORT, sourcePort);
  writeU16(buf, at + DESTINATION_PORT, destinationPort);
  writeU32(buf, at + SEQUENCE_NUMBER, seq);
  writeU32(buf, at + ACKNOWLEDGMENT_NUMBER, ack);
  buf[at + DATA_OFFSET] = ((TCP_HEADER_LENGTH + optionsLength) >>> 2) << 4;
  buf[at + FLAGS] = flags;
  writeU16(buf, at + WINDOW, wnd);
  writeU16(buf, at + CHECKSUM, 0);
  writeU16(buf, at + URGENT_POINTER, 0);
}
