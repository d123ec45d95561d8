/** Two stacks that stand for one host, and what comes to the wrong one of them. */

import { checksum, writeU16 } from '@netlayers/bytes';
import { type MemoryDevice, memoryWire } from '@netlayers/link';
import { createStack, type Stack, type StackOptions, type TcpSocket } from '@netlayers/stack';
import { seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { Bench, codeOf, utf8 } from './bench.js';

const SECRET = Uint8Array.from({ length: 48 }, (_, at) => at * 7);

function send(device: MemoryDevice, packet: Uint8Array): void {
  const at = device.reserve(packet.length);
  device.transmitBuffer.set(packet, at);
  device.commit(at, at + packet.length, 0, 0);
  device.flush();
}

/** A client, two stacks for 10.0.0.2, and the place where its packets are sent to one of them. */
class TwoForOne {
  readonly bench = new Bench();
  readonly client: Stack;
  readonly hosts: readonly [Stack, Stack];
  /** Which of the two gets what the client sends. */
  queue: 0 | 1 = 0;
  /** What becomes of a packet on its way to the queue. */
  change: (packet: Uint8Array) => Uint8Array[] = (packet) => [packet];
  /** The same for what goes to the client. */
  changeBack: (packet: Uint8Array) => Uint8Array[] = (packet) => [packet];
  /** What each was shown. */
  readonly shown: [Uint8Array[], Uint8Array[]] = [[], []];
  /** Whether it goes to the other one. */
  handsOver = true;

  constructor(options: Partial<StackOptions> = {}) {
    const { bench } = this;
    const [near, middle] = memoryWire();
    const common = { clock: bench.clock, scheduler: bench };
    this.client = createStack({
      device: near,
      address: '10.0.0.1',
      random: seededRandom(1).u32,
      ...common,
    });
    const ends: MemoryDevice[] = [];
    const make = (index: 0 | 1): Stack => {
      const [device, end] = memoryWire();
      ends.push(end);
      return createStack({
        device,
        address: '10.0.0.2',
        random: seededRandom(2 + index).u32,
        sharedSecret: SECRET,
        onUnclaimed: (...packet) => this.#unclaimed(index, ...packet),
        ...common,
        ...options,
      });
    };
    this.hosts = [make(0), make(1)];
    const pass = (from: MemoryDevice, to: () => MemoryDevice): void => {
      const handlePacket = (buf: Uint8Array, start: number, end: number): void => {
        const change = from === middle ? this.change : this.changeBack;
        for (const packet of change(buf.slice(start, end))) send(to(), packet);
      };
      from.onReadable = () => bench.soon(() => from.receive(64, { handlePacket }));
    };
    pass(middle, () => ends[this.queue]!);
    for (const end of ends) pass(end, () => middle);
  }

  #unclaimed(
    index: 0 | 1,
    buf: Uint8Array,
    start: number,
    end: number,
    ...rest: [0 | 1 | 2, number]
  ): boolean {
    const packet = buf.slice(start, end);
    this.shown[index].push(packet);
    if (!this.handsOver) return false;
    this.bench.soon(() =>
      this.hosts[index === 0 ? 1 : 0].handlePacket(packet, 0, packet.length, ...rest),
    );
    return true;
  }

  /** The client connects to the first of the two, which answers with what it is sent. */
  async connect(): Promise<{ socket: TcpSocket; heard: () => string; ended: () => unknown }> {
    for (const host of this.hosts) {
      host.listen(
        { port: 7 },
        (socket) => void socket.readable.pipeTo(socket.writable).catch(() => {}),
      );
    }
    const socket = await this.bench.wait(this.client.connect({ host: '10.0.0.2', port: 7 }));
    let text = '';
    let end: unknown = 'open';
    socket.setHandler({
      handleData: (buf, start, stop) => {
        text += new TextDecoder().decode(buf.subarray(start, stop));
      },
      handleEnd() {},
      handleDrain() {},
      handleClose: (error) => {
        end = codeOf(error) ?? 'closed';
      },
    });
    return { socket, heard: () => text, ended: () => end };
  }
}

/** Cuts a packet into two fragments (RFC 791, 3.2). */
function fragments(packet: Uint8Array): Uint8Array[] {
  const cut = 32;
  return [
    [0, cut],
    [cut, packet.length - 20],
  ].map(([from, to]) => {
    const fragment = new Uint8Array(20 + to! - from!);
    fragment.set(packet.subarray(0, 20));
    fragment.set(packet.subarray(20 + from!, 20 + to!), 20);
    writeU16(fragment, 2, fragment.length);
    writeU16(fragment, 4, 77);
    writeU16(fragment, 6, (from === 0 ? 0x2000 : 0) | (from! >> 3));
    writeU16(fragment, 10, 0);
    writeU16(fragment, 10, checksum(fragment, 0, 20, 0));
    return fragment;
  });
}

