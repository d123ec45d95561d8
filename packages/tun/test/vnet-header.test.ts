import { hex, testPacket } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import {
  VNET_HEADER_LENGTH,
  vnetChecksum,
  vnetSegmentSize,
  writeVnetHeader,
} from '../src/vnet-header.js';

const COMPLETE = 0;
const PARTIAL = 1;
const VERIFIED = 2;

describe('reading', () => {
  it.each([
    ['nothing to do', hex`00 00 0000 0000 0000 0000 0000`, COMPLETE, 0],
    ['a TCP checksum to finish', hex`01 00 0000 0000 1400 1000 0000`, PARTIAL, 0],
    ['a checksum that is known to be right', hex`02 00 0000 0000 0000 0000 0000`, VERIFIED, 0],
    ['merged TCP segments', hex`01 01 3400 a805 1400 1000 0000`, PARTIAL, 1448],
    ['merged TCP segments with CWR', hex`01 81 2800 b405 1400 1000 0000`, PARTIAL, 1460],
    ['UDP fragments are not segments', hex`01 03 1c00 b405 1400 0600 0000`, PARTIAL, 0],
    ['TCP over IPv6 is not ours', hex`01 04 3c00 a005 2800 1000 0000`, PARTIAL, 0],
  ])('%s', (_, header, checksum, segmentSize) => {
    expect(vnetChecksum(header, 0)).toBe(checksum);
    expect(vnetSegmentSize(header, 0)).toBe(segmentSize);
  });

  it('begins at any offset', () => {
    const buf = hex`ffffff 01 01 3400 a805 1400 1000 0000`;
    expect(vnetChecksum(buf, 3)).toBe(PARTIAL);
    expect(vnetSegmentSize(buf, 3)).toBe(1448);
  });
});

describe('writing', () => {
  const packet = (length: number, protocol: 'udp' | 'tcp', change?: [number, number]) => {
    const buf = new Uint8Array(VNET_HEADER_LENGTH + length).fill(0xee);
    buf.set(testPacket(length, { protocol, partial: true }), VNET_HEADER_LENGTH);
    if (change !== undefined) buf[VNET_HEADER_LENGTH + change[0]] = change[1];
    return buf;
  };

  it.each([
    ['a finished packet', packet(60, 'tcp'), COMPLETE, 0, hex`00 00 0000 0000 0000 0000 0000`],
    ['a verified packet', packet(60, 'tcp'), VERIFIED, 0, hex`00 00 0000 0000 0000 0000 0000`],
    ['TCP', packet(60, 'tcp'), PARTIAL, 0, hex`01 00 0000 0000 1400 1000 0000`],
    ['UDP', packet(60, 'udp'), PARTIAL, 0, hex`01 00 0000 0000 1400 0600 0000`],
    ['IP options', packet(60, 'udp', [0, 0x46]), PARTIAL, 0, hex`01 00 0000 0000 1800 0600 0000`],
    [
      'ICMP has no pseudo-header',
      packet(60, 'udp', [9, 1]),
      PARTIAL,
      0,
      hex`00 00 0000 0000 0000 0000 0000`,
    ],
    ['a super-segment', packet(3000, 'tcp'), PARTIAL, 1460, hex`01 01 2800 b405 1400 1000 0000`],
    [
      'TCP options',
      packet(3000, 'tcp', [32, 0x80]),
      PARTIAL,
      1448,
      hex`01 01 3400 a805 1400 1000 0000`,
    ],
    ['CWR', packet(3000, 'tcp', [33, 0x90]), PARTIAL, 1460, hex`01 81 2800 b405 1400 1000 0000`],
    ['one full segment', packet(1500, 'tcp'), PARTIAL, 1460, hex`01 00 0000 0000 1400 1000 0000`],
    [
      'UDP is not segmented',
      packet(3000, 'udp'),
      PARTIAL,
      1460,
      hex`01 00 0000 0000 1400 0600 0000`,
    ],
  ] as const)('%s', (_, buf, checksum, segmentSize, header) => {
    const behind = buf.slice(VNET_HEADER_LENGTH);
    writeVnetHeader(buf, VNET_HEADER_LENGTH, buf.length, checksum, segmentSize);
    expect(buf.slice(0, VNET_HEADER_LENGTH)).toEqual(header);
    expect(buf.slice(VNET_HEADER_LENGTH), 'the packet itself').toEqual(behind);
  });

  it('is read back as it was written', () => {
    const buf = packet(9000, 'tcp');
    writeVnetHeader(buf, VNET_HEADER_LENGTH, buf.length, PARTIAL, 8960);
    expect(vnetChecksum(buf, 0)).toBe(PARTIAL);
    expect(vnetSegmentSize(buf, 0)).toBe(0);
    writeVnetHeader(buf, VNET_HEADER_LENGTH, buf.length, PARTIAL, 8959);
    expect(vnetSegmentSize(buf, 0)).toBe(8959);
  });
});
