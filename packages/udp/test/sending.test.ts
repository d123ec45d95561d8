import { ChecksumState } from '@netlayers/ip';
import { describe, expect, it } from 'vitest';
import { Bench, BROADCAST, bytes, LOOPBACK, OTHER, PEER, Recorder, US } from './fake-ip.js';

const hello = bytes('hello');
const big = new Uint8Array(3000);

describe('send', () => {
  it('writes a datagram in place, with the checksum of its data [RFC 768 checksum]', () => {
    const bench = new Bench();
    const socket = bench.udp.bind({ port: 53 }, null);
    socket.tos = 0xb8;
    expect(socket.send(hello, 1, 5, PEER, 4000)).toBe(true);
    expect(bench.ip.sent).toMatchObject([
      {
        source: US,
        destination: PEER,
        sourcePort: 53,
        destinationPort: 4000,
        text: 'ello',
        tos: 0xb8,
        asked: null,
      },
    ]);
    expect(bench.udp.counters).toMatchObject({ datagramsSent: 1, bytesSent: 4 });
    expect(bench.work).toBe(1);
  });

  it('leaves the checksum to a device that completes it', () => {
    const bench = new Bench();
    bench.ip.checksumOffload = true;
    bench.udp.bind({ port: 53 }, null).send(hello, 0, 5, PEER, 4000);
    expect(bench.ip.sent[0]?.state).toBe(ChecksumState.PARTIAL);
  });

  it('sends a checksum of zero as its other form [RFC 768 checksum]', () => {
    const bench = new Bench();
    const socket = bench.udp.bind({ port: 53 }, null);
    const data = new Uint8Array(2);
    const fields = new Set<number>();
    for (let value = 0; value < 0x10000; value++) {
      data[0] = value >>> 8;
      data[1] = value;
      socket.send(data, 0, 2, PEER, 4000);
      fields.add(bench.ip.sent.pop()?.checksumField ?? -1);
    }
    expect(fields.has(0)).toBe(false);
    expect(fields.has(0xffff)).toBe(true);
  });

  it('takes up to 65,507 bytes; what is larger than the MTU leaves in fragments [RFC 1122 4.1.4]', () => {
    const bench = new Bench();
    const socket = bench.udp.bind({ port: 53 }, null);
    socket.send(big, 0, 1472, PEER, 4000);
    socket.send(big, 0, 1473, PEER, 4000);
    const most = new Uint8Array(65_508);
    socket.send(most, 0, 65_507, PEER, 4000);
    expect(bench.ip.sent.map(({ length, asked }) => [length, asked?.dontFragment])).toEqual([
      [1472, undefined],
      [1473, false],
      [65_507, false],
    ]);
    expect(bench.ip.sent.map(({ asked }) => asked === null)).toEqual([true, false, false]);
    expect(() => socket.send(most, 0, 65_508, PEER, 4000)).toThrow('send EMSGSIZE 10.0.0.2:4000');
    expect(bench.udp.counters.notSent['too-long']).toBe(1);
    expect(bench.udp.counters.datagramsFragmented).toBe(2);
  });

  it('cuts what is larger than a path was reported to carry [RFC 8085 3.2]', () => {
    const bench = new Bench();
    const recorder = new Recorder();
    const socket = bench.udp.bind({ port: 53 }, recorder);
    bench.error('packet-too-big', 53, 4000, { mtu: 1280 });
    expect(recorder.errors[0]?.code).toBe('EMSGSIZE');
    socket.send(big, 0, 1400, PEER, 4000);
    socket.send(big, 0, 1252, PEER, 4000);
    socket.send(big, 0, 1400, OTHER, 4000);
    expect(bench.ip.sent.map(({ asked }) => asked?.mtu ?? 'in place')).toEqual([
      1280,
      'in place',
      'in place',
    ]);
    expect(bench.ip.sent[0]?.asked?.dontFragment).toBe(false);
    expect(bench.udp.nextDeadline()).toBe(600_000);
    bench.udp.handleTimeout(600_000);
    socket.send(big, 0, 1400, PEER, 4000);
    expect(bench.ip.sent.at(-1)?.asked).toBe(null);
  });

  it('believes no report that names no socket, nor one below what every host takes', () => {
    const bench = new Bench();
    const socket = bench.udp.bind({ port: 53 }, new Recorder());
    bench.error('packet-too-big', 54, 4000, { mtu: 1280 });
    expect(bench.udp.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    bench.error('packet-too-big', 53, 4000, { mtu: 68 });
    bench.error('packet-too-big', 53, 4000, { mtu: 0, destination: OTHER });
    socket.send(big, 0, 1400, PEER, 4000);
    socket.send(big, 0, 1400, OTHER, 4000);
    expect(bench.ip.sent.map(({ asked }) => asked?.mtu)).toEqual([576, 576]);
  });

  it('keeps a bounded number of reports', () => {
    const bench = new Bench();
    const socket = bench.udp.bind({ port: 53 }, new Recorder());
    for (let host = 0; host < 200; host++) {
      bench.error('packet-too-big', 53, 4000, { mtu: 1280, destination: 0x0b000000 + host });
    }
    for (const host of [0, 199]) socket.send(big, 0, 1400, 0x0b000000 + host, 4000);
    expect(bench.ip.sent.map(({ asked }) => asked?.mtu)).toEqual([undefined, 1280]);
  });

  it('sets a TTL of the socket’s own [RFC 1122 4.1.4]', () => {
    const bench = new Bench();
    const socket = bench.udp.bind({ port: 53 }, null);
    socket.ttl = 3;
    socket.send(hello, 0, 5, PEER, 4000);
    expect(bench.ip.sent[0]).toMatchObject({
      text: 'hello',
      asked: { ttl: 3, dontFragment: true },
    });
  });

  it('sends from the address that is asked for, if it can [RFC 1122 4.1.3.5]', () => {
    const bench = new Bench();
    const socket = bench.udp.bind({ port: 53 }, null);
    socket.send(hello, 0, 5, LOOPBACK, 4000, LOOPBACK);
    expect(bench.ip.sent[0]?.source).toBe(LOOPBACK);
    const stuck = bench.udp.bind({ port: 54, address: LOOPBACK }, null);
    expect(() => stuck.send(hello, 0, 5, PEER, 4000)).toThrow('send EINVAL 10.0.0.2:4000');
    expect(() => socket.send(hello, 0, 5, PEER, 4000, OTHER)).toThrow('EINVAL');
    const bound = bench.udp.bind({ port: 55, address: US }, null);
    expect(() => bound.send(hello, 0, 5, PEER, 4000, LOOPBACK)).toThrow('EINVAL');
    expect(bench.udp.counters.notSent['bad-source']).toBe(3);
  });

  it('to everybody needs a permission, and fits into one packet', () => {
    const bench = new Bench();
    const socket = bench.udp.bind({ port: 53 }, null);
    expect(() => socket.send(hello, 0, 5, BROADCAST, 4000)).toThrow('send EACCES 10.0.0.255:4000');
    expect(() => socket.connect(BROADCAST, 4000)).toThrow('connect EACCES');
    socket.broadcast = true;
    expect(socket.send(hello, 0, 5, BROADCAST, 4000)).toBe(true);
    expect(bench.ip.sent[0]).toMatchObject({ source: US, destination: BROADCAST });
    expect(() => socket.send(big, 0, 3000, BROADCAST, 4000)).toThrow('EMSGSIZE');
  });

  it('says what is wrong: no destination, port 0, no route', () => {
    const bench = new Bench();
    const socket = bench.udp.bind({ port: 53 }, null);
    expect(() => socket.send(hello, 0, 5)).toThrow('send EDESTADDRREQ');
    expect(() => socket.send(hello, 0, 5, PEER, 0)).toThrow('send EINVAL: port 0 is nobody');
    bench.ip.hasRoute = false;
    expect(() => socket.send(hello, 0, 5, PEER, 4000)).toThrow('send ENETUNREACH 10.0.0.2:4000');
    expect(() => socket.connect(PEER, 4000)).toThrow('connect ENETUNREACH 10.0.0.2:4000');
    expect(socket.remoteAddress).toBe(null);
    expect(bench.udp.counters.notSent['no-route']).toBe(1);
    try {
      socket.send(hello, 0, 5, PEER, 4000);
    } catch (error) {
      expect(error).toMatchObject({
        name: 'UdpError',
        code: 'ENETUNREACH',
        errno: -101,
        syscall: 'send',
        address: '10.0.0.2',
        port: 4000,
      });
    }
  });

  it('to a full device is refused and counted, and handleDrain says when there is room', () => {
    const bench = new Bench();
    const recorder = new Recorder();
    const socket = bench.udp.bind({ port: 53 }, recorder);
    bench.ip.isFull = true;
    for (const length of [5, 5, 3000]) expect(socket.send(big, 0, length, PEER, 4000)).toBe(false);
    expect(bench.udp.counters.notSent['queue-full']).toBe(3);
    expect(bench.udp.counters.datagramsSent).toBe(0);
    bench.udp.deliverEvents();
    expect(recorder.drains).toBe(0);
    bench.ip.isFull = false;
    bench.udp.handleWritable();
    bench.udp.deliverEvents();
    bench.udp.handleWritable();
    bench.udp.deliverEvents();
    expect(recorder.drains).toBe(1);
  });

  it('of a connected socket needs no destination', () => {
    const bench = new Bench();
    const socket = bench.udp.bind({ port: 53 }, null);
    socket.connect(PEER, 4000);
    socket.send(hello, 0, 5);
    socket.connect(OTHER, 4001);
    socket.send(hello, 0, 5);
    expect(bench.ip.sent).toMatchObject([
      { destination: PEER, destinationPort: 4000 },
      { destination: OTHER, destinationPort: 4001 },
    ]);
    // A connection that cannot be leaves the one that is.
    expect(() => socket.connect(BROADCAST, 4002)).toThrow('connect EACCES 10.0.0.255:4002');
    expect(socket).toMatchObject({ localAddress: US, remoteAddress: OTHER, remotePort: 4001 });
  });
});

describe('an error of the network', () => {
  it.each([
    ['port-unreachable', 'ECONNREFUSED', true],
    ['host-unreachable', 'EHOSTUNREACH', false],
    ['network-unreachable', 'ENETUNREACH', false],
    ['protocol-unreachable', 'ENOPROTOOPT', true],
    ['prohibited', 'EHOSTUNREACH', true],
    ['unreachable', 'EHOSTUNREACH', false],
    ['time-exceeded', 'EHOSTUNREACH', false],
    ['parameter-problem', 'EPROTO', true],
  ] as const)('%s is told to its socket as %s [RFC 1122 4.1.3.3]', (kind, code, isHard) => {
    const bench = new Bench();
    const recorder = new Recorder();
    bench.udp.bind({ port: 53 }, recorder);
    bench.error(kind, 53, 4000);
    expect(recorder.errors).toMatchObject([
      { code, isHard, syscall: 'recvmsg', address: '10.0.0.2', port: 4000 },
    ]);
    expect(recorder.errors[0]?.message).toBe(`recvmsg ${code} 10.0.0.2:4000`);
  });

  it('goes to the socket that is connected to where the datagram went, and to no other', () => {
    const bench = new Bench();
    const [connected, bound] = [new Recorder(), new Recorder()];
    bench.udp.bind({ port: 53, reuseAddress: true }, connected).connect(PEER, 4000);
    bench.udp.bind({ port: 53, reuseAddress: true, address: US }, bound);
    bench.error('port-unreachable', 53, 4000);
    bench.error('port-unreachable', 53, 4001);
    bench.error('port-unreachable', 54, 4000);
    bench.error('port-unreachable', 53, 0);
    expect(connected.errors.map(({ port }) => port)).toEqual([4000]);
    expect(bound.errors.map(({ port }) => port)).toEqual([4001]);
    expect(bench.udp.counters).toMatchObject({ networkErrors: 4, networkErrorsUnmatched: 2 });
  });

  it('is told while the socket is paused, and what its handler throws comes out later', () => {
    const bench = new Bench();
    const recorder = new Recorder();
    recorder.handleError = () => {
      throw new Error('of the handler');
    };
    bench.udp.bind({ port: 53 }, recorder).pause();
    bench.error('port-unreachable', 53, 4000);
    expect(() => bench.udp.deliverEvents()).toThrow('of the handler');
  });
});
