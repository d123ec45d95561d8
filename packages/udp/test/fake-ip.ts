/**
 * An IPv4 layer as UDP sees it, without a network: what is sent is recorded, and what may not be sent
 * is an error of the test run.
 */

import { checksum, checksumFold, pseudoHeaderSum, writeU16 } from '@netlayers/bytes';
import {
  ChecksumState,
  type IpDatagram,
  type IpDatagramLayer,
  type IpErrorKind,
  type IpHeader,
  IpProtocol,
  type SendFailure,
} from '@netlayers/ip';
import { seededRandom } from '@netlayers/testkit';
import {
  createUdpHeader,
  emitUdpHeader,
  parseUdp,
  Udp,
  type UdpArrival,
  type UdpError,
  type UdpHandler,
  type UdpOptions,
} from '@netlayers/udp';

export const US = 0x0a000001;
export const PEER = 0x0a000002;
export const OTHER = 0x0a000003;
export const BROADCAST = 0x0a0000ff;
export const LOOPBACK = 0x7f000001;

/** A datagram that was sent: by `commit`, or whole by `send` with what was asked for. */
export interface SentDatagram {
  readonly source: number;
  readonly destination: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly text: string;
  readonly length: number;
  readonly checksumField: number;
  readonly state: ChecksumState;
  readonly tos: number;
  readonly asked: IpDatagram | null;
}

const HEADROOM = 64;
const POISON = 0xdb;

export class FakeIp implements IpDatagramLayer {
  readonly transmitBuffer = new Uint8Array(70_000);
  readonly segmentationOffload = 0;
  checksumOffload = false;
  mtu = 1500;
  hasRoute = true;
  isFull = false;
  failure: SendFailure | null = null;
  sent: SentDatagram[] = [];
  /** Those to whom a closed port was reported. */
  reported: number[] = [];

  sourceFor(destination: number): number | null {
    return this.hasRoute && destination !== BROADCAST ? US : null;
  }

  isSourceFor(source: number, destination: number): boolean {
    return source === US || (source === LOOPBACK && destination === LOOPBACK);
  }

  broadcastSource(destination: number): number | null {
    return destination === BROADCAST ? US : null;
  }

  mtuTo = (): number => this.mtu;
  smallestMtu = (): number => 68;
  safeMtu = (): number => 576;
  headerLength = (): number => 20;
  lend = (): boolean => false;
  pseudoHeaderSum = pseudoHeaderSum as IpDatagramLayer['pseudoHeaderSum'];

  reserve(length: number): number {
    if (this.isFull) return -1;
    this.transmitBuffer.fill(POISON, HEADROOM, HEADROOM + length);
    return HEADROOM;
  }

  commit(
    start: number,
    end: number,
    source: number,
    destination: number,
    protocol: number,
    state: ChecksumState,
    segmentSize: number,
    tos: number,
  ): void {
    if (protocol !== IpProtocol.UDP || segmentSize !== 0 || start !== HEADROOM) {
      throw new Error('no such datagram');
    }
    if (20 + end - start > this.mtu) throw new Error('larger than the MTU');
    this.#record(this.transmitBuffer, start, end, source, destination, state, tos, null);
  }

  send(datagram: IpDatagram, buf: Uint8Array, start: number, end: number): SendFailure | null {
    if (this.isFull) return 'queue-full';
    if (this.failure !== null) return this.failure;
    const { source, destination, tos } = datagram;
    if (typeof source !== 'number' || typeof destination !== 'number') throw new Error('no IPv4');
    this.#record(buf, start, end, source, destination, 0, tos ?? 0, datagram);
    return null;
  }

  reportPortUnreachable(header: IpHeader): void {
    this.reported.push(header.source as number);
  }

