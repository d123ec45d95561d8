/**
 * The way out: what fits into one packet of the path is written in place and leaves with DF set, its
 * checksum left to the device where that can; what does not, or has a TTL of its own, is built aside
 * and given to IP, which cuts it (RFC 1122, 4.1.3.4; RFC 8085, 3.2). Fragments go without DF.
 *
 * The invariant of the fast path: nothing is allocated, and the data is copied once.
 */

import { checksum, checksumFold, writeU16 } from '@netlayers/bytes';
import {
  ChecksumState,
  formatAddress,
  type IpAddress,
  type IpDatagramLayer,
  IpProtocol,
  type SendFailure,
  sameAddress,
} from '@netlayers/ip';
import type { UdpCounters, UdpSendDrop } from './counters.js';
import type { Sender, UdpEndpoint } from './endpoint.js';
import { UdpError, type UdpErrorCode } from './errors.js';
import { emitUdpHeader, UDP_CHECKSUM_OFFSET, UDP_HEADER_LENGTH } from './header.js';
import type { PathMtus } from './path-mtus.js';

/** The largest IP packet, its header included. */
const LARGEST_PACKET = 0xffff;

/** What is an error; the device's full queue is none. */
type UdpSendFailure = Exclude<UdpSendDrop, 'queue-full'>;

/** What each failure of IP is called here. */
const FAILURES: Readonly<Record<Exclude<SendFailure, 'queue-full'>, UdpSendFailure>> = {
  'no-route': 'no-route',
  'too-long': 'too-long',
  'fragmentation-needed': 'too-long',
};

const CODES: Readonly<Record<UdpSendFailure, UdpErrorCode>> = {
  'no-route': 'ENETUNREACH',
  'too-long': 'EMSGSIZE',
  'not-permitted': 'EACCES',
  'bad-source': 'EINVAL',
};

/** Sends the datagrams of one stack. */
export class UdpSender {
  readonly #ip: IpDatagramLayer;
  readonly #counters: UdpCounters;
  readonly #pathMtus: PathMtus;
  /** Where datagrams are built that IP has to cut. Grows to the largest. */
  #scratch: Uint8Array = new Uint8Array(0);

  constructor(ip: IpDatagramLayer, counters: UdpCounters, pathMtus: PathMtus) {
    this.#ip = ip;
    this.#counters = counters;
    this.#pathMtus = pathMtus;
  }

