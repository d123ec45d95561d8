import { ChecksumState } from '@netlayers/ip';
import { describe, expect, it } from 'vitest';
import { Bench, BROADCAST, bytes, OTHER, PEER, Recorder, US } from './fake-ip.js';

describe('a datagram that arrives', () => {
  it('is given to its port with its sender, in place [RFC 768 format] [RFC 1122 4.1.3.1]', () => {
    const bench = new Bench();
    const recorder = new Recorder();
    bench.udp.bind({ port: 53 }, recorder);
    bench.arrive('hello');
    bench.arrive('');
    expect(recorder.texts).toEqual(['hello', '']);
    expect(recorder.arrivals[0]).toEqual({
      source: PEER,
      sourcePort: 4000,
      destination: US,
      isBroadcast: false,
      tos: 4,
      ttl: 61,
    });
    expect(bench.udp.counters).toMatchObject({ datagramsDelivered: 2, bytesDelivered: 5 });
    expect(bench.unaccounted).toBe(0);
  });

  it('tells to which of our addresses it was sent [RFC 1122 4.1.3.5]', () => {
    const bench = new Bench();
    const recorder = new Recorder();
    bench.udp.bind({ port: 53 }, recorder);
    bench.arrive('one', { destination: US });
    bench.arrive('two', { destination: OTHER });
    expect(recorder.arrivals.map(({ destination }) => destination)).toEqual([US, OTHER]);
  });

  it('may end before its IP packet does, and the rest is nobody’s [RFC 768 length]', () => {
    const bench = new Bench();
    const recorder = new Recorder();
    bench.udp.bind({ port: 53 }, recorder);
    bench.arrive('hello', { padding: 7 });
    expect(recorder.texts).toEqual(['hello']);
  });

  it('is dropped where its length is below the header’s or beyond the packet [RFC 768 length]', () => {
    const bench = new Bench();
    const recorder = new Recorder();
    bench.udp.bind({ port: 53 }, recorder);
    for (const length of [0, 7]) bench.arrive('hello', { length, checksum: 'none' });
    for (const length of [14, 0xffff]) bench.arrive('hello', { length, checksum: 'none' });
    for (let length = 0; length < 8; length++) bench.handle(new Uint8Array(length));
    expect(recorder.texts).toEqual([]);
    expect(bench.udp.counters.dropped).toMatchObject({ 'bad-length': 2, truncated: 10 });
    expect(bench.ip.reported).toEqual([]);
    expect(bench.unaccounted).toBe(0);
  });

  it('is dropped in silence where its checksum is wrong [RFC 1122 4.1.3.4]', () => {
    const bench = new Bench();
    const recorder = new Recorder();
    bench.udp.bind({ port: 53 }, recorder);
    bench.arrive('hello', { checksum: 'wrong' });
    bench.arrive('hello', { checksum: 'wrong', to: 54 });
    expect(recorder.texts).toEqual([]);
    expect(bench.udp.counters.dropped['bad-checksum']).toBe(2);
    expect(bench.ip.reported).toEqual([]);
  });

  it('passes without a checksum, as its sender may choose [RFC 768 checksum]', () => {
    const bench = new Bench();
    const recorder = new Recorder();
    bench.udp.bind({ port: 53 }, recorder);
    bench.arrive('hello', { checksum: 'none' });
    expect(recorder.texts).toEqual(['hello']);
  });

  it('passes where the device has verified it, or has only its pseudo-header’s sum', () => {
    const bench = new Bench();
    const recorder = new Recorder();
    bench.udp.bind({ port: 53 }, recorder);
    bench.arrive('a', { checksum: 'wrong', state: ChecksumState.VERIFIED });
    bench.arrive('b', { checksum: 'wrong', state: ChecksumState.PARTIAL });
    expect(recorder.texts).toEqual(['a', 'b']);
  });

  it('without a listener is reported to its sender [RFC 1122 4.1.3.1]', () => {
    const bench = new Bench();
    bench.udp.bind({ port: 53 }, new Recorder());
    bench.arrive('hello', { to: 54 });
    expect(bench.ip.reported).toEqual([PEER]);
    expect(bench.udp.counters.dropped['no-port']).toBe(1);
    bench.arrive('hello', { to: 0 });
    expect(bench.udp.counters.dropped['bad-port']).toBe(1);
    expect(bench.ip.reported).toEqual([PEER]);
  });

  it('to everybody is given to each socket on every address, and is never answered', () => {
    const bench = new Bench();
    const all = [new Recorder(), new Recorder()];
    const others = [new Recorder(), new Recorder()];
    const where = { port: 53, reuseAddress: true };
    bench.udp.bind(where, all[0]!);
    bench.udp.bind({ ...where, address: US }, others[0]!);
    bench.udp.bind(where, all[1]!);
    bench.udp.bind(where, others[1]!).connect(PEER, 4000);
    bench.arrive('hello', { destination: BROADCAST });
    expect(all.map(({ texts }) => texts)).toEqual([['hello'], ['hello']]);
    expect(all[0]?.arrivals[0]?.isBroadcast).toBe(true);
    expect(others.map(({ texts }) => texts)).toEqual([[], []]);
    expect(bench.udp.counters.broadcastCopies).toBe(1);
    expect(bench.unaccounted).toBe(0);
  });
});

