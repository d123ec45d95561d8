/**
 * One packet taken apart: which bytes are IPv4's, which TCP's, which HTTP's, and what they say.
 */

import { decodeAscii, formatIpv4, readU16 } from '@netlayers/bytes';
import type { PacketObserver } from '@netlayers/link';
import { createTcpHeader, formatFlags, parseTcp } from '@netlayers/tcp';
import pc from 'picocolors';

/** A copy of a packet, beginning with its IP header. */
export type Packet = Uint8Array;

const IP_HEADER_LENGTH = 20;
const PER_LINE = 20;

/** Keeps the first packet that carries an HTTP response. A packet is ours only for this moment: it is copied. */
export function packetKeeper(kept: Packet[]): PacketObserver {
  const header = createTcpHeader();
  return (direction, buf, start, end) => {
    if (direction !== 'outbound' || kept.length > 0) return;
    if (parseTcp(buf, start + IP_HEADER_LENGTH, end, header) !== null) return;
    const isResponse = decodeAscii(buf, header.dataStart, header.dataStart + 5) === 'HTTP/';
    if (isResponse) kept.push(buf.slice(start, end));
  };
}

function hexLines(packet: Packet, start: number, end: number): string {
  const lines: string[] = [];
  for (let at = start; at < end; at += PER_LINE) {
    const bytes = packet.subarray(at, Math.min(at + PER_LINE, end));
    lines.push(Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' '));
  }
  return lines.join(`\n${' '.repeat(6)}`);
}

function layer(name: string, bytes: string, meaning: string): string {
  const indented = meaning.trimEnd().replaceAll('\n', `\n${' '.repeat(6)}`);
  return `${pc.bold(name.padEnd(6))}${pc.dim(bytes)}\n${' '.repeat(6)}${indented}`;
}

/** Describes a packet layer by layer. */
export function describePacket(packet: Packet): string {
  const header = createTcpHeader();
  parseTcp(packet, IP_HEADER_LENGTH, packet.length, header);
  const source = formatIpv4(((readU16(packet, 12) << 16) | readU16(packet, 14)) >>> 0);
  const destination = formatIpv4(((readU16(packet, 16) << 16) | readU16(packet, 18)) >>> 0);
  const hex = (at: number): string => readU16(packet, at).toString(16).padStart(4, '0');
  const ip = `version 4, ${readU16(packet, 2)} bytes in all, TTL ${packet[8]}, protocol ${packet[9]} = TCP, checksum ${hex(10)}, ${source} -> ${destination}`;
  const tcp = `port ${header.sourcePort} -> ${header.destinationPort}, ${formatFlags(header.flags)}, seq ${header.seq}, ack ${header.ack}, window ${header.wnd}, checksum ${hex(IP_HEADER_LENGTH + 16)}, ${header.dataStart - IP_HEADER_LENGTH - 20} bytes of options`;
  const text = decodeAscii(packet, header.dataStart, packet.length).replaceAll('\r', '');
  return [
    layer('IPv4', hexLines(packet, 0, IP_HEADER_LENGTH), ip),
    layer('TCP', hexLines(packet, IP_HEADER_LENGTH, header.dataStart), tcp),
    layer('HTTP', hexLines(packet, header.dataStart, packet.length), text),
  ].join('\n');
}
