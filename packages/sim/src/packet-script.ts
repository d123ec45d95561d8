/**
 * A scripted peer: a test says packet by packet what the other end of a stack's wire sends, and what
 * the stack has to answer, in the manner of packetdrill: TCP, UDP and what ICMP says about them.
 *
 * Nothing happens by itself: time moves with `advance` only, and `expect` looks at what has been
 * sent by then. A script that is not met throws with the whole conversation in the message.
 */

import { formatIpv4, parseIpv4 } from '@netlayers/bytes';
import {
  createIpv4Header,
  emitIpv4Header,
  IPV4_HEADER_LENGTH,
  IpProtocol,
  type Ipv4Header,
  parseIpv4Header,
} from '@netlayers/ipv4';
import type { LinkDevice } from '@netlayers/link';
import type { Stack } from '@netlayers/stack';
import { createTcpHeader, parseTcp, TcpFlag } from '@netlayers/tcp';
import type { SimNetwork } from './network.js';
import {
  decodeDatagram,
  differenceOfDatagram,
  encodeDatagram,
  formatDatagram,
  type ScriptDatagram,
  type SentDatagram,
} from './script-datagram.js';
import {
  type Bases,
  decodeSegment,
  differenceOf,
  encodeSegment,
  formatSegment,
  type ScriptSegment,
  type SentSegment,
} from './script-segment.js';
import { deviceWire, type ScriptWire, simulatedWire } from './script-wire.js';
import type { HostOptions } from './sim-host.js';

/** What a script is made of: a stack's options, and what the peer is. */
export interface PacketScriptOptions extends Partial<HostOptions> {
  /** @default 1 */
  readonly seed?: number;
  /** @default 1500 */
  readonly mtu?: number;
  /** Sequence number of the peer's SYN. @default 4,294,967,000: it wraps around soon */
  readonly peerIsn?: number;
  /** Port of the stack that the peer talks to. @default 80 */
  readonly stackPort?: number;
  /** @default 40000 */
  readonly peerPort?: number;
  /** The script's own address. @default 10.0.0.2 */
  readonly peerAddress?: string;
  /**
   * The script's end of a wire, with somebody else's stack behind it at `address`, in the host's time:
   * the kernel behind a TUN device, for one. The script owns it. @default a simulated link
   */
  readonly device?: LinkDevice;
  /** With a `device`: how long the other side may take to answer, in ms. @default 30 */
  readonly answerMs?: number;
}

const STACK_ADDRESS = '10.0.0.1';
const PEER_ADDRESS = '10.0.0.2';
const DEFAULT_ANSWER_MS = 30;
const DEFAULT_PEER_ISN = 0xffff_fed8;
const TTL = 64;

/** A stack, and the script that is its peer; made by `packetScript`. */
export class PacketScript {
  readonly peerAddress: string;
  readonly #wire: ScriptWire;
  readonly #addresses: { readonly peer: number; readonly stack: number };
  readonly #peerIsn: number;
  readonly #bases = new Map<string, Bases>();
  readonly #sent: SentSegment[] = [];
  /** What the stack has sent that is not TCP. */
  readonly #datagrams: SentDatagram[] = [];
  readonly #conversation: string[] = [];
  readonly #header = createTcpHeader();
  readonly #ipHeader = createIpv4Header();
  #peerPort: number;
  #stackPort: number;
  /** Of the fragments of one datagram. */
  #identification = 0;

  /** @throws RangeError for an address that is none. */
  constructor(options: PacketScriptOptions) {
    const { peerIsn, stackPort, peerPort, device, answerMs, peerAddress, ...rest } = options;
    const host = { address: STACK_ADDRESS, ...rest };
    this.peerAddress = peerAddress ?? PEER_ADDRESS;
    this.#wire =
      device === undefined
        ? simulatedWire(host, this.peerAddress)
        : deviceWire(device, answerMs ?? DEFAULT_ANSWER_MS);
    this.#addresses = { peer: addressOf(this.peerAddress), stack: addressOf(host.address) };
    this.#peerIsn = (peerIsn ?? DEFAULT_PEER_ISN) >>> 0;
    this.#stackPort = stackPort ?? 80;
    this.#peerPort = peerPort ?? 40_000;
    this.#wire.device.onReadable = () => this.#receive();
  }