describe('a socket', () => {
  it('that is connected comes before a bound one, which comes before one on every address', () => {
    const bench = new Bench();
    const [every, bound, connected] = [new Recorder(), new Recorder(), new Recorder()] as const;
    const where = { port: 53, reuseAddress: true };
    const socket = bench.udp.bind(where, connected);
    socket.connect(PEER, 4000);
    bench.udp.bind({ ...where, address: US }, bound);
    bench.udp.bind(where, every);
    bench.arrive('connected');
    bench.arrive('bound', { from: 4001 });
    bench.arrive('every', { destination: OTHER });
    expect(connected.texts).toEqual(['connected']);
    expect(bound.texts).toEqual(['bound']);
    expect(every.texts).toEqual(['every']);
    socket.close();
    bench.arrive('bound now');
    expect(bound.texts).toEqual(['bound', 'bound now']);
  });

  it('that is connected takes nothing from others, and everything again after disconnect', () => {
    const bench = new Bench();
    const recorder = new Recorder();
    const socket = bench.udp.bind({ port: 53 }, recorder);
    socket.connect(PEER, 4000);
    expect(socket.localAddress).toBe(US);
    bench.arrive('stranger', { source: OTHER });
    bench.arrive('peer');
    expect(bench.ip.reported).toEqual([OTHER]);
    socket.disconnect();
    expect(socket.localAddress).toBe(null);
    bench.arrive('stranger', { source: OTHER });
    expect(recorder.texts).toEqual(['peer', 'stranger']);
    expect(() => socket.disconnect()).toThrow('disconnect ENOTCONN');
  });

  it('keeps its address and port for itself, unless all permit to share them', () => {
    const { udp } = new Bench();
    udp.bind({ port: 53, address: US }, null);
    const taken = 'bind EADDRINUSE: address already in use 0.0.0.0:53';
    expect(() => udp.bind({ port: 53 }, null)).toThrow(taken);
    expect(() => udp.bind({ port: 53, reuseAddress: true }, null)).toThrow(taken);
    expect(() => udp.bind({ port: 53, address: US }, null)).toThrow('10.0.0.1:53');
    udp.bind({ port: 53, address: OTHER }, null);
    udp.bind({ port: 54, reuseAddress: true }, null);
    udp.bind({ port: 54, reuseAddress: true }, null);
    expect(() => udp.bind({ port: 54 }, null)).toThrow('EADDRINUSE');
  });

  it('without a port is given a random free one [RFC 6056 3.3.2]', () => {
    const { udp } = new Bench();
    const ports = Array.from({ length: 500 }, () => udp.bind({}, null).localPort);
    expect(new Set(ports).size).toBe(500);
    expect(ports.every((port) => port >= 32_768 && port < 61_000)).toBe(true);
    expect(ports[1]).not.toBe(ports[0]! + 1);
  });

  it('gives its port back when it is closed, and is called no more', () => {
    const bench = new Bench();
    const recorder = new Recorder();
    const socket = bench.udp.bind({ port: 53 }, recorder);
    socket.pause();
    bench.arrive('waits');
    socket.close();
    socket.close();
    bench.arrive('late');
    bench.udp.deliverEvents();
    expect(recorder.texts).toEqual([]);
    expect(bench.udp.counters).toMatchObject({ queueBytes: 0 });
    expect(bench.udp.counters.dropped).toMatchObject({ closed: 1, 'no-port': 1 });
    expect(() => socket.send(bytes('x'), 0, 1, PEER, 1)).toThrow('EBADF');
    bench.udp.bind({ port: 53 }, null);
  });
});

