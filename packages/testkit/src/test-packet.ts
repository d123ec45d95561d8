/**
 * IPv4 packets for tests of whatever carries them: a UDP datagram or a TCP segment of any length,
 * with correct checksums or, for the transport's, only the pseudo-header's sum.
 */

import {
  checksum,
  checksumFold,
  pseudoHeaderSum,
  readU32,
  writeU16,
  writeU32,
} from '@netlayers/bytes';

const IP_HEADER = 20;
const TCP = 6;
const UDP = 17;
const TCP_HEADER = 20;
const UDP_HEADER = 8;

/** What a test packet is made of. */
export interface TestPacketOptions {
  /** Source and destination address as uint32. @default 192.0.2.1 and 192.0.2.2 */
  readonly source?: number;
  readonly destination?: number;
  /** @default 'udp' */
  readonly protocol?: 'udp' | 'tcp';
  /** Leaves only the pseudo-header's sum in the transport checksum. @default false */
  readonly partial?: boolean;
  /** Makes the payload differ from that of other packets. @default 0 */
  readonly seed?: number;
}

/** Bytes of the headers in front of the payload of a test packet. */
export const testPacketHeaderLength = (protocol: 'udp' | 'tcp'): number =>
  IP_HEADER + (protocol === 'udp' ? UDP_HEADER : TCP_HEADER);

/** Builds a packet of `length` bytes, IP header included: 28 to 65,535 (40 for TCP). */
export function testPacket(length: number, options: TestPacketOptions = {}): Uint8Array {
  const { source = 0xc0000201, destination = 0xc0000202, seed = 0 } = options;
  const { protocol = 'udp', partial = false } = options;
  const payload = testPacketHeaderLength(protocol);
  if (length < payload) throw new RangeError(`a test packet has ${payload} bytes at least`);
  const packet = new Uint8Array(length);
  packet[0] = 0x45;
  writeU16(packet, 2, length);
  writeU16(packet, 4, seed);
  packet[8] = 64;
  packet[9] = protocol === 'udp' ? UDP : TCP;
  writeU32(packet, 12, source);
  writeU32(packet, 16, destination);
  writeU16(packet, 10, checksum(packet, 0, IP_HEADER));
  writeU16(packet, IP_HEADER, 40000);
  writeU16(packet, IP_HEADER + 2, 9);
  if (protocol === 'udp') {
    writeU16(packet, IP_HEADER + 4, length - IP_HEADER);
  } else {
    writeU32(packet, IP_HEADER + 4, 1000);
    packet[IP_HEADER + 12] = 0x50;
    packet[IP_HEADER + 13] = 0x10;
    writeU16(packet, IP_HEADER + 14, 0xffff);
  }
  for (let at = payload; at < length; at++) packet[at] = (at * 31 + seed * 7 + (at >> 8)) & 0xff;
  const pseudo = pseudoHeaderSum(source, destination, packet[9], length - IP_HEADER);
  const sum = partial
    ? checksumFold(pseudo)
    : checksum(packet, IP_HEADER, length, pseudo) || (protocol === 'udp' ? 0xffff : 0);
  writeU16(packet, IP_HEADER + (protocol === 'udp' ? 6 : 16), sum);
  return packet;
}

/** Whether the transport checksum of a test packet is whole and right. */
export function hasTransportChecksum(packet: Uint8Array): boolean {
  const source = readU32(packet, 12);
  const destination = readU32(packet, 16);
  const pseudo = pseudoHeaderSum(source, destination, packet[9]!, packet.length - IP_HEADER);
  return checksum(packet, IP_HEADER, packet.length, pseudo) === 0;
}
