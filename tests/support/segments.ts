/**
 * TCP segments in IPv4 packets, as a test wants them: made from fields, read back, and with
 * checksums put right after somebody has meddled with the bytes.
 */

import { checksum, pseudoHeaderSum, readU16, readU32, writeU16 } from '@netlayers/bytes';
import { createIpv4Header, emitIpv4Header, IPV4_HEADER_LENGTH, IpProtocol } from '@netlayers/ipv4';
import { createTcpHeader, emitTcpHeader, parseTcp, seq, TCP_HEADER_LENGTH } from '@netlayers/tcp';

/** The fields of a segment; addresses are uint32. */
export interface SegmentFields {
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly seq: number;
  readonly ack?: number;
  /** `TcpFlag`s together. */
  readonly flags: number;
  readonly wnd?: number;
  readonly payload?: Uint8Array;
}

const TCP_CHECKSUM = 16;
const IPV4_CHECKSUM = 10;

/** Makes a packet with right checksums and no options. */
export function segment(fields: SegmentFields): Uint8Array {
  const { source, destination, payload = new Uint8Array(0) } = fields;
  const packet = new Uint8Array(IPV4_HEADER_LENGTH + TCP_HEADER_LENGTH + payload.length);
  emitIpv4Header(packet, 0, {
    ...createIpv4Header(),
    totalLength: packet.length,
    ttl: 64,
    protocol: IpProtocol.TCP,
    source,
    destination,
  });
  emitTcpHeader(
    packet,
    IPV4_HEADER_LENGTH,
    fields.sourcePort,
    fields.destinationPort,
    seq(fields.seq),
    seq(fields.ack ?? 0),
    fields.flags,
    fields.wnd ?? 0xffff,
    0,
  );
  packet.set(payload, IPV4_HEADER_LENGTH + TCP_HEADER_LENGTH);
  repairTransport(packet, IPV4_HEADER_LENGTH);
  return packet;
}

/** The TCP header of a packet without IP options, with its addresses. */
export function fieldsOf(buf: Uint8Array, start: number, end: number) {
  const header = createTcpHeader();
  parseTcp(buf, start + IPV4_HEADER_LENGTH, end, header);
  return {
    ...header,
    source: readU32(buf, start + 12),
    destination: readU32(buf, start + 16),
  };
}

function repairTransport(packet: Uint8Array, start: number): void {
  writeU16(packet, start + TCP_CHECKSUM, 0);
  const length = packet.length - start;
  const pseudo = pseudoHeaderSum(readU32(packet, 12), readU32(packet, 16), IpProtocol.TCP, length);
  writeU16(packet, start + TCP_CHECKSUM, checksum(packet, start, packet.length, pseudo));
}

/** Puts the checksums of a damaged packet right, as far as there is room for them. */
export function repairChecksums(packet: Uint8Array): void {
  const headerLength = (packet[0]! & 0x0f) * 4;
  if (headerLength < IPV4_HEADER_LENGTH || headerLength > packet.length) return;
  writeU16(packet, IPV4_CHECKSUM, 0);
  writeU16(packet, IPV4_CHECKSUM, checksum(packet, 0, headerLength));
  const isTcp = packet[9] === IpProtocol.TCP;
  if (isTcp && packet.length >= headerLength + TCP_HEADER_LENGTH) {
    repairTransport(packet, headerLength);
  }
}

/** Source port of a TCP packet without IP options. */
export const sourcePortOf = (buf: Uint8Array, start: number): number =>
  readU16(buf, start + IPV4_HEADER_LENGTH);