describe('datagrams that nobody reads yet', () => {
  it('wait in order for a handler, and for one that is paused', () => {
    const bench = new Bench();
    const recorder = new Recorder();
    const socket = bench.udp.bind({ port: 53 }, null);
    bench.arrive('a');
    socket.setHandler(recorder);
    expect(recorder.texts).toEqual([]);
    bench.arrive('b');
    bench.udp.deliverEvents();
    expect(recorder.texts).toEqual(['a', 'b']);
    socket.pause();
    bench.arrive('c');
    bench.udp.deliverEvents();
    socket.resume();
    bench.arrive('d');
    expect(recorder.texts).toEqual(['a', 'b']);
    bench.udp.deliverEvents();
    bench.arrive('e');
    expect(recorder.texts).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(bench.udp.counters).toMatchObject({ datagramsQueued: 4, queueBytes: 0 });
    expect(bench.unaccounted).toBe(0);
  });

  it('go on to wait where a handler pauses in the middle', () => {
    const bench = new Bench();
    const recorder = new Recorder();
    const socket = bench.udp.bind({ port: 53 }, null);
    for (const text of ['a', 'b', 'c']) bench.arrive(text);
    recorder.onDatagram = (text) => {
      if (text === 'b') socket.pause();
    };
    socket.setHandler(recorder);
    bench.udp.deliverEvents();
    expect(recorder.texts).toEqual(['a', 'b']);
    expect(bench.udp.hasEvents).toBe(false);
    socket.resume();
    bench.udp.deliverEvents();
    expect(recorder.texts).toEqual(['a', 'b', 'c']);
  });

  it('are bounded for each socket, and what is too much is counted', () => {
    const bench = new Bench();
    const socket = bench.udp.bind({ port: 53, receiveBuffer: 3 * 300 }, null);
    for (let i = 0; i < 10; i++) bench.arrive(new Uint8Array(44));
    expect(socket.waiting).toBe(3);
    expect(socket.datagramsDropped).toBe(7);
    expect(bench.udp.counters).toMatchObject({ queueBytes: 900, queueBytesPeak: 900 });
    expect(bench.udp.counters.dropped['queue-full']).toBe(7);
    expect(bench.unaccounted).toBe(0);
  });

  it('are bounded for all sockets together; empty ones count too', () => {
    const bench = new Bench({ memoryLimit: 256 * 10 });
    const sockets = [53, 54, 55].map((port) => bench.udp.bind({ port }, null));
    for (const to of [53, 54, 55]) for (let i = 0; i < 4; i++) bench.arrive('', { to });
    expect(sockets.map(({ waiting }) => waiting)).toEqual([4, 4, 2]);
    expect(bench.udp.counters.dropped['memory-full']).toBe(2);
    sockets[0]?.close();
    bench.arrive('', { to: 55 });
    expect(sockets[2]?.waiting).toBe(3);
    expect(bench.unaccounted).toBe(0);
  });
});

describe('a handler that throws', () => {
  it('does so from deliverEvents, and silences nobody', () => {
    const bench = new Bench();
    const recorder = new Recorder();
    bench.udp.bind({ port: 53 }, recorder);
    recorder.onDatagram = (text) => {
      if (text === 'bad') throw new Error('of the handler');
    };
    bench.arrive('bad');
    bench.arrive('good');
    expect(recorder.texts).toEqual(['bad', 'good']);
    expect(bench.udp.hasEvents).toBe(true);
    expect(() => bench.udp.deliverEvents()).toThrow('of the handler');
    expect(bench.udp.hasEvents).toBe(false);
  });

  it('does not keep others, nor its own next datagrams, from their turn', () => {
    const bench = new Bench();
    const [first, second] = [new Recorder(), new Recorder()];
    first.onDatagram = (text) => {
      if (text === 'bad') throw new Error('of the handler');
    };
    const sockets = [53, 54].map((port) => bench.udp.bind({ port }, null));
    for (const text of ['bad', 'next']) bench.arrive(text);
    bench.arrive('other', { to: 54 });
    sockets[0]?.setHandler(first);
    sockets[1]?.setHandler(second);
    expect(() => bench.udp.deliverEvents()).toThrow('of the handler');
    bench.udp.deliverEvents();
    expect(first.texts).toEqual(['bad', 'next']);
    expect(second.texts).toEqual(['other']);
  });
});

describe('a layer that was halted', () => {
  it('calls nobody any more', () => {
    const bench = new Bench();
    const recorder = new Recorder();
    const socket = bench.udp.bind({ port: 53 }, recorder);
    socket.pause();
    bench.arrive('waits');
    socket.resume();
    bench.udp.halt();
    bench.udp.deliverEvents();
    bench.arrive('late');
    bench.error('port-unreachable', 53, 4000);
    expect(recorder).toMatchObject({ texts: [], errors: [] });
    expect(socket.waiting).toBe(0);
    expect(bench.udp.counters).toMatchObject({ queueBytes: 0, dropped: { closed: 1 } });
    expect(bench.ip.reported).toEqual([]);
  });
});
