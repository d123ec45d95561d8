/**
 * The kernel as the other end of a device: packets to it and from it, and what it has set up.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { parseIpv4, readU16 } from '@netlayers/bytes';
import { testPacket } from '@netlayers/testkit';
import type { TunDevice } from '@netlayers/tun';

/** Our address in most tests, and the kernel's. */
export const OURS = '10.0.0.2';
export const KERNELS = '10.0.0.3';

/** A packet that arrived at a device. */
export interface Received {
  readonly bytes: Uint8Array;
  readonly checksum: number;
  readonly segmentSize: number;
}

/** Waits until that many packets have arrived; fails the test when they do not within 5 s. */
export function arrivals(device: TunDevice, count: number): Promise<Received[]> {
  const received: Received[] = [];
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${received.length} of ${count} arrived`)),
      5000,
    );
    device.onReadable = () => {
      device.receive(64, {
        handlePacket: (buf, start, end, checksumState, segmentSize) =>
          received.push({ bytes: buf.slice(start, end), checksum: checksumState, segmentSize }),
      });
      if (received.length < count) return;
      clearTimeout(timer);
      device.onReadable = null;
      resolve(received);
    };
  });
}

/** Sends one packet at once. */
export function send(
  device: TunDevice,
  packet: Uint8Array,
  state: 0 | 1 = 0,
  segmentSize = 0,
): void {
  const at = device.reserve(packet.length);
  if (at < 0) throw new Error('the queue is full');
  device.transmitBuffer.set(packet, at);
  device.commit(at, at + packet.length, state, segmentSize);
  device.flush();
}

/** A UDP datagram from us to a socket of the kernel's. */
export const toKernel = (length: number, port: number, options: { partial?: boolean } = {}) => {
  const packet = testPacket(length, {
    source: parseIpv4(OURS)!,
    destination: parseIpv4(KERNELS)!,
    ...options,
  });
  // The port, and the checksum with the difference to the old one taken out (RFC 1624, 3).
  const old = readU16(packet, 22);
  packet[22] = port >>> 8;
  packet[23] = port;
  if (options.partial !== true) {
    let sum = (~readU16(packet, 26) & 0xffff) + (~old & 0xffff) + port;
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    sum = ~sum & 0xffff || 0xffff;
    packet[26] = sum >>> 8;
    packet[27] = sum;
  }
  return packet;
};

/** The names of this namespace's interfaces. */
export const interfaces = () =>
  readFileSync('/proc/net/dev', 'latin1')
    .split('\n')
    .slice(2)
    .map((line) => line.split(':', 1)[0]!.trim())
    .filter((name) => name !== '');
export const routes = () => readFileSync('/proc/net/route', 'latin1');
/** How many descriptors this process has open. */
export const descriptors = () => readdirSync('/proc/self/fd').length;
