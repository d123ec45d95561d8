/**
 * TCP segments as a packet script writes them: flags as letters, sequence numbers counted from each
 * side's SYN, options by name.
 */

import { checksum, encodeUtf8, pseudoHeaderSum, writeU16 } from '@netlayers/bytes';
import { IpProtocol } from '@netlayers/ipv4';
import { emitTcpHeader, seq, TCP_HEADER_LENGTH, TcpFlag, type TcpHeader } from '@netlayers/tcp';

/** A segment of a script. What an expectation leaves out may be anything. */
export interface ScriptSegment {
  /** Letters of `SFRPAUEC`, in any order: SYN, FIN, RST, PSH, ACK, URG, ECE, CWR. PSH is not compared unless named. */
  readonly flags?: string;
  /** Counted from the sender's SYN, which is 0. */
  readonly seq?: number;
  /** Counted from the other side's SYN. */
  readonly ack?: number;
  /** The window as it stands in the header, not scaled. */
  readonly wnd?: number;
  /** Text as a string. */
  readonly text?: string;
  /** Bytes of text; to be injected without `text`, they are dots. */
  readonly length?: number;
  readonly mss?: number;
  readonly windowShift?: number;
  readonly sackPermitted?: boolean;
  /** TSval and TSecr; `null` = the option is absent. */
  readonly timestamps?: readonly [tsval: number, tsecr: number] | null;
  /** SACK blocks, counted from the other side's SYN. */
  readonly sack?: readonly (readonly [left: number, right: number])[];
  /** Port of the script's side. @default the one used last */
  readonly peerPort?: number;
  /** Port of the stack's side. @default the one used last */
  readonly stackPort?: number;
}

/** A segment that the stack has sent, with everything known of it. */
export type SentSegment = Required<Omit<ScriptSegment, 'timestamps'>> & {
  readonly timestamps: readonly [tsval: number, tsecr: number] | null;
  /** Virtual time at which it was sent. */
  readonly atMs: number;
};

/** Where both sides begin to count. */
export interface Bases {
  stackIsn: number;
  peerIsn: number;
}

const LETTERS = {
  S: 'SYN',
  F: 'FIN',
  R: 'RST',
  P: 'PSH',
  A: 'ACK',
  U: 'URG',
  E: 'ECE',
  C: 'CWR',
} as const;

/** The bits of flags that are written as letters. */
export function flagBits(letters: string): number {
  let bits = 0;
  for (const letter of letters) {
    const name = LETTERS[letter as keyof typeof LETTERS];
    if (name === undefined) throw new RangeError(`there is no flag ${letter}: choose of SFRPAUEC`);
    bits |= TcpFlag[name];
  }
  return bits;
}

const flagLetters = (bits: number): string =>
  Object.entries(LETTERS)
    .filter(([, name]) => (bits & TcpFlag[name]) !== 0)
    .map(([letter]) => letter)
    .join('');

