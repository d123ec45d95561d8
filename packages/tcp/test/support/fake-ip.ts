/**
 * An IPv4 layer as TCP sees it, without a network: what is sent is checked and recorded.
 *
 * It is strict: a segment whose checksum is wrong, that is larger than the path carries, or that
 * lies outside of its reservation is an error of the test run, in whatever test it happens.
 */

import { checksum, checksumFold, pseudoHeaderSum, readU16 } from '@netlayers/bytes';
import { ChecksumState, type IpHeader, type IpLayer, IpProtocol } from '@netlayers/ip';
import { createTcpHeader, parseTcp, type TcpHeader } from '@netlayers/tcp';

/** A segment that was committed. */
export interface SentSegment {
  readonly at: number;
  readonly header: TcpHeader;
  /** TCP header and text, a copy. */
  readonly bytes: Uint8Array;
  readonly source: number;
  readonly destination: number;
  readonly segmentSize: number;
  readonly checksum: ChecksumState;
  readonly tos: number;
}

/** The header of a received datagram. */
export const headerOf = (source: number, destination: number): IpHeader => ({
  source,
  destination,
  tos: 0,
  ttl: 64,
});

const HEADROOM = 64;
const POISON = 0xdb;

export class FakeIp implements IpLayer {
  readonly transmitBuffer = new Uint8Array(70_000);
  checksumOffload = false;
  segmentationOffload = 0;
  mtu: number;
  source = 0x0a000002;
  hasRoute = true;
  /** How many more segments the device takes; Infinity = any number. */
  room = Number.POSITIVE_INFINITY;
  sent: SentSegment[] = [];
  /** Takes segments without a look at them, for runs over gigabytes. */
  isSilent = false;
  /** Whether text is read in place, and how many pieces have been so far. */
  lends = false;
  pieces = 0;
  now = 0;
  #lent: { at: number; buf: Uint8Array; start: number; end: number }[] = [];
  #reserved = 0;

  constructor(mtu: number) {
    this.mtu = mtu;
  }

  sourceFor(): number | null {
    return this.hasRoute ? this.source : null;
  }

  mtuTo(): number {
    return this.mtu;
  }

  smallestMtu(): number {
    return 68;
  }

  safeMtu(): number {
    return 576;
  }

  headerLength(): number {
    return 20;
  }

  pseudoHeaderSum = pseudoHeaderSum as IpLayer['pseudoHeaderSum'];

  reserve(length: number): number {
    if (this.room <= 0) return -1;
    this.#reserved = length;
    if (this.isSilent) return HEADROOM;
    this.transmitBuffer.fill(POISON, HEADROOM, HEADROOM + length);
    return HEADROOM;
  }

  lend(at: number, buf: Uint8Array, start: number, end: number): boolean {
    if (!this.lends) return false;
    this.#lent.push({ at, buf, start, end });
    return true;
  }

  commit(
    start: number,
    end: number,
    source: number,
    destination: number,
    protocol: number,
    state: ChecksumState,
    segmentSize: number,
    tos = 0,
  ): void {
    if (this.isSilent) return;
    this.room--;
    const length = end - start;
    if (start !== HEADROOM || length > this.#reserved) throw new Error('outside of reservation');
    if (protocol !== IpProtocol.TCP) throw new Error(`protocol ${protocol}`);
    const limit = segmentSize > 0 ? this.segmentationOffload : this.mtu;
    if (length + 20 > limit) throw new Error(`${length + 20} bytes in a packet of ${limit}`);
    for (const lent of this.#lent.splice(0)) {
      if (state !== ChecksumState.PARTIAL) throw new Error('lent, and summed up all the same');
      this.pieces++;
      this.transmitBuffer.set(lent.buf.subarray(lent.start, lent.end), lent.at);
    }
    const bytes = this.transmitBuffer.slice(start, end);
    const pseudo = pseudoHeaderSum(source, destination, IpProtocol.TCP, length);
    if (state === ChecksumState.COMPLETE && checksum(bytes, 0, length, pseudo) !== 0) {
      throw new Error('wrong checksum sent');
    }
    if (state === ChecksumState.PARTIAL && readU16(bytes, 16) !== checksumFold(pseudo)) {
      throw new Error('wrong pseudo-header sum sent');
    }
    const header = createTcpHeader();
    const drop = parseTcp(bytes, 0, length, header);
    if (drop !== null) throw new Error(`sent a segment that is ${drop}`);
    this.sent.push({
      at: this.now,
      header,
      bytes,
      source,
      destination,
      segmentSize,
      checksum: state,
      tos,
    });
  }

  /** Hands out what was recorded since the last call. */
  take(): SentSegment[] {
    const taken = this.sent;
    this.sent = [];
    return taken;
  }
}
