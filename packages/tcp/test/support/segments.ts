/**
 * Segments as test scripts write them: `{ seq: 1, ack: 1, flags: 'PA', data: 'hello' }`, and their
 * bytes.
 */

import { checksum, encodeAscii, pseudoHeaderSum, writeU16, writeU32 } from '@netlayers/bytes';
import { type IpAddress, IpProtocol } from '@netlayers/ip';
import { emitTcpHeader, seq, TcpFlag } from '@netlayers/tcp';

const LETTERS: Record<string, number> = {
  F: TcpFlag.FIN,
  S: TcpFlag.SYN,
  R: TcpFlag.RST,
  P: TcpFlag.PSH,
  A: TcpFlag.ACK,
  U: TcpFlag.URG,
  E: TcpFlag.ECE,
  C: TcpFlag.CWR,
};

/** Reads flags as scripts write them, `SA` for SYN and ACK. */
export const flagBits = (letters: string): number =>
  [...letters].reduce((bits, letter) => bits | (LETTERS[letter] ?? Number.NaN), 0);

/** Writes flags as scripts do. */
export const flagLetters = (bits: number): string =>
  ['S', 'F', 'R', 'P', 'U', 'E', 'C', 'A'].filter((l) => (bits & LETTERS[l]!) !== 0).join('');

/** The options of a segment, as numbers or as raw bytes. */
export interface ScriptOptions {
  readonly mss?: number;
  readonly ws?: number;
  readonly sackOk?: boolean;
  readonly ts?: readonly [tsval: number, tsecr: number];
  /** Left and right edges by turns, absolute. */
  readonly sack?: readonly number[];
  readonly raw?: readonly number[];
}

/** Encodes options, padded with END to a multiple of four. */
export function encodeOptions(options: ScriptOptions): Uint8Array {
  const bytes: number[] = [];
  const u32 = (n: number) => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
  if (options.mss !== undefined) bytes.push(2, 4, options.mss >> 8, options.mss & 255);
  if (options.sackOk) bytes.push(4, 2);
  if (options.ws !== undefined) bytes.push(3, 3, options.ws);
  if (options.ts !== undefined) bytes.push(8, 10, ...u32(options.ts[0]), ...u32(options.ts[1]));
  if (options.sack !== undefined) {
    bytes.push(5, 2 + options.sack.length * 4, ...options.sack.flatMap(u32));
  }
  bytes.push(...(options.raw ?? []));
  while (bytes.length % 4 !== 0) bytes.push(0);
  return Uint8Array.from(bytes);
}

/** Everything a segment is made of, sequence numbers absolute. */
export interface RawSegment {
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly wnd: number;
  readonly up?: number;
  readonly options: Uint8Array;
  readonly text: Uint8Array;
}

/** Encodes a segment with a good checksum. */
export function encodeSegment(segment: RawSegment): Uint8Array {
  const { options, text } = segment;
  const bytes = new Uint8Array(20 + options.length + text.length);
  emitTcpHeader(
    bytes,
    0,
    segment.sourcePort,
    segment.destinationPort,
    seq(segment.seq),
    seq(segment.ack),
    segment.flags,
    segment.wnd,
    options.length,
  );
  bytes.set(options, 20);
  bytes.set(text, 20 + options.length);
  if (segment.up !== undefined) writeU16(bytes, 18, segment.up);
  fixChecksum(bytes, segment.source, segment.destination);
  return bytes;
}

/** Writes the checksum that a segment should have. */
export function fixChecksum(bytes: Uint8Array, source: number, destination: number): void {
  if (bytes.length < 20) return;
  writeU16(bytes, 16, 0);
  const pseudo = pseudoHeaderSum(source, destination, IpProtocol.TCP, bytes.length);
  writeU16(bytes, 16, checksum(bytes, 0, bytes.length, pseudo));
}

/** Text of a script: ascii, that many pattern bytes, or bytes. */
export const textOf = (data: string | number | Uint8Array | undefined): Uint8Array => {
  if (data === undefined) return new Uint8Array(0);
  if (typeof data === 'number') return pattern(data);
  if (typeof data !== 'string') return data;
  const bytes = new Uint8Array(data.length);
  encodeAscii(data, bytes, 0);
  return bytes;
};

/** Bytes that tell their own offset. */
export function pattern(length: number, offset = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = ((i + offset) * 7 + ((i + offset) >>> 8)) & 255;
  return bytes;
}

/** The first 8 bytes of a segment, as an ICMP error quotes them. */
export function quoteOf(localPort: number, remotePort: number, seqNumber: number): Uint8Array {
  const bytes = new Uint8Array(8);
  writeU16(bytes, 0, localPort);
  writeU16(bytes, 2, remotePort);
  writeU32(bytes, 4, seqNumber);
  return bytes;
}

/** A 4-tuple. */
export const tupleOf = (
  localAddress: IpAddress,
  localPort: number,
  remoteAddress: IpAddress,
  remotePort: number,
) => ({ localAddress, localPort, remoteAddress, remotePort });