function optionsOf(segment: ScriptSegment, bases: Bases): number[] {
  const { mss, windowShift, sackPermitted, timestamps, sack } = segment;
  const options: number[] = [];
  const u32 = (value: number): void => {
    options.push(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
  };
  if (mss !== undefined) options.push(2, 4, mss >>> 8, mss & 0xff);
  if (windowShift !== undefined && windowShift >= 0) options.push(3, 3, windowShift);
  if (sackPermitted === true) options.push(4, 2);
  if (timestamps !== undefined && timestamps !== null) {
    options.push(8, 10);
    for (const value of timestamps) u32(value);
  }
  if (sack !== undefined && sack.length > 0) {
    options.push(5, 2 + sack.length * 8);
    for (const edge of sack.flat()) u32((edge + bases.stackIsn) >>> 0);
  }
  while (options.length % 4 !== 0) options.push(1);
  return options;
}

/** Builds the TCP segment of the script's side, checksum included, at `buf[at..)`; returns its end. */
export function encodeSegment(
  buf: Uint8Array,
  at: number,
  segment: ScriptSegment,
  bases: Bases,
  ports: { readonly peerPort: number; readonly stackPort: number },
  addresses: { readonly peer: number; readonly stack: number },
): number {
  const options = optionsOf(segment, bases);
  const text = encodeUtf8(segment.text ?? '.'.repeat(segment.length ?? 0));
  const flags = flagBits(segment.flags ?? 'A');
  const hasAck = (flags & TcpFlag.ACK) !== 0;
  emitTcpHeader(
    buf,
    at,
    ports.peerPort,
    ports.stackPort,
    seq((segment.seq ?? 0) + bases.peerIsn),
    seq(hasAck ? (segment.ack ?? 0) + bases.stackIsn : 0),
    flags,
    segment.wnd ?? 65535,
    options.length,
  );
  buf.set(options, at + TCP_HEADER_LENGTH);
  buf.set(text, at + TCP_HEADER_LENGTH + options.length);
  const end = at + TCP_HEADER_LENGTH + options.length + text.length;
  const pseudo = pseudoHeaderSum(addresses.peer, addresses.stack, IpProtocol.TCP, end - at);
  writeU16(buf, at + 16, checksum(buf, at, end, pseudo));
  return end;
}

/** Reads what the stack has sent. */
export function decodeSegment(
  header: TcpHeader,
  buf: Uint8Array,
  bases: Bases,
  atMs: number,
): SentSegment {
  const edges = [...header.sackEdges.subarray(0, header.sackCount * 2)];
  const hasAck = (header.flags & TcpFlag.ACK) !== 0;
  const text = buf.subarray(header.dataStart, header.dataEnd);
  return {
    flags: flagLetters(header.flags),
    seq: (header.seq - bases.stackIsn) | 0,
    ack: hasAck ? (header.ack - bases.peerIsn) | 0 : 0,
    wnd: header.wnd,
    text: String.fromCharCode(...text.subarray(0, 0x8000)),
    length: text.length,
    mss: header.mss,
    windowShift: header.windowShift,
    sackPermitted: header.sackPermitted,
    timestamps: header.hasTimestamp ? [header.tsval, header.tsecr] : null,
    sack: Array.from({ length: header.sackCount }, (_, block) => [
      (edges[block * 2]! - bases.peerIsn) | 0,
      (edges[block * 2 + 1]! - bases.peerIsn) | 0,
    ]),
    peerPort: header.destinationPort,
    stackPort: header.sourcePort,
    atMs,
  };
}

/** Why a sent segment is not what was expected; `null` = it is. */
export function differenceOf(expected: ScriptSegment, sent: SentSegment): string | null {
  for (const [key, wanted] of Object.entries(expected)) {
    const name = key as keyof ScriptSegment;
    const found = name === 'flags' ? comparable(sent.flags, expected.flags ?? '') : sent[name];
    const aim = name === 'flags' ? comparable(expected.flags ?? '', expected.flags ?? '') : wanted;
    if (JSON.stringify(found) !== JSON.stringify(aim)) {
      return `${name} is ${JSON.stringify(found)} and not ${JSON.stringify(aim)}`;
    }
  }
  return null;
}

/** Flags in one order, without PSH unless it was asked for. */
const comparable = (letters: string, asked: string): string =>
  flagLetters(flagBits(letters) & ~(asked.includes('P') ? 0 : TcpFlag.PSH));

/** Writes a segment in one line: `SA seq 0 ack 1 wnd 65535 length 0 mss 1460`. */
export function formatSegment(segment: ScriptSegment): string {
  const { flags = 'A', seq: from = 0, ack, wnd, sack, timestamps } = segment;
  const length = segment.text?.length ?? segment.length ?? 0;
  const words = [flags || 'none', `seq ${from}`];
  if (flags.includes('A')) words.push(`ack ${ack ?? 0}`);
  if (wnd !== undefined) words.push(`wnd ${wnd}`);
  words.push(`length ${length}`);
  if (segment.mss) words.push(`mss ${segment.mss}`);
  if (segment.windowShift !== undefined && segment.windowShift >= 0) {
    words.push(`shift ${segment.windowShift}`);
  }
  if (segment.sackPermitted) words.push('sackOK');
  if (timestamps) words.push(`ts ${timestamps.join('/')}`);
  for (const block of sack ?? []) words.push(`sack ${block.join('-')}`);
  return words.join(' ');
}
