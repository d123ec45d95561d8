/** An IPv4 layer on a recording device, and packets to feed it. */

import { checksum, writeU16, writeU32 } from '@netlayers/bytes';
import type { IpAddress, IpErrorKind, UpperProtocol } from '@netlayers/ip';
import {
  createIpv4Header,
  type DropReason,
  emitIpv4Header,
  IpProtocol,
  Ipv4,
  type Ipv4Header,
  type Ipv4Options,
} from '@netlayers/ipv4';
import { RecordingDevice, seededRandom } from '@netlayers/testkit';

/** 192.0.2.2/24, us. */
export const US = 0xc0000202;
/** 192.0.2.1, on our subnet. */
export const PEER = 0xc0000201;
/** 198.51.100.7, elsewhere. */
export const FAR = 0xc6336407;

/** What a protocol was handed. */
export interface Delivery {
  readonly header: Ipv4Header;
  readonly payload: Uint8Array;
  readonly checksum: number;
  readonly segmentSize: number;
}

export interface ErrorDelivery {
  readonly kind: IpErrorKind;
  readonly mtu: number;
  readonly reporter: IpAddress;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly quote: Uint8Array;
}

/** A protocol that writes down what it gets. */
export class RecordingProtocol implements UpperProtocol {
  deliveries: Delivery[] = [];
  errors: ErrorDelivery[] = [];
  handleSegment: UpperProtocol['handleSegment'] = (
    header,
    buf,
    start,
    end,
    checksum,
    segmentSize,
  ) => {
    const payload = Uint8Array.from(buf.subarray(start, end));
    this.deliveries.push({ header: { ...(header as Ipv4Header) }, payload, checksum, segmentSize });
  };
  handleIpError: UpperProtocol['handleIpError'] = (error, buf, start, end) => {
    this.errors.push({ ...error, quote: Uint8Array.from(buf.subarray(start, end)) });
  };
}

/** An `Ipv4` with TCP registered, its device, and everything it dropped. */
export function layer(
  options: Partial<Ipv4Options> = {},
  capabilities: ConstructorParameters<typeof RecordingDevice>[0] = {},
) {
  const device = new RecordingDevice(capabilities);
  const drops: DropReason[] = [];
  const random = seededRandom(1);
  const ipv4 = new Ipv4({
    device,
    address: US,
    prefixLength: 24,
    randomU32: random.u32,
    onDrop: (reason) => drops.push(reason),
    ...options,
  });
  const tcp = new RecordingProtocol();
  ipv4.register(IpProtocol.TCP, tcp);
  const receive = (packet: Uint8Array, now = 0, checksumState: 0 | 1 | 2 = 0, segmentSize = 0) => {
    device.inject(packet, checksumState, segmentSize);
    device.receive(1, {
      handlePacket: (buf, start, end, state, size) =>
        ipv4.handlePacket(buf, start, end, state, size, now),
    });
  };
  return { ipv4, device, tcp, drops, receive };
}

export type PacketFields = Partial<Ipv4Header> & {
  readonly options?: Uint8Array;
  readonly payload?: Uint8Array;
};

/** Builds a packet with a correct header checksum; lengths follow unless they are given. */
export function packet(fields: PacketFields = {}): Uint8Array {
  const { options = new Uint8Array(0), payload = new Uint8Array(0), ...rest } = fields;
  const headerLength = 20 + options.length;
  const header: Ipv4Header = {
    ...createIpv4Header(),
    ttl: 64,
    protocol: IpProtocol.TCP,
    source: PEER,
    destination: US,
    headerLength,
    totalLength: headerLength + payload.length,
    ...rest,
  };
  const bytes = new Uint8Array(headerLength + payload.length);
  bytes.set(options, 20);
  emitIpv4Header(bytes, 0, header);
  bytes.set(payload, headerLength);
  return bytes;
}

/** Corrects the header checksum after bytes of a packet were changed by hand. */
export function resum(bytes: Uint8Array): Uint8Array {
  const length = Math.min((bytes[0]! & 0x0f) * 4, bytes.length);
  writeU16(bytes, 10, 0);
  writeU16(bytes, 10, checksum(bytes, 0, length));
  return bytes;
}

/** Builds an ICMP message with a correct checksum. */
export function icmp(type: number, code: number, rest: number, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(8 + data.length);
  bytes[0] = type;
  bytes[1] = code;
  writeU32(bytes, 4, rest);
  bytes.set(data, 8);
  writeU16(bytes, 2, checksum(bytes, 0, bytes.length));
  return bytes;
}

/** `length` bytes that differ from place to place. */
export const pattern = (length: number, salt = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) * 7 + salt) & 0xff);

/** Equality of large arrays, without a walk by the matcher. */
export const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Cuts a payload into fragments, as `[offset, end)` at the given cuts. */
export function fragments(
  payload: Uint8Array,
  cuts: readonly number[],
  fields: PacketFields = {},
): Uint8Array[] {
  const edges = [0, ...cuts, payload.length];
  return edges.slice(0, -1).map((from, index) =>
    packet({
      identification: 7,
      ...fields,
      fragmentOffset: from,
      moreFragments: index < edges.length - 2,
      payload: payload.subarray(from, edges[index + 1]),
    }),
  );
}