  /** See `UdpEndpoint.send`. */
  send(
    endpoint: UdpEndpoint,
    buf: Uint8Array,
    start: number,
    end: number,
    destination: IpAddress,
    port: number,
    source: IpAddress | null,
  ): boolean {
    if (port === 0) {
      throw new UdpError('EINVAL', { syscall: 'send' }, 'port 0 is nobody: choose 1 to 65535');
    }
    const from = this.sourceFor(endpoint, destination, port, source, 'send');
    const ip = this.#ip;
    const length = UDP_HEADER_LENGTH + end - start;
    const packetLength = ip.headerLength(destination) + length;
    const mtu = Math.min(ip.mtuTo(destination), this.#pathMtus.mtuTo(destination));
    const fits = packetLength <= mtu;
    if (packetLength > LARGEST_PACKET || (!fits && ip.broadcastSource(destination) !== null)) {
      throw this.#failure('too-long', 'send', destination, port);
    }
    const isSent =
      fits && endpoint.ttl === null
        ? this.#sendInPlace(endpoint, buf, start, end, from, destination, port)
        : this.#sendAside(endpoint, buf, start, end, from, destination, port, mtu);
    if (!isSent) {
      this.#counters.notSent['queue-full']++;
      return false;
    }
    this.#counters.datagramsSent++;
    this.#counters.bytesSent += end - start;
    if (!fits) this.#counters.datagramsFragmented++;
    return true;
  }

  /**
   * The address that a datagram leaves from.
   *
   * @param source the application's choice; `null` = the route's.
   * @throws UdpError EACCES, ENETUNREACH, EINVAL.
   */
  sourceFor(
    endpoint: Sender,
    destination: IpAddress,
    port: number,
    source: IpAddress | null,
    syscall: 'connect' | 'send',
  ): IpAddress {
    const ip = this.#ip;
    const ofBroadcast = ip.broadcastSource(destination);
    if (ofBroadcast !== null && !endpoint.broadcast) {
      throw this.#failure('not-permitted', syscall, destination, port);
    }
    const ofRoute = ofBroadcast ?? ip.sourceFor(destination);
    if (ofRoute === null) throw this.#failure('no-route', syscall, destination, port);
    const { localAddress } = endpoint;
    const chosen = localAddress ?? source;
    if (chosen === null) return ofRoute;
    const isOther = localAddress !== null && source !== null && !sameAddress(localAddress, source);
    if (!isOther && ip.isSourceFor(chosen, destination)) return chosen;
    throw this.#failure('bad-source', syscall, destination, port);
  }

  #sendInPlace(
    endpoint: UdpEndpoint,
    buf: Uint8Array,
    start: number,
    end: number,
    source: IpAddress,
    destination: IpAddress,
    port: number,
  ): boolean {
    const ip = this.#ip;
    const length = UDP_HEADER_LENGTH + end - start;
    const at = ip.reserve(length, destination);
    if (at < 0) return false;
    const out = ip.transmitBuffer;
    emitUdpHeader(out, at, endpoint.localPort, port, length);
    out.set(buf.subarray(start, end), at + UDP_HEADER_LENGTH);
    const pseudo = ip.pseudoHeaderSum(source, destination, IpProtocol.UDP, length);
    const offload = ip.checksumOffload;
    const sum = offload
      ? checksumFold(pseudo)
      : transmitted(checksum(out, at, at + length, pseudo));
    writeU16(out, at + UDP_CHECKSUM_OFFSET, sum);
    ip.commit(
      at,
      at + length,
      source,
      destination,
      IpProtocol.UDP,
      offload ? ChecksumState.PARTIAL : ChecksumState.COMPLETE,
      0,
      endpoint.tos,
    );
    return true;
  }

  #sendAside(
    endpoint: UdpEndpoint,
    buf: Uint8Array,
    start: number,
    end: number,
    source: IpAddress,
    destination: IpAddress,
    port: number,
    mtu: number,
  ): boolean {
    const length = UDP_HEADER_LENGTH + end - start;
    if (this.#scratch.length < length) this.#scratch = new Uint8Array(Math.max(length, 2048));
    const scratch = this.#scratch;
    emitUdpHeader(scratch, 0, endpoint.localPort, port, length);
    scratch.set(buf.subarray(start, end), UDP_HEADER_LENGTH);
    const pseudo = this.#ip.pseudoHeaderSum(source, destination, IpProtocol.UDP, length);
    writeU16(scratch, UDP_CHECKSUM_OFFSET, transmitted(checksum(scratch, 0, length, pseudo)));
    const datagram = {
      source,
      destination,
      protocol: IpProtocol.UDP,
      tos: endpoint.tos,
      mtu,
      dontFragment: this.#ip.headerLength(destination) + length <= mtu,
      ...(endpoint.ttl !== null && { ttl: endpoint.ttl }),
    };
    const failure = this.#ip.send(datagram, scratch, 0, length);
    if (failure === null) return true;
    if (failure === 'queue-full') return false;
    throw this.#failure(FAILURES[failure], 'send', destination, port);
  }

  #failure(
    drop: UdpSendFailure,
    syscall: 'connect' | 'send',
    destination: IpAddress,
    port: number,
  ): UdpError {
    if (syscall === 'send') this.#counters.notSent[drop]++;
    return new UdpError(CODES[drop], { syscall, address: formatAddress(destination), port });
  }
}

/** RFC 768: a checksum of zero would say that there is none. */
const transmitted = (sum: number): number => (sum === 0 ? 0xffff : sum);
