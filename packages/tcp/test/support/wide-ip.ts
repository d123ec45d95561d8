/**
 * An IP layer like that of IPv6, as TCP sees it: addresses of 128 bits, a header of 40 bytes, MTUs
 * from 1280 on. It speaks IPv4 too, so one TCP can be seen with both.
 *
 * It is as hard on TCP as the contract lets it be: what a packet is delivered with, its addresses
 * included, is overwritten as soon as the handler has returned.
 */

import { checksum } from '@netlayers/bytes';
import {
  ChecksumState,
  type IpAddress,
  type IpErrorKind,
  type IpLayer,
  IpProtocol,
  keepAddress,
  type WideAddress,
} from '@netlayers/ip';
import { createTcpHeader, parseTcp, type Tcp, type TcpHeader } from '@netlayers/tcp';

const POISON = 0xdbdbdbdb | 0;

/** An address of four words, the most significant first. */
export class FourWords implements WideAddress {
  readonly words: Int32Array;
  readonly #isScratch: boolean;

  constructor(words: ArrayLike<number>, isScratch = false) {
    this.words = Int32Array.from(words);
    this.#isScratch = isScratch;
  }

  equals(other: WideAddress): boolean {
    return other instanceof FourWords && this.words.every((word, i) => word === other.words[i]);
  }

  hash(seed: number): number {
    let h = seed;
    for (const word of this.words) h = Math.imul(h ^ (h >>> 15) ^ word, 0x85ebca6b);
    return h;
  }

  writeWords(into: Int32Array, at: number): number {
    into.set(this.words, at);
    return at + 4;
  }

  keep(): FourWords {
    return this.#isScratch ? new FourWords(this.words) : this;
  }

  toString(): string {
    return [...this.words].map((word) => (word >>> 0).toString(16)).join('.');
  }

  /** Turns a scratch address into another one. */
  become(words: ArrayLike<number>): void {
    if (!this.#isScratch) throw new Error('overwrites an address that somebody may keep');
    this.words.set(words);
  }
}

/** 2001:db8::n */
export const wide = (n: number): FourWords => new FourWords([0x20010db8, 0, 0, n]);

/** A segment that was committed; its addresses may be kept. */
export interface WideSegment {
  readonly header: TcpHeader;
  readonly bytes: Uint8Array;
  readonly source: IpAddress;
  readonly destination: IpAddress;
}

const HEADROOM = 64;
const isWide = (address: IpAddress): address is WideAddress => typeof address === 'object';
const wordsOf = (address: WideAddress): Int32Array => (address as FourWords).words;

function sumOf(address: IpAddress): number {
  if (!isWide(address)) return (address >>> 16) + (address & 0xffff);
  return wordsOf(address).reduce((sum, word) => sum + (word >>> 16) + (word & 0xffff), 0);
}

export class WideIp implements IpLayer {
  readonly transmitBuffer = new Uint8Array(70_000);
  readonly checksumOffload = false;
  readonly segmentationOffload = 0;
  /** What leaves to an address of the same version comes from here. */
  readonly addresses: readonly IpAddress[];
  readonly mtu = 1500;
  sent: WideSegment[] = [];
  readonly #source = new FourWords([0, 0, 0, 0], true);
  readonly #destination = new FourWords([0, 0, 0, 0], true);
  #reserved = 0;

  constructor(...addresses: readonly IpAddress[]) {
    this.addresses = addresses;
  }

  sourceFor(destination: IpAddress): IpAddress | null {
    return this.addresses.find((address) => isWide(address) === isWide(destination)) ?? null;
  }

  mtuTo(): number {
    return this.mtu;
  }

  smallestMtu(destination: IpAddress): number {
    return isWide(destination) ? 1280 : 68;
  }

  safeMtu(destination: IpAddress): number {
    return isWide(destination) ? 1280 : 576;
  }

  headerLength(destination: IpAddress): number {
    return isWide(destination) ? 40 : 20;
  }

  pseudoHeaderSum(source: IpAddress, destination: IpAddress, protocol: number, length: number) {
    return sumOf(source) + sumOf(destination) + protocol + length;
  }

  reserve(length: number, destination: IpAddress): number {
    this.#reserved = length + this.headerLength(destination);
    return HEADROOM;
  }

  lend(): boolean {
    return false;
  }

  commit(
    start: number,
    end: number,
    source: IpAddress,
    destination: IpAddress,
    protocol: number,
    _checksum: ChecksumState,
    _segmentSize: number,
    tos: number,
  ): void {
    const size = end - start + this.headerLength(destination);
    if (size > this.#reserved || size > this.mtu) throw new Error(`a packet of ${size} bytes`);
    if (isWide(source) !== isWide(destination)) throw new Error('two versions in one packet');
    if (protocol !== IpProtocol.TCP || tos !== 0) throw new Error('not what TCP sends');
    const bytes = this.transmitBuffer.slice(start, end);
    const header = createTcpHeader();
    const drop = parseTcp(bytes, 0, bytes.length, header);
    const sum = this.pseudoHeaderSum(source, destination, protocol, bytes.length);
    if (drop !== null || checksum(bytes, 0, bytes.length, sum) !== 0)
      throw new Error('bad segment');
    this.sent.push({
      header,
      bytes,
      source: keepAddress(source),
      destination: keepAddress(destination),
    });
  }

  take(): WideSegment[] {
    const taken = this.sent;
    this.sent = [];
    return taken;
  }

  /** Hands a segment to a TCP above, and takes back all that was only lent. */
  deliver(tcp: Tcp, segment: WideSegment, now: number): void {
    const { source, destination, bytes } = segment;
    const header = {
      source: this.#lend(source, this.#source),
      destination: this.#lend(destination, this.#destination),
      tos: 0,
      ttl: 64,
    };
    const buf = bytes.slice();
    tcp.handleSegment(header, buf, 0, buf.length, ChecksumState.COMPLETE, 0, now);
    buf.fill(0xdb);
    header.source = POISON;
    header.destination = POISON;
    this.#takeBack();
  }

  /** Hands an error about a segment of ours to a TCP above, in the same way. */
  deliverError(tcp: Tcp, about: WideSegment, kind: IpErrorKind, mtu: number, now: number): void {
    const error = {
      kind,
      mtu,
      reporter: wide(0xffff),
      source: this.#lend(about.source, this.#source),
      destination: this.#lend(about.destination, this.#destination),
    };
    tcp.handleIpError(error, about.bytes.slice(0, 8), 0, 8, now);
    this.#takeBack();
  }

  #lend(address: IpAddress, scratch: FourWords): IpAddress {
    if (!isWide(address)) return address;
    scratch.become(wordsOf(address));
    return scratch;
  }

  #takeBack(): void {
    this.#source.become([POISON, POISON, POISON, POISON]);
    this.#destination.become([POISON, POISON, POISON, POISON]);
  }
}

/** A SYN of a peer, with no options: nothing in it depends on the version but its checksum. */
export function synFrom(
  source: IpAddress,
  destination: IpAddress,
  ports: readonly [source: number, destination: number] = [4000, 80],
): WideSegment {
  const bytes = new Uint8Array(20);
  bytes.set([ports[0] >> 8, ports[0] & 255, ports[1] >> 8, ports[1] & 255]);
  bytes.set([0x50, 0x02, 0xff, 0xff], 12);
  const sum = checksum(bytes, 0, 20, sumOf(source) + sumOf(destination) + IpProtocol.TCP + 20);
  bytes.set([sum >> 8, sum & 255], 16);
  const header = createTcpHeader();
  parseTcp(bytes, 0, 20, header);
  return { header, bytes, source, destination };
}