describe('a segment that comes to another stack of the same host', () => {
  it('is shown before it is answered, and taken by the one that has its connection', async () => {
    const two = new TwoForOne();
    const { socket, heard, ended } = await two.connect();
    two.queue = 1;
    socket.write(utf8('hello'));
    await two.bench.until(() => heard() === 'hello');
    expect(ended()).toBe('open');
    expect(two.shown[0]).toEqual([]);
    expect(two.shown[1].length).toBeGreaterThan(0);
    expect(two.hosts[1].counters().tcp.dropped['handed-over']).toBe(two.shown[1].length);
    expect(two.hosts[1].counters().tcp.resetsSent).toBe(0);
    socket.end();
    await two.bench.until(() => ended() === 'closed');
  });

  it('is shown whole when it has come in fragments', async () => {
    const two = new TwoForOne();
    const { socket, heard } = await two.connect();
    two.queue = 1;
    two.change = fragments;
    const text = 'a text that is long enough to be cut';
    socket.write(utf8(text));
    await two.bench.until(() => heard() === text);
    expect(two.hosts[1].counters().ipv4.reassembled).toBeGreaterThan(0);
  });

  it('is reset where nobody takes it [RFC 9293 3.10.7.1]', async () => {
    const two = new TwoForOne();
    two.handsOver = false;
    const { socket, ended } = await two.connect();
    two.queue = 1;
    socket.write(utf8('hello'));
    await two.bench.until(() => ended() === 'ECONNRESET');
    expect(two.shown[1]).toHaveLength(1);
  });

  it('is a reset: its connection ends', async () => {
    const two = new TwoForOne();
    const { socket } = await two.connect();
    two.queue = 1;
    socket.abort();
    await two.bench.until(() => two.hosts[0].counters().connections === 0);
    expect(two.hosts[0].counters().tcp.resetsReceived).toBe(1);
  });

  it('is no SYN: that is for whoever gets it', async () => {
    const two = new TwoForOne();
    two.queue = 1;
    const { socket, heard } = await two.connect();
    socket.write(utf8('hello'));
    await two.bench.until(() => heard() === 'hello');
    expect(two.shown).toEqual([[], []]);
  });
});

/** "Fragmentation needed" about a packet (RFC 792; RFC 1191, 4), from a router to the one who sent it. */
function tooBig(packet: Uint8Array, mtu: number): Uint8Array {
  const quoted = 28;
  const error = new Uint8Array(28 + quoted);
  error.set(packet.subarray(0, 20));
  error.set(packet.subarray(12, 16), 16);
  error.set([10, 9, 9, 9], 12);
  writeU16(error, 2, error.length);
  error[9] = 1;
  writeU16(error, 10, 0);
  writeU16(error, 10, checksum(error, 0, 20, 0));
  error.set([3, 4], 20);
  writeU16(error, 26, mtu);
  error.set(packet.subarray(0, quoted), 28);
  writeU16(error, 22, checksum(error, 20, error.length, 0));
  return error;
}

describe('an ICMP error that comes to another stack of the same host', () => {
  it('is shown whole, and heeded by the one that has the connection [RFC 1191 6]', async () => {
    const two = new TwoForOne();
    const { socket, heard } = await two.connect();
    let largest = 0;
    two.changeBack = (packet) => {
      // A link on the way carries 600.
      if (packet.length <= 600) {
        largest = Math.max(largest, packet.length);
        return [packet];
      }
      two.bench.soon(() => two.hosts[1].handlePacket(tooBig(packet, 600), 0, 56));
      return [];
    };
    socket.write(utf8('x'.repeat(2000)));
    await two.bench.until(() => heard().length === 2000);
    expect(largest).toBe(600);
    expect(two.shown[1].map((packet) => packet[9])).toContain(1);
    expect(two.hosts[0].counters().ipv4.icmpErrorsReceived).toBeGreaterThan(0);
  });
});

describe('stacks with one secret', () => {
  it('need 48 bytes of it', () => {
    expect(() => new TwoForOne({ sharedSecret: new Uint8Array(16) })).toThrow('48 random bytes');
  });

  it('take the SYN cookies of each other [RFC 4987 3.6]', async () => {
    const two = new TwoForOne({ tcp: { synCookies: 'always' } });
    let packets = 0;
    two.change = (packet) => {
      // The SYN goes to one, what follows to the other.
      if (packets++ > 0) two.queue = 1;
      return [packet];
    };
    const { socket, heard } = await two.connect();
    socket.write(utf8('hello'));
    await two.bench.until(() => heard() === 'hello');
    expect(two.hosts.map((host) => host.counters().connections)).toEqual([0, 1]);
    expect(two.hosts[1].counters().tcp.synCookiesReceived).toBe(1);
    expect(two.shown).toEqual([[], []]);
  });

  it('begin a connection with the same number at the same time [RFC 6528 3]', async () => {
    const two = new TwoForOne();
    const synAcks: string[] = [];
    two.change = (packet) => {
      two.queue = 0;
      two.bench.soon(() => two.hosts[1].handlePacket(packet, 0, packet.length));
      return [packet];
    };
    two.changeBack = (packet) => {
      if (packet[33] === 0x12) synAcks.push(packet.subarray(20).toString());
      return [packet];
    };
    await two.connect();
    expect(synAcks.length).toBeGreaterThan(1);
    expect(synAcks[1]).toBe(synAcks[0]);
  });
});
