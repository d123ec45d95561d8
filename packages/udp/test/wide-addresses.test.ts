/** UDP over addresses that are objects, overwritten as soon as a handler has returned (decision 010). */

import type {
  IpAddress,
  IpDatagram,
  IpDatagramLayer,
  SendFailure,
  WideAddress,
} from '@netlayers/ip';
import { seededRandom } from '@netlayers/testkit';
import { emitUdpHeader, Udp } from '@netlayers/udp';
import { describe, expect, it } from 'vitest';
import { bytes, FakeIp, OTHER, PEER, Recorder, US } from './fake-ip.js';

/** An address that holds a number and does not let anybody see it. */
class Wide implements WideAddress {
  #value: number;

  constructor(value: number) {
    this.#value = value;
  }

  equals(other: WideAddress): boolean {
    return other instanceof Wide && other.#value === this.#value;
  }

  hash(seed: number): number {
    return seed ^ this.#value;
  }

  writeWords(into: Int32Array, at: number): number {
    into[at] = this.#value;
    return at + 1;
  }

  keep(): Wide {
    return new Wide(this.#value);
  }

  toString(): string {
    return `wide ${this.#value.toString(16)}`;
  }

  /** For the layer that made it. */
  static valueOf(address: IpAddress): number {
    if (!(address instanceof Wide)) throw new Error('not one of this layer');
    return address.#value;
  }

  become(value: number): void {
    this.#value = value;
  }
}

const numberOf = (address: IpAddress): number => Wide.valueOf(address);

/** The fake layer behind such addresses. */
class WideIp implements IpDatagramLayer {
  readonly inner = new FakeIp();
  readonly transmitBuffer = this.inner.transmitBuffer;
  readonly checksumOffload = false;
  readonly segmentationOffload = 0;
  readonly #us = new Wide(US);
  sourceFor = (): IpAddress => this.#us;
  isSourceFor = (source: IpAddress): boolean => numberOf(source) === US;
  broadcastSource = (): null => null;
  mtuTo = (): number => 1500;
  smallestMtu = (): number => 1280;
  safeMtu = (): number => 1280;
  headerLength = (): number => 20;
  lend = (): boolean => false;
  reserve = (length: number): number => this.inner.reserve(length);
  reportPortUnreachable = (): void => {};

  pseudoHeaderSum(source: IpAddress, to: IpAddress, protocol: number, length: number): number {
    return this.inner.pseudoHeaderSum(numberOf(source), numberOf(to), protocol, length);
  }

  commit(...[start, end, source, to, ...rest]: Parameters<IpDatagramLayer['commit']>): void {
    this.inner.commit(start, end, numberOf(source), numberOf(to), ...rest);
  }

  send(datagram: IpDatagram, buf: Uint8Array, start: number, end: number): SendFailure | null {
    const source = numberOf(datagram.source ?? this.#us);
    const destination = numberOf(datagram.destination);
    return this.inner.send({ ...datagram, source, destination }, buf, start, end);
  }
}

function bench() {
  const ip = new WideIp();
  const udp = new Udp({ ip, randomU32: seededRandom(1).u32 });
  const source = new Wide(0);
  const destination = new Wide(0);
  const arrive = (text: string, from: number): void => {
    const packet = new Uint8Array(8 + text.length);
    emitUdpHeader(packet, 0, 4000, 53, packet.length);
    packet.set(bytes(text), 8);
    source.become(from);
    destination.become(US);
    udp.handleSegment({ source, destination, tos: 0, ttl: 64 }, packet, 0, packet.length, 0, 0, 0);
    for (const address of [source, destination]) address.become(0xdb);
  };
  return { ip, udp, arrive, source };
}

describe('addresses that are overwritten', () => {
  it('are kept by a connection', () => {
    const { ip, udp, arrive } = bench();
    const recorder = new Recorder();
    const socket = udp.bind({ port: 53 }, recorder);
    const address = new Wide(PEER);
    socket.connect(address, 4000);
    address.become(OTHER);
    arrive('of the peer', PEER);
    arrive('of another', OTHER);
    socket.send(bytes('x'), 0, 1);
    expect(recorder.texts).toEqual(['of the peer']);
    expect(ip.inner.sent[0]).toMatchObject({ source: US, destination: PEER });
  });

  it('are kept by a socket that is bound to one', () => {
    const { udp, arrive } = bench();
    const recorder = new Recorder();
    const address = new Wide(US);
    udp.bind({ port: 53, address }, recorder);
    address.become(OTHER);
    arrive('x', PEER);
    expect(recorder.texts).toEqual(['x']);
    expect(() => udp.bind({ port: 53, address: new Wide(US) }, null)).toThrow('wide a000001:53');
  });

  it('are kept with a datagram that waits, and valid for an answer', () => {
    const { ip, udp, arrive } = bench();
    const socket = udp.bind({ port: 53 }, null);
    arrive('a', PEER);
    arrive('b', OTHER);
    socket.setHandler({
      handleDatagram: (buf, start, end, { source, sourcePort, destination }) =>
        void socket.send(buf, start, end, source, sourcePort, destination),
      handleError() {},
      handleDrain() {},
    });
    udp.deliverEvents();
    arrive('c', PEER);
    expect(ip.inner.sent.map(({ text, destination }) => [text, destination])).toEqual([
      ['a', PEER],
      ['b', OTHER],
      ['c', PEER],
    ]);
  });

  it('are kept with the MTU of a path, and told as text in errors', () => {
    const { ip, udp, source } = bench();
    const recorder = new Recorder();
    const socket = udp.bind({ port: 53 }, recorder);
    const quote = Uint8Array.of(0, 53, 0x0f, 0xa0, 0, 8, 0, 0);
    const error = { mtu: 1300, reporter: source, source: new Wide(US), destination: source };
    source.become(PEER);
    udp.handleIpError({ kind: 'packet-too-big', ...error }, quote, 0, 8, 0);
    source.become(OTHER);
    for (const peer of [PEER, OTHER]) socket.send(new Uint8Array(1400), 0, 1400, new Wide(peer), 1);
    expect(ip.inner.sent.map(({ asked }) => asked?.mtu)).toEqual([1300, undefined]);
    expect(recorder.errors).toMatchObject([{ code: 'EMSGSIZE', address: 'wide a000002' }]);
  });
});