  /**
   * The stack under test.
   *
   * @throws Error where it is somebody else's, behind a `device`.
   */
  get stack(): Stack {
    if (this.#wire.stack !== null) return this.#wire.stack;
    throw new Error('the stack behind a device of yours is not known to the script');
  }

  /**
   * The simulated network that the script is on.
   *
   * @throws Error where it is on a `device`.
   */
  get network(): SimNetwork {
    if (this.#wire.network !== null) return this.#wire.network;
    throw new Error('a script on a device of yours is on no simulated network');
  }

  /** Sends a segment to the stack, and lets it do everything it does at this moment. */
  async inject(segment: ScriptSegment): Promise<void> {
    this.#peerPort = segment.peerPort ?? this.#peerPort;
    this.#stackPort = segment.stackPort ?? this.#stackPort;
    const ports = { peerPort: this.#peerPort, stackPort: this.#stackPort };
    const { device } = this.#wire;
    const at = device.reserve(this.#wire.largest) + IPV4_HEADER_LENGTH;
    const bases = this.#basesOf(this.#stackPort, this.#peerPort);
    const buf = device.transmitBuffer;
    const end = encodeSegment(buf, at, segment, bases, ports, this.#addresses);
    this.#commit(at - IPV4_HEADER_LENGTH, end, IpProtocol.TCP);
    this.#note(`peer   ${formatSegment(segment)}`);
    await this.settle();
  }

  /** Sends a UDP datagram to the stack, in fragments if it says so. */
  async injectUdp(datagram: ScriptDatagram): Promise<void> {
    this.#peerPort = datagram.peerPort ?? this.#peerPort;
    this.#stackPort = datagram.stackPort ?? this.#stackPort;
    const ports = { peerPort: this.#peerPort, stackPort: this.#stackPort };
    const bytes = encodeDatagram(datagram, ports, this.#addresses);
    const edges = [0, ...(datagram.cutAt ?? []), bytes.length];
    this.#identification++;
    for (const number of datagram.order ?? edges.slice(1).keys()) {
      const at = edges[number]!;
      const isLast = number === edges.length - 2;
      const fragment = { fragmentOffset: at, moreFragments: !isLast };
      this.#commitPayload(IpProtocol.UDP, bytes.subarray(at, edges[number + 1]), fragment);
    }
    const text = datagram.text ?? '';
    const from = { stackPort: this.#peerPort, peerPort: this.#stackPort };
    this.#note(
      `peer   ${formatDatagram({ protocol: 'udp', ...from, text, length: bytes.length - 8 })}`,
    );
    await this.settle();
  }

  /**
   * Takes the oldest packet that the stack has sent, is not TCP, and nobody has expected.
   *
   * @throws Error when there is none, or when it differs in what the expectation names.
   */
  async expectDatagram(expected: Partial<SentDatagram>): Promise<SentDatagram> {
    await this.settle();
    const sent = this.#datagrams.shift();
    if (sent === undefined) {
      throw this.#failure(`no datagram was sent: expected ${formatDatagram(expected)}`);
    }
    const difference = differenceOfDatagram(expected, sent);
    if (difference !== null) throw this.#failure(`${formatDatagram(sent)}: ${difference}`);
    this.#peerPort = sent.peerPort || this.#peerPort;
    this.#stackPort = sent.stackPort || this.#stackPort;
    return sent;
  }

  /** @throws Error when the stack has sent something besides TCP that nobody has expected. */
  async expectNoDatagram(): Promise<void> {
    await this.settle();
    const sent = this.#datagrams[0];
    if (sent !== undefined) throw this.#failure(`expected nothing: ${formatDatagram(sent)}`);
  }

  /**
   * Sends any IP packet to the stack, e.g. an ICMP error.
   *
   * @param payload what is behind the IP header.
   */
  async injectDatagram(protocol: number, payload: Uint8Array): Promise<void> {
    this.#commitPayload(protocol, payload, {});
    this.#note(`peer   protocol ${protocol} length ${payload.length}`);
    await this.settle();
  }

  /**
   * Takes the oldest segment that the stack has sent and nobody has expected.
   *
   * @throws Error when there is none, or when it differs in what the expectation names.
   */
  async expect(expected: ScriptSegment): Promise<SentSegment> {
    await this.settle();
    const sent = this.#sent.shift();
    if (sent === undefined)
      throw this.#failure(`nothing was sent: expected ${formatSegment(expected)}`);
    const difference = differenceOf(expected, sent);
    if (difference !== null) throw this.#failure(`${formatSegment(sent)}: ${difference}`);
    this.#peerPort = sent.peerPort;
    this.#stackPort = sent.stackPort;
    return sent;
  }

  /** @throws Error when the stack has sent something that nobody has expected. */
  async expectNothing(): Promise<void> {
    await this.settle();
    const sent = this.#sent[0];
    if (sent !== undefined) throw this.#failure(`expected nothing: ${formatSegment(sent)}`);
  }

  /** Lets that much time pass: virtual, or with a `device` the host's. */
  async advance(ms: number): Promise<void> {
    await this.#wire.advance(ms);
    this.#receive();
  }

  /** Lets everything happen that happens at this moment. */
  async settle(): Promise<void> {
    await this.#wire.settle();
    this.#receive();
  }

  /** Connects from the peer by a handshake without options: a port on which the stack listens. */
  async connect(syn: ScriptSegment = {}): Promise<void> {
    await this.inject({ flags: 'S', seq: 0, ...syn });
    await this.expect({ flags: 'SA', seq: 0, ack: 1 });
    await this.inject({ flags: 'A', seq: 1, ack: 1 });
  }

  #commitPayload(protocol: number, payload: Uint8Array, fields: Partial<Ipv4Header>): void {
    const { device } = this.#wire;
    const at = device.reserve(IPV4_HEADER_LENGTH + payload.length);
    device.transmitBuffer.set(payload, at + IPV4_HEADER_LENGTH);
    this.#commit(at, at + IPV4_HEADER_LENGTH + payload.length, protocol, fields);
  }

  #commit(start: number, end: number, protocol: number, fields: Partial<Ipv4Header> = {}): void {
    const { device } = this.#wire;
    emitIpv4Header(device.transmitBuffer, start, {
      ...createIpv4Header(),
      totalLength: end - start,
      ttl: TTL,
      protocol,
      source: this.#addresses.peer,
      destination: this.#addresses.stack,
      identification: this.#identification,
      ...fields,
    });
    device.commit(start, end, 0, 0);
    device.flush();
  }

  #receive(): void {
    this.#wire.device.receive(Number.POSITIVE_INFINITY, {
      handlePacket: (buf, start, end) => this.#take(buf, start, end),
    });
  }

  #take(buf: Uint8Array, start: number, end: number): void {
    const ip = this.#ipHeader;
    if (parseIpv4Header(buf, start, end, ip) !== null) return;
    if (ip.protocol !== IpProtocol.TCP) {
      const payload = start + ip.headerLength;
      const last = start + ip.totalLength;
      const now = this.#wire.clock.now();
      const datagram = decodeDatagram(ip, buf, payload, last, now);
      this.#datagrams.push(datagram);
      this.#note(`stack  ${formatDatagram(datagram)} to ${formatIpv4(ip.destination)}`);
      return;
    }
    const header = this.#header;
    parseTcp(buf, start + ip.headerLength, start + ip.totalLength, header);
    const bases = this.#basesOf(header.sourcePort, header.destinationPort);
    if ((header.flags & TcpFlag.SYN) !== 0) bases.stackIsn = header.seq;
    const sent = decodeSegment(header, buf, bases, this.#wire.clock.now());
    this.#sent.push(sent);
    this.#note(`stack  ${formatSegment(sent)}`);
  }

  #basesOf(stackPort: number, peerPort: number): Bases {
    const key = `${stackPort}:${peerPort}`;
    let bases = this.#bases.get(key);
    if (bases === undefined) {
      bases = { stackIsn: 0, peerIsn: this.#peerIsn };
      this.#bases.set(key, bases);
    }
    return bases;
  }

  #note(line: string): void {
    this.#conversation.push(`${this.#wire.clock.now().toFixed(3).padStart(12)}  ${line}`);
  }

  #failure(message: string): Error {
    return new Error([message, 'the conversation so far:', ...this.#conversation].join('\n'));
  }
}

function addressOf(text: string): number {
  const address = parseIpv4(text);
  if (address === null) throw new RangeError(`${text} is not an IPv4 address`);
  return address;
}

/** Makes a stack at 10.0.0.1 whose peer at 10.0.0.2 is a script. */
export const packetScript = (options: PacketScriptOptions = {}): PacketScript =>
  new PacketScript(options);
