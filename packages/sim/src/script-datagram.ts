/**
 * UDP datagrams, and what ICMP says about them, as a packet script writes them: data as text, ports,
 * and what may be wrong with a datagram on purpose.
 */

import { checksum, encodeUtf8, pseudoHeaderSum, readU16, writeU16 } from '@netlayers/bytes';
import { IpProtocol, type Ipv4Header } from '@netlayers/ipv4';
import { createUdpHeader, emitUdpHeader, parseUdp, UDP_HEADER_LENGTH } from '@netlayers/udp';

/** A datagram that the script sends. */
export interface ScriptDatagram {
  readonly text?: string;
  /** Bytes of data; without `text` they are dots. */
  readonly length?: number;
  /** Port of the script's side. @default the one used last */
  readonly peerPort?: number;
  /** Port of the stack's side. @default the one used last */
  readonly stackPort?: number;
  /** `none` = 0 in the header. @default right */
  readonly checksum?: 'right' | 'wrong' | 'none';
  /** What the length field says. @default the truth */
  readonly lengthField?: number;
  /** Cuts it into fragments behind so many bytes of the IP payload each, multiples of 8. @default whole */
  readonly cutAt?: readonly number[];
  /** Order in which the fragments leave, by number. @default as they are */
  readonly order?: readonly number[];
}

/** What the stack has sent that is not TCP. What an expectation leaves out may be anything. */
export interface SentDatagram {
  readonly protocol: 'udp' | 'icmp' | 'fragment' | 'other';
  /** UDP: its data, as Latin-1; ICMP: `type/code`. */
  readonly text: string;
  /** Bytes of data; of a fragment and others those behind the IP header. */
  readonly length: number;
  /** Of UDP, and of the datagram that an ICMP error quotes; 0 = there are none. */
  readonly peerPort: number;
  readonly stackPort: number;
  readonly checksum: 'right' | 'wrong' | 'none';
  readonly dontFragment: boolean;
  readonly fragmentOffset: number;
  readonly moreFragments: boolean;
  readonly ttl: number;
  readonly tos: number;
  /** Virtual time at which it was sent. */
  readonly atMs: number;
}

/** Builds the UDP datagram of the script's side, header included. */
export function encodeDatagram(
  datagram: ScriptDatagram,
  ports: { readonly peerPort: number; readonly stackPort: number },
  addresses: { readonly peer: number; readonly stack: number },
): Uint8Array {
  const data = encodeUtf8(datagram.text ?? '.'.repeat(datagram.length ?? 0));
  const length = UDP_HEADER_LENGTH + data.length;
  const bytes = new Uint8Array(length);
  emitUdpHeader(bytes, 0, ports.peerPort, ports.stackPort, datagram.lengthField ?? length);
  bytes.set(data, UDP_HEADER_LENGTH);
  if (datagram.checksum === 'none') return bytes;
  const pseudo = pseudoHeaderSum(addresses.peer, addresses.stack, IpProtocol.UDP, length);
  const sum = checksum(bytes, 0, length, pseudo) || 0xffff;
  writeU16(bytes, 6, datagram.checksum === 'wrong' ? sum ^ 0x0101 : sum);
  return bytes;
}

/** Reads the payload `buf[start..end)` of a packet of the stack that is not TCP. */
export function decodeDatagram(
  ip: Ipv4Header,
  buf: Uint8Array,
  start: number,
  end: number,
  atMs: number,
): SentDatagram {
  const { dontFragment, fragmentOffset, moreFragments, ttl, tos } = ip;
  const common = { dontFragment, fragmentOffset, moreFragments, ttl, tos, atMs };
  const bare = { text: '', peerPort: 0, stackPort: 0, checksum: 'none', ...common } as const;
  const length = end - start;
  if (moreFragments || fragmentOffset > 0) return { ...bare, protocol: 'fragment', length };
  if (ip.protocol === IpProtocol.UDP) {
    return { ...common, protocol: 'udp', ...decodeUdp(ip, buf, start, end) };
  }
  if (ip.protocol !== IpProtocol.ICMP) return { ...bare, protocol: 'other', length };
  // What is quoted was sent to the stack: its ports are the other way round.
  const quoted = start + 8 + (buf[start + 8]! & 0x0f) * 4;
  const isQuoted = quoted + 4 <= end;
  return {
    ...bare,
    protocol: 'icmp',
    text: `${buf[start]}/${buf[start + 1]}`,
    length: length - 8,
    peerPort: isQuoted ? readU16(buf, quoted) : 0,
    stackPort: isQuoted ? readU16(buf, quoted + 2) : 0,
    checksum: checksum(buf, start, end) === 0 ? 'right' : 'wrong',
  };
}

function decodeUdp(ip: Ipv4Header, buf: Uint8Array, start: number, end: number) {
  const header = createUdpHeader();
  const isUsable = parseUdp(buf, start, end, header) === null;
  const pseudo = pseudoHeaderSum(ip.source, ip.destination, IpProtocol.UDP, end - start);
  const isRight = isUsable && checksum(buf, start, end, pseudo) === 0;
  const data = buf.subarray(header.dataStart, header.dataEnd);
  return {
    text: String.fromCharCode(...data.subarray(0, 0x8000)),
    length: data.length,
    peerPort: header.destinationPort,
    stackPort: header.sourcePort,
    checksum: header.checksum === 0 ? 'none' : isRight ? 'right' : 'wrong',
  } as const;
}

/** Why what was sent is not what was expected; `null` = it is. */
export function differenceOfDatagram(
  expected: Partial<SentDatagram>,
  sent: SentDatagram,
): string | null {
  for (const [key, wanted] of Object.entries(expected)) {
    const found = sent[key as keyof SentDatagram];
    if (found !== wanted)
      return `${key} is ${JSON.stringify(found)} and not ${JSON.stringify(wanted)}`;
  }
  return null;
}

/** Writes a datagram in one line: `udp 53 -> 40000 length 5 hello`. */
export function formatDatagram(datagram: Partial<SentDatagram>): string {
  const { protocol = 'any', text = '', stackPort, peerPort, fragmentOffset } = datagram;
  const words: string[] = [protocol];
  if (stackPort !== undefined || peerPort !== undefined) words.push(`${stackPort} -> ${peerPort}`);
  if (fragmentOffset) words.push(`offset ${fragmentOffset}`);
  words.push(`length ${datagram.length ?? text.length}`);
  if (text !== '') words.push(text.slice(0, 40));
  return words.join(' ');
}