  #record(
    buf: Uint8Array,
    start: number,
    end: number,
    source: number,
    destination: number,
    state: ChecksumState,
    tos: number,
    asked: IpDatagram | null,
  ): void {
    const header = createUdpHeader();
    if (parseUdp(buf, start, end, header) !== null) throw new Error('no UDP header');
    if (header.dataEnd !== end) throw new Error('a length that is not that of the packet');
    const pseudo = pseudoHeaderSum(source, destination, IpProtocol.UDP, end - start);
    if (state === ChecksumState.COMPLETE && checksum(buf, start, end, pseudo) !== 0) {
      throw new Error('a checksum that is wrong');
    }
    if (state === ChecksumState.PARTIAL && header.checksum !== checksumFold(pseudo)) {
      throw new Error('a partial checksum that is not that of the pseudo-header');
    }
    this.sent.push({
      source,
      destination,
      sourcePort: header.sourcePort,
      destinationPort: header.destinationPort,
      text: String.fromCharCode(...buf.slice(header.dataStart, header.dataEnd).subarray(0, 100)),
      length: header.dataEnd - header.dataStart,
      checksumField: header.checksum,
      state,
      tos,
      asked,
    });
  }
}

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What a datagram of the peer says besides its data. */
export interface PeerDatagram {
  readonly source?: number;
  readonly destination?: number;
  readonly from?: number;
  readonly to?: number;
  /** @default the right one */
  readonly length?: number;
  /** `none` = 0 in the header. @default the right one */
  readonly checksum?: 'right' | 'wrong' | 'none';
  /** Bytes of the IP packet behind the datagram. */
  readonly padding?: number;
  readonly state?: ChecksumState;
}

/** A handler that writes down what it is told. */
export class Recorder implements UdpHandler {
  readonly texts: string[] = [];
  readonly arrivals: UdpArrival[] = [];
  readonly errors: UdpError[] = [];
  drains = 0;
  onDatagram: ((text: string) => void) | null = null;

  handleDatagram(buf: Uint8Array, start: number, end: number, arrival: UdpArrival): void {
    const text = String.fromCharCode(...buf.subarray(start, end));
    this.texts.push(text);
    this.arrivals.push({ ...arrival });
    this.onDatagram?.(text);
  }

  handleError(error: UdpError): void {
    this.errors.push(error);
  }

  handleDrain(): void {
    this.drains++;
  }
}

/** A layer on a fake IP, and what the network does to it. */
export class Bench {
  readonly ip = new FakeIp();
  readonly udp: Udp;
  work = 0;

  constructor(options: Partial<UdpOptions> = {}) {
    this.udp = new Udp({ ip: this.ip, randomU32: seededRandom(1).u32, ...options });
    this.udp.onWork = () => this.work++;
  }

  /** Has a datagram arrive. */
  arrive(text: string | Uint8Array, datagram: PeerDatagram = {}): void {
    const { source = PEER, destination = US, from = 4000, to = 53 } = datagram;
    const data = typeof text === 'string' ? bytes(text) : text;
    const length = 8 + data.length;
    const packet = new Uint8Array(length + (datagram.padding ?? 0)).fill(0xee);
    emitUdpHeader(packet, 0, from, to, datagram.length ?? length);
    packet.set(data, 8);
    if (datagram.checksum !== 'none') {
      const pseudo = pseudoHeaderSum(source, destination, IpProtocol.UDP, length);
      const sum = checksum(packet, 0, length, pseudo) || 0xffff;
      writeU16(packet, 6, datagram.checksum === 'wrong' ? sum ^ 1 : sum);
    }
    this.handle(packet, source, destination, datagram.state ?? ChecksumState.COMPLETE);
  }

  /** Has the payload of an IP packet arrive; it is destroyed afterwards. */
  handle(
    packet: Uint8Array,
    source = PEER,
    destination = US,
    state: ChecksumState = ChecksumState.COMPLETE,
  ): void {
    const header: IpHeader = { source, destination, tos: 4, ttl: 61 };
    this.udp.handleSegment(header, packet, 0, packet.length, state, 0, 0);
    packet.fill(POISON);
  }

  /** Has an error arrive that quotes a datagram of ours. */
  error(
    kind: IpErrorKind,
    localPort: number,
    remotePort: number,
    { mtu = 0, destination = PEER, now = 0 } = {},
  ): void {
    const quote = new Uint8Array(8);
    writeU16(quote, 0, localPort);
    writeU16(quote, 2, remotePort);
    const error = { kind, mtu, reporter: OTHER, source: US, destination };
    this.udp.handleIpError(error, quote, 0, quote.length, now);
  }

  /** The invariant of the counters. */
  get unaccounted(): number {
    const { datagramsReceived, broadcastCopies, datagramsDelivered, dropped } = this.udp.counters;
    const waiting = this.udp.endpoints().reduce((sum, endpoint) => sum + endpoint.waiting, 0);
    const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
    return datagramsReceived + broadcastCopies - datagramsDelivered - waiting - lost;
  }
}
