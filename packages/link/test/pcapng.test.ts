import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeUtf8, readU16, readU32 } from '@netlayers/bytes';
import {
  ChecksumState,
  captureDevice,
  type LinkDevice,
  memoryWire,
  PcapngWriter,
} from '@netlayers/link';
import { testPacket } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { memorySink, readBlocks, readOptions, readPackets } from './read-pcapng.js';

const EPOCH = 1_700_000_000_000;

function isInstalled(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const wireshark = isInstalled('tshark') && isInstalled('capinfos');
if (!wireshark) console.log('skipped: reading captures with Wireshark; install tshark to run it');

/** Runs a command of Wireshark's on a capture and returns the lines it prints. */
function onCapture(file: Uint8Array, command: string, args: readonly string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'netlayers-pcapng-'));
  try {
    const path = join(folder, 'capture.pcapng');
    writeFileSync(path, file);
    const placed = args.map((arg) => (arg === 'FILE' ? path : arg));
    const output = execFileSync(command, placed, { stdio: ['ignore', 'pipe', 'ignore'] });
    return output.toString().split('\n').filter(Boolean);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('PcapngWriter', () => {
  it('names addresses, with names no longer than any', () => {
    const sink = memorySink();
    const writer = new PcapngWriter(sink);
    writer.writeName(0x0a000001, 'a.test');
    writer.writeName(0x0a000002, 'b'.repeat(400));
    writer.flush();
    const [, , first, second] = readBlocks(sink.file());
    expect([first!.type, second!.type]).toEqual([4, 4]);
    const named = readOptions(first!.body, 0).get(1)!;
    expect(readU32(named, 0)).toBe(0x0a000001);
    expect(decodeUtf8(named.subarray(4))).toBe('a.test\0');
    expect(readOptions(second!.body, 0).get(1)!.length).toBe(4 + 253 + 1);
  });

  it('begins with a section header and one interface of raw IP packets', () => {
    const sink = memorySink();
    new PcapngWriter(sink, { interfaceName: 'tun0', snapLength: 96 }).flush();
    const [section, description, ...rest] = readBlocks(sink.file());
    expect(rest).toEqual([]);
    expect(section!.type).toBe(0x0a0d0d0a);
    expect(readU32(section!.body, 0)).toBe(0x1a2b3c4d);
    expect([readU16(section!.body, 4), readU16(section!.body, 6)]).toEqual([1, 0]);
    expect(section!.body.subarray(8, 16).every((byte) => byte === 0xff)).toBe(true);
    expect(decodeUtf8(readOptions(section!.body, 16).get(4)!)).toBe('netlayers');
    expect(description!.type).toBe(1);
    expect([readU16(description!.body, 0), readU32(description!.body, 4)]).toEqual([101, 96]);
    const options = readOptions(description!.body, 8);
    expect(decodeUtf8(options.get(2)!)).toBe('tun0');
    expect([...options.get(9)!]).toEqual([6]);
  });

  it('pads packets, names and comments of every length', () => {
    const sink = memorySink();
    const writer = new PcapngWriter(sink, { interfaceName: 'abcde' });
    for (let length = 28; length < 40; length++) {
      const comment = length % 3 === 0 ? null : 'ß'.repeat(length % 5) + 'x'.repeat(length % 7);
      writer.writePacket('inbound', EPOCH, testPacket(length), 0, length, comment);
      writer.flush();
      expect(readPackets(sink.file()).at(-1)).toEqual({
        micros: EPOCH * 1000,
        length,
        bytes: testPacket(length),
        comment,
        flags: 1,
      });
    }
  });

  it('keeps microseconds', () => {
    const sink = memorySink();
    const writer = new PcapngWriter(sink);
    for (const at of [0, EPOCH + 0.001, EPOCH + 999.999]) {
      writer.writePacket('outbound', at, testPacket(28), 0, 28);
    }
    writer.flush();
    expect(readPackets(sink.file()).map(({ micros }) => micros)).toEqual([
      0,
      EPOCH * 1000 + 1,
      EPOCH * 1000 + 999_999,
    ]);
  });

  it('cuts packets at the snap length and says how long they were', () => {
    const sink = memorySink();
    const writer = new PcapngWriter(sink, { snapLength: 40 });
    writer.writePacket('outbound', EPOCH, testPacket(1500), 0, 1500);
    writer.flush();
    const [packet] = readPackets(sink.file());
    expect([packet!.length, packet!.bytes.length, packet!.flags]).toEqual([1500, 40, 2]);
  });

  it('never writes to what a sink was given', () => {
    const parts: Uint8Array[] = [];
    const copies: Uint8Array[] = [];
    const writer = new PcapngWriter({
      write: (bytes) => {
        parts.push(bytes);
        copies.push(bytes.slice());
      },
    });
    for (let count = 0; count < 300; count++) {
      const length = 28 + ((count * 977) % 65_000);
      writer.writePacket('inbound', EPOCH, testPacket(length, { seed: count }), 0, length);
      if (count % 3 === 0) writer.flush();
    }
    writer.flush();
    expect(parts.every((part, at) => Buffer.compare(part, copies[at]!) === 0)).toBe(true);
    expect(readPackets(Buffer.concat(parts)).length).toBe(300);
  });
});

/** A capture of traffic with partial checksums and a super-segment. */
function offloadedCapture(): Uint8Array {
  const sink = memorySink();
  const wire = memoryWire({ checksumOffload: true, segmentationOffload: 65_535 });
  let now = EPOCH;
  const comment = (direction: string, _: Uint8Array, start: number, end: number) =>
    end - start > 1500 ? `${direction}: a super-segment` : null;
  const a = captureDevice(wire[0], { sink, wallTime: () => (now += 0.125), comment });
  const b = wire[1];
  const send = (from: LinkDevice, packet: Uint8Array, checksum: ChecksumState, size = 0) => {
    const at = from.reserve(packet.length);
    from.transmitBuffer.set(packet, at);
    from.commit(at, at + packet.length, checksum, size);
    from.flush();
  };
  for (const protocol of ['tcp', 'udp'] as const) {
    for (const length of [41, 1499, 1500]) {
      const whole = testPacket(length, { protocol, seed: length });
      const partial = testPacket(length, { protocol, seed: length, partial: true });
      send(a, whole, ChecksumState.COMPLETE);
      send(a, partial, ChecksumState.PARTIAL);
      send(b, partial, ChecksumState.PARTIAL);
    }
  }
  const large = testPacket(65_535, { protocol: 'tcp', partial: true });
  send(a, large, ChecksumState.PARTIAL, 1460);
  a.receive(99, { handlePacket: () => {} });
  b.receive(99, {
    handlePacket: (buf, start, end, checksum) => {
      // The capture completed checksums in its own copy only.
      if (checksum === ChecksumState.PARTIAL && end - start > 1500) {
        expect(buf.slice(start, end)).toEqual(large);
      }
    },
  });
  return sink.file();
}

describe('captureDevice', () => {
  it('writes each packet once, with its direction, time and comment', () => {
    const packets = readPackets(offloadedCapture());
    expect(packets.length).toBe(19);
    expect(packets.filter(({ flags }) => flags === 1).length).toBe(6);
    expect(packets.map(({ micros }) => micros - EPOCH * 1000)).toEqual(
      packets.map((_, index) => (index + 1) * 125),
    );
    expect(packets.map(({ comment }) => comment).filter(Boolean)).toEqual([
      'outbound: a super-segment',
    ]);
  });

  it('completes partial checksums in the copy', () => {
    const packets = readPackets(offloadedCapture());
    for (const { bytes } of packets) {
      const protocol = bytes[9] === 6 ? 'tcp' : 'udp';
      const seed = readU16(bytes, 4);
      expect(bytes).toEqual(testPacket(bytes.length, { protocol, seed }));
    }
  });

  it('hands its bytes over with every flush and every receive', () => {
    const sink = memorySink();
    const wire = memoryWire();
    const a = captureDevice(wire[0], { sink, wallTime: () => EPOCH });
    const count = () => readPackets(sink.file()).length;
    expect(count()).toBe(0);
    for (const from of [a, wire[1]]) {
      const at = from.reserve(28);
      from.transmitBuffer.set(testPacket(28), at);
      from.commit(at, at + 28, ChecksumState.COMPLETE, 0);
      from.flush();
    }
    expect(count()).toBe(1);
    const broken = () => {
      throw new Error('broken handler');
    };
    expect(() => a.receive(1, { handlePacket: broken })).toThrow('broken handler');
    expect(count()).toBe(2);
  });

  it.skipIf(!wireshark)('is read by Wireshark, which finds no wrong checksum', () => {
    const file = offloadedCapture();
    const checks = ['-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE'];
    checks.push('-o', 'udp.check_checksum:TRUE', '-r', 'FILE');
    const bad =
      '_ws.malformed || tcp.checksum.status == 0 || udp.checksum.status == 0 || ip.checksum.status == 0';
    expect(onCapture(file, 'tshark', [...checks, '-Y', bad])).toEqual([]);
    const good = 'tcp.checksum.status == 1 || udp.checksum.status == 1';
    expect(onCapture(file, 'tshark', [...checks, '-Y', good]).length).toBe(19);
    const fields = ['-T', 'fields', '-e', 'frame.time_epoch', '-e', 'frame.comment'];
    fields.push('-e', 'frame.interface_name', '-e', 'frame.packet_flags_direction');
    const last = onCapture(file, 'tshark', ['-r', 'FILE', ...fields]);
    expect(last.map((line) => line.split('\t').slice(1)).filter(([text]) => text)).toEqual([
      ['outbound: a super-segment', 'netlayers', '0x00000002'],
    ]);
    expect(last[0]).toMatch(/^1700000000\.000125/);
    expect(onCapture(file, 'capinfos', ['-t', '-E', '-c', '-T', '-r', 'FILE'])[0]).toMatch(
      /pcapng.*rawip.*19/,
    );
  });
});
