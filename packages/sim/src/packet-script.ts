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
import type { Stack } from '@netlayers/stack';
import { createTcpHeader, parseTcp, TcpFlag } from '@netlayers/tcp';
import { createNetwork, type SimEndpoint, type SimNetwork } from './network.js';
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
}

const STACK_ADDRESS = '10.0.0.1';
const PEER_ADDRESS = '10.0.0.2';
const DEFAULT_PEER_ISN = 0xffff_fed8;
const TTL = 64;

/** A stack, and the script that is its peer; made by `packetScript`. */
export class PacketScript {
  /** The stack under test. */
  readonly stack: Stack;
  readonly network: SimNetwork;
  readonly peerAddress = PEER_ADDRESS;
  readonly #endpoint: SimEndpoint;
  readonly #stackAddress: number;
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

  constructor(options: PacketScriptOptions) {
    const { seed, mtu, peerIsn, stackPort, peerPort, ...host } = options;
    this.network = createNetwork({ ...(seed !== undefined && { seed }) });
    const stack = this.network.host({ address: STACK_ADDRESS, ...host });
    this.#endpoint = this.network.endpoint({ address: PEER_ADDRESS });
    this.network.link(stack, this.#endpoint, { ...(mtu !== undefined && { mtu }) });
    this.stack = stack.stack;
    this.#stackAddress = parseIpv4(stack.address) ?? 0;
    this.#peerIsn = (peerIsn ?? DEFAULT_PEER_ISN) >>> 0;
    this.#stackPort = stackPort ?? 80;
    this.#peerPort = peerPort ?? 40_000;
    this.#endpoint.device.onReadable = () => this.#receive();
  }

  /** Sends a segment to the stack, and lets it do everything it does at this moment. */
  async inject(segment: ScriptSegment): Promise<void> {
    this.#peerPort = segment.peerPort ?? this.#peerPort;
    this.#stackPort = segment.stackPort ?? this.#stackPort;
    const ports = { peerPort: this.#peerPort, stackPort: this.#stackPort };
    const addresses = { peer: parseIpv4(PEER_ADDRESS) ?? 0, stack: this.#stackAddress };
    const { device } = this.#endpoint;
    const at = device.reserve(0xffff) + IPV4_HEADER_LENGTH;
    const bases = this.#basesOf(this.#stackPort, this.#peerPort);
    const buf = device.transmitBuffer;
    const end = encodeSegment(buf, at, segment, bases, ports, addresses);
    this.#commit(at - IPV4_HEADER_LENGTH, end, IpProtocol.TCP);
    this.#note(`peer   ${formatSegment(segment)}`);
    await this.settle();
  }

  /** Sends a UDP datagram to the stack, in fragments if it says so. */
  async injectUdp(datagram: ScriptDatagram): Promise<void> {
    this.#peerPort = datagram.peerPort ?? this.#peerPort;
    this.#stackPort = datagram.stackPort ?? this.#stackPort;
    const ports = { peerPort: this.#peerPort, stackPort: this.#stackPort };
    const addresses = { peer: parseIpv4(PEER_ADDRESS) ?? 0, stack: this.#stackAddress };
    const bytes = encodeDatagram(datagram, ports, addresses);
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

  /** Lets that much time pass. */
  async advance(ms: number): Promise<void> {
    await this.network.advance(ms);
  }

  /** Lets everything happen that happens at this moment. */
  async settle(): Promise<void> {
    await this.network.settle();
  }

  /** Connects from the peer by a handshake without options: a port on which the stack listens. */
  async connect(syn: ScriptSegment = {}): Promise<void> {
    await this.inject({ flags: 'S', seq: 0, ...syn });
    await this.expect({ flags: 'SA', seq: 0, ack: 1 });
    await this.inject({ flags: 'A', seq: 1, ack: 1 });
  }

  #commitPayload(protocol: number, payload: Uint8Array, fields: Partial<Ipv4Header>): void {
    const { device } = this.#endpoint;
    const at = device.reserve(IPV4_HEADER_LENGTH + payload.length);
    device.transmitBuffer.set(payload, at + IPV4_HEADER_LENGTH);
    this.#commit(at, at + IPV4_HEADER_LENGTH + payload.length, protocol, fields);
  }

  #commit(start: number, end: number, protocol: number, fields: Partial<Ipv4Header> = {}): void {
    const { device } = this.#endpoint;
    emitIpv4Header(device.transmitBuffer, start, {
      ...createIpv4Header(),
      totalLength: end - start,
      ttl: TTL,
      protocol,
      source: parseIpv4(PEER_ADDRESS) ?? 0,
      destination: this.#stackAddress,
      identification: this.#identification,
      ...fields,
    });
    device.commit(start, end, 0, 0);
    device.flush();
  }

  #receive(): void {
    this.#endpoint.device.receive(Number.POSITIVE_INFINITY, {
      handlePacket: (buf, start, end) => this.#take(buf, start, end),
    });
  }

  #take(buf: Uint8Array, start: number, end: number): void {
    const ip = this.#ipHeader;
    if (parseIpv4Header(buf, start, end, ip) !== null) return;
    if (ip.protocol !== IpProtocol.TCP) {
      const payload = start + ip.headerLength;
      const last = start + ip.totalLength;
      const now = this.network.clock.now();
      const datagram = decodeDatagram(ip, buf, payload, last, now);
      this.#datagrams.push(datagram);
      this.#note(`stack  ${formatDatagram(datagram)} to ${formatIpv4(ip.destination)}`);
      return;
    }
    const header = this.#header;
    parseTcp(buf, start + ip.headerLength, start + ip.totalLength, header);
    const bases = this.#basesOf(header.sourcePort, header.destinationPort);
    if ((header.flags & TcpFlag.SYN) !== 0) bases.stackIsn = header.seq;
    const sent = decodeSegment(header, buf, bases, this.network.clock.now());
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
    this.#conversation.push(`${this.network.clock.now().toFixed(3).padStart(12)}  ${line}`);
  }

  #failure(message: string): Error {
    return new Error([message, 'the conversation so far:', ...this.#conversation].join('\n'));
  }
}

/** Makes a stack at 10.0.0.1 whose peer at 10.0.0.2 is a script. */
export const packetScript = (options: PacketScriptOptions = {}): PacketScript =>
  new PacketScript(options);
