import { memoryWire } from '@netlayers/link';
import { createStack, type UdpSocket, type UdpSocketHandler, UdpSource } from '@netlayers/stack';
import type { UdpError } from '@netlayers/udp';
import { describe, expect, it } from 'vitest';
import { Bench, codeOf, twoStacks, utf8 } from './bench.js';

/** A handler that writes down what it is told. */
class Recorder implements UdpSocketHandler {
  readonly log: string[] = [];
  readonly errors: UdpError[] = [];

  handleDatagram(buf: Uint8Array, start: number, end: number, from: UdpSource): void {
    const text = String.fromCharCode(...buf.subarray(start, Math.min(end, start + 20)));
    this.log.push(`${from.address}:${from.port} ${end - start} ${text}`);
  }

  handleError(error: UdpError): void {
    this.errors.push(error);
    this.log.push(error.message);
  }

  handleDrain(): void {
    this.log.push('drain');
  }

  handleClose(): void {
    this.log.push('closed');
  }
}

const echo = (socket: UdpSocket): void =>
  socket.setHandler({
    handleDatagram: (buf, start, end, from) => void socket.send(buf, start, end, from),
  });

const to = (address: string, port: number, localAddress?: string) => ({
  address,
  port,
  ...(localAddress !== undefined && { localAddress }),
});

describe('a UDP socket', () => {
  it('asks and is answered, by address, by name and from where it was asked [RFC 768 user interface]', async () => {
    const { bench, near, far } = twoStacks(
      { resolve: async () => '10.0.0.2' },
      { addresses: ['10.0.0.22'] },
    );
    echo(far.bindUdp({ port: 7 }));
    const recorder = new Recorder();
    const socket = near.bindUdp({}, recorder);
    socket.send(utf8('one'), 0, 3, to('10.0.0.2', 7));
    socket.send(utf8('two'), 0, 3, to('10.0.0.22', 7));
    await bench.settle();
    await bench.wait(socket.connect('echo.test', 7));
    expect(socket).toMatchObject({
      localAddress: '10.0.0.1',
      remoteAddress: '10.0.0.2',
      remotePort: 7,
    });
    socket.send(utf8('three'));
    await bench.settle();
    expect(recorder.log).toEqual(['10.0.0.2:7 3 one', '10.0.0.22:7 3 two', '10.0.0.2:7 5 three']);
    expect(socket).toMatchObject({ datagramsSent: 3, datagramsRead: 3, datagramsDropped: 0 });
    expect(near.counters().udp).toMatchObject({ datagramsSent: 3, datagramsDelivered: 3 });
    expect(near.counters().udpSockets).toBe(1);
    socket.disconnect();
    expect(socket.remoteAddress).toBe(null);
    expect(socket.localAddress).toBe('0.0.0.0');
  });

  it('of a host and itself: 127/8 and its own address, nothing of it on the wire', async () => {
    const { bench, near, far } = twoStacks();
    echo(near.bindUdp({ port: 7 }));
    const recorder = new Recorder();
    const socket = near.bindUdp({}, recorder);
    const large = new Uint8Array(65_507).fill(46);
    for (const address of ['127.0.0.1', '127.1.2.3', '10.0.0.1']) {
      socket.send(large, 0, large.length, to(address, 7));
    }
    await bench.settle();
    expect(recorder.log.map((line) => line.slice(0, -21))).toEqual([
      '127.0.0.1:7 65507',
      '127.1.2.3:7 65507',
      '10.0.0.1:7 65507',
    ]);
    expect(far.counters().ipv4.received).toBe(0);
    const refused = new Recorder();
    const other = near.bindUdp({}, refused);
    await other.connect('localhost', 9);
    other.send(utf8('x'));
    await bench.settle();
    expect(refused.log).toEqual(['recvmsg ECONNREFUSED 127.0.0.1:9']);
  });

  it('is told that a port is closed, connected or not [RFC 1122 4.1.3.3]', async () => {
    const { bench, near } = twoStacks();
    const [bound, connected] = [new Recorder(), new Recorder()];
    near.bindUdp({}, bound).send(utf8('x'), 0, 1, to('10.0.0.2', 9));
    const socket = near.bindUdp({}, connected);
    await socket.connect('10.0.0.2', 10);
    socket.send(utf8('x'));
    await bench.settle();
    expect(bound.log).toEqual(['recvmsg ECONNREFUSED 10.0.0.2:9']);
    expect(connected.errors).toMatchObject([
      { code: 'ECONNREFUSED', errno: -111, syscall: 'recvmsg', address: '10.0.0.2', port: 10 },
    ]);
  });

  it('is not told more often than the limit of ICMP lets', async () => {
    const { bench, near, far } = twoStacks({}, { ipv4: { icmpRateLimit: { burst: 4 } } });
    const recorder = new Recorder();
    const socket = near.bindUdp({}, recorder);
    for (let i = 0; i < 50; i++) socket.send(utf8('x'), 0, 1, to('10.0.0.2', 9));
    await bench.settle();
    expect(far.counters().udp.dropped['no-port']).toBe(50);
    expect(recorder.log.length).toBeLessThanOrEqual(4);
    expect(far.counters().ipv4.icmpErrorsRateLimited).toBeGreaterThan(40);
  });

  it('sends and takes 65,507 bytes in fragments [RFC 791 3.2]', async () => {
    const { bench, near, far } = twoStacks();
    echo(far.bindUdp({ port: 7 }));
    const large = Uint8Array.from({ length: 65_507 }, (_, index) => (index * 7) & 0xff);
    let isSame = false;
    const socket = near.bindUdp({});
    socket.setHandler({
      handleDatagram: (buf, start, end) => {
        isSame = Buffer.compare(buf.subarray(start, end), large) === 0;
      },
    });
    socket.send(large, 0, large.length, to('10.0.0.2', 7));
    await bench.settle();
    expect(isSame).toBe(true);
    expect(near.counters().udp.datagramsFragmented).toBe(1);
    expect(far.counters().ipv4.reassembled).toBe(1);
    expect(() => socket.send(new Uint8Array(65_508), 0, 65_508, to('10.0.0.2', 7))).toThrow(
      'send EMSGSIZE 10.0.0.2:7',
    );
  });

  it('shouts at its subnet by option only, and hears who shouts [RFC 1122 3.3.6]', async () => {
    const { bench, near, far } = twoStacks({ prefixLength: 24 }, { prefixLength: 24 });
    const recorders = [new Recorder(), new Recorder()];
    for (const recorder of recorders) {
      far.bindUdp({ port: 67, reuseAddress: true }, recorder);
    }
    const answers = new Recorder();
    const socket = near.bindUdp({}, answers);
    const x = utf8('x');
    expect(() => socket.send(x, 0, 1, to('10.0.0.255', 67))).toThrow('send EACCES 10.0.0.255:67');
    socket.setBroadcast();
    socket.send(x, 0, 1, to('10.0.0.255', 67));
    socket.send(x, 0, 1, to('255.255.255.255', 67));
    socket.send(x, 0, 1, to('10.0.0.255', 68));
    await bench.settle();
    const line = `10.0.0.1:${socket.localPort} 1 x`;
    expect(recorders.map(({ log }) => log)).toEqual([
      [line, line],
      [line, line],
    ]);
    expect(answers.log).toEqual([]);
    expect(far.counters().ipv4).toMatchObject({ icmpErrorsSent: 0, icmpErrorsSuppressed: 1 });
  });

  it('answers a broadcast from an address of its own', async () => {
    const { bench, near, far } = twoStacks({ prefixLength: 24 }, { prefixLength: 24 });
    echo(far.bindUdp({ port: 7 }));
    const recorder = new Recorder();
    const socket = near.bindUdp({ broadcast: true }, recorder);
    socket.send(utf8('x'), 0, 1, to('10.0.0.255', 7));
    await bench.settle();
    expect(recorder.log).toEqual(['10.0.0.2:7 1 x']);
  });

  it('refuses groups, and the addresses of groups, in one line', () => {
    const { near } = twoStacks();
    const socket = near.bindUdp();
    expect(() => socket.addMembership('224.0.0.251')).toThrow(
      /^addMembership EOPNOTSUPP: this stack receives no multicast; .* 224\.0\.0\.251$/,
    );
    expect(() => socket.send(utf8('x'), 0, 1, to('224.0.0.251', 5353))).toThrow('ENETUNREACH');
  });

  it('of a catch-all stack answers from whatever address was asked', async () => {
    const { bench, near, far } = twoStacks({}, { acceptAny: true });
    echo(far.bindUdp({ port: 53 }));
    const recorder = new Recorder();
    const socket = near.bindUdp({}, recorder);
    for (const host of ['8.8.8.8', '9.9.9.9']) socket.send(utf8('?'), 0, 1, to(host, 53));
    await bench.settle();
    expect(recorder.log).toEqual(['8.8.8.8:53 1 ?', '9.9.9.9:53 1 ?']);
  });
});

describe('a reader that is not there', () => {
  it('gets later what has waited, in order, from whom it came', async () => {
    const { bench, near, far } = twoStacks();
    const recorder = new Recorder();
    const server = far.bindUdp({ port: 7 });
    const socket = near.bindUdp({ port: 5000 });
    for (const text of ['a', 'b']) socket.send(utf8(text), 0, 1, to('10.0.0.2', 7));
    await bench.settle();
    expect(server.waiting).toBe(2);
    server.setHandler(recorder);
    expect(recorder.log).toEqual([]);
    await bench.settle();
    server.pause();
    socket.send(utf8('c'), 0, 1, to('10.0.0.2', 7));
    await bench.settle();
    server.resume();
    await bench.settle();
    expect(recorder.log).toEqual(['a', 'b', 'c'].map((text) => `10.0.0.1:5000 1 ${text}`));
  });

  it('makes a flood cost no more than the budget, and every loss is counted', async () => {
    const { bench, near, far } = twoStacks({}, { udpMemoryLimit: 100_000 });
    const servers = [7, 8].map((port) => far.bindUdp({ port, receiveBuffer: 60_000 }));
    const socket = near.bindUdp();
    for (let i = 0; i < 400; i++) {
      socket.send(new Uint8Array(1000), 0, 1000, to('10.0.0.2', i % 4 === 0 ? 8 : 7));
      await bench.settle();
    }
    const { udp } = far.counters();
    expect(udp.queueBytesPeak).toBeLessThanOrEqual(100_000);
    const waiting = servers.reduce((sum, server) => sum + server.waiting, 0);
    expect(udp.datagramsReceived).toBe(400);
    expect(waiting + udp.dropped['queue-full'] + udp.dropped['memory-full']).toBe(400);
    expect(udp.dropped['queue-full']).toBeGreaterThan(0);
    expect(udp.dropped['memory-full']).toBeGreaterThan(0);
    servers[0]?.setRecvBufferSize(256);
    expect(servers[0]?.recvBufferSize).toBe(256);
    for (const server of servers) server.close();
    expect(udp.queueBytes).toBe(0);
  });
});

describe('a sender faster than its device', () => {
  it('is refused, counts, and goes on when there is room', async () => {
    const wire = { receiveQueue: 8 };
    const { bench, near, far } = twoStacks({}, {}, wire);
    const received = new Recorder();
    far.bindUdp({ port: 7 }, received);
    const socket = near.bindUdp();
    let left = 100;
    const pump = (): void => {
      while (left > 0 && socket.send(utf8('x'), 0, 1, to('10.0.0.2', 7))) left--;
    };
    socket.setHandler({ handleDatagram() {}, handleDrain: pump });
    pump();
    expect(left).toBeGreaterThan(0);
    await bench.settle();
    expect(left).toBe(0);
    expect(received.log).toHaveLength(100);
    expect(near.counters().udp.notSent['queue-full']).toBeGreaterThan(0);
  });

  it('to itself goes on too', async () => {
    const { bench, near } = twoStacks();
    const received = new Recorder();
    near.bindUdp({ port: 7 }, received);
    const socket = near.bindUdp();
    let left = 5000;
    const pump = (): void => {
      while (left > 0 && socket.send(utf8('x'), 0, 1, to('127.0.0.1', 7))) left--;
    };
    socket.setHandler({ handleDatagram() {}, handleDrain: pump });
    pump();
    expect(left).toBeGreaterThan(0);
    await bench.settle();
    expect(received.log).toHaveLength(5000);
  });
});

describe('the end', () => {
  it('of a socket is told to its handler once', async () => {
    const { bench, near, far } = twoStacks();
    const recorder = new Recorder();
    const socket = far.bindUdp({ port: 7 }, recorder);
    socket.close();
    socket.close();
    near.bindUdp().send(utf8('x'), 0, 1, to('10.0.0.2', 7));
    await bench.settle();
    expect(recorder.log).toEqual(['closed']);
    expect(far.counters().udp.dropped['no-port']).toBe(1);
    expect(() => socket.send(utf8('x'), 0, 1, to('10.0.0.1', 7))).toThrow('send EBADF');
  });

  it('of a stack closes its sockets, what was sent before still leaves', async () => {
    const { bench, near, far } = twoStacks();
    const [recorder, received] = [new Recorder(), new Recorder()];
    far.bindUdp({ port: 7 }, received);
    const socket = near.bindUdp({ port: 9 }, recorder);
    socket.send(utf8('last'), 0, 4, to('10.0.0.2', 7));
    await bench.wait(near.close());
    await bench.settle();
    expect(recorder.log).toEqual(['closed']);
    expect(received.log).toEqual(['10.0.0.1:9 4 last']);
    expect(() => near.bindUdp()).toThrow('bind ECONNABORTED: the stack was closed');
  });

  it('of a stack is not stopped by a handler that throws', async () => {
    const { bench, near, far } = twoStacks();
    const recorder = new Recorder();
    near.bindUdp().setHandler({
      handleDatagram() {},
      handleClose() {
        throw new Error('of the handler');
      },
    });
    near.bindUdp({}, recorder);
    const error = await bench.rejection(near.close());
    expect(error.message).toBe('of the handler');
    expect(recorder.log).toEqual(['closed']);
    expect(near.counters().udpSockets).toBe(0);
    far.halt();
  });

  it('of a host that is halted is told to nobody', async () => {
    const { bench, near, far } = twoStacks();
    const recorder = new Recorder();
    const socket = far.bindUdp({ port: 7 }, recorder);
    near.bindUdp().send(utf8('x'), 0, 1, to('10.0.0.2', 7));
    far.halt();
    await bench.settle();
    expect(recorder.log).toEqual([]);
    expect(socket.isClosed).toBe(true);
    expect(codeOf(thrownBy(() => far.bindUdp()))).toBe('ECONNABORTED');
  });

  it('of a stack inside a handler is survived', async () => {
    const { bench, near, far } = twoStacks();
    const log: string[] = [];
    far.bindUdp({ port: 7 }).setHandler({
      handleDatagram: () => {
        log.push('datagram');
        far.halt();
      },
    });
    const socket = near.bindUdp();
    for (let i = 0; i < 5; i++) socket.send(utf8('x'), 0, 1, to('10.0.0.2', 7));
    await bench.settle();
    expect(log).toEqual(['datagram']);
  });

  it('of a handler by an exception leaves the stack as it was', async () => {
    const errors: unknown[] = [];
    const bench = new Bench();
    const [left, right] = memoryWire();
    const guard = (callback: () => void) => () => {
      try {
        callback();
      } catch (error) {
        errors.push(error);
      }
    };
    const scheduler = {
      soon: (callback: () => void) => bench.soon(guard(callback)),
      afterMicrotasks: (callback: () => void) => bench.afterMicrotasks(guard(callback)),
      macrotask: (callback: () => void) => bench.macrotask(guard(callback)),
    };
    const make = (device: typeof left, address: string) =>
      createStack({ device, address, clock: bench.clock, scheduler });
    const [near, far] = [make(left, '10.0.0.1'), make(right, '10.0.0.2')];
    const server = far.bindUdp({ port: 7 });
    server.setHandler({
      handleDatagram: (buf, start, end, from) => {
        server.send(buf, start, end, from);
        if (end - start === 1) throw new Error('of the handler');
      },
    });
    const recorder = new Recorder();
    const socket = near.bindUdp({}, recorder);
    for (const text of ['a', 'bb']) socket.send(utf8(text), 0, text.length, to('10.0.0.2', 7));
    await bench.settle();
    expect(errors).toEqual([new Error('of the handler')]);
    expect(recorder.log).toEqual(['10.0.0.2:7 1 a', '10.0.0.2:7 2 bb']);
  });
});

function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('a name', () => {
  it('is looked up for those who send to many', async () => {
    const { bench, near } = twoStacks({ resolve: async () => ['10.0.0.2', '10.0.0.3'] });
    expect(await bench.wait(near.lookUp('a.test'))).toEqual(['10.0.0.2', '10.0.0.3']);
    expect(await bench.wait(near.lookUp('localhost'))).toEqual(['127.0.0.1']);
    expect(await bench.wait(near.lookUp('10.0.0.9'))).toEqual(['10.0.0.9']);
    const { near: alone } = twoStacks();
    expect(codeOf(await bench.rejection(alone.lookUp('a.test')))).toBe('ENOTFOUND');
  });
});

describe('options', () => {
  it('that are wrong are refused in one line', async () => {
    const { bench, near } = twoStacks();
    expect(() => near.bindUdp({ prot: 7 } as never)).toThrow('has no option prot; is it port?');
    expect(() => near.bindUdp({ port: 65_536 })).toThrow('is not a port: choose 0 to 65535');
    expect(() => near.bindUdp({ receiveBuffer: 1 })).toThrow('choose 256 or more');
    expect(() => near.bindUdp({ host: 'x' })).toThrow('x is not an address such as');
    expect(thrownBy(() => near.bindUdp({ host: '10.9.9.9', port: 7 }))).toMatchObject({
      message: 'bind EADDRNOTAVAIL: address not available 10.9.9.9:7',
      errno: -99,
    });
    near.bindUdp({ port: 7 });
    expect(() => near.bindUdp({ port: 7, host: '10.0.0.1' })).toThrow('bind EADDRINUSE');
    const socket = near.bindUdp();
    expect(() => socket.setHandler({} as never)).toThrow('has the method handleDatagram');
    expect(() => socket.setTtl(0)).toThrow('1 to 255');
    expect(() => socket.setTos(256)).toThrow('0 to 255');
    expect(() => socket.setRecvBufferSize(Number.NaN)).toThrow('256');
    expect(() => socket.send('x' as never)).toThrow(TypeError);
    expect(() => socket.send(utf8('x'), 0, 2)).toThrow(RangeError);
    expect(() => socket.send(utf8('x'))).toThrow('EDESTADDRREQ');
    expect(() => socket.send(utf8('x'), 0, 1, to('a.test', 1))).toThrow('connect looks up names');
    expect(() => socket.send(utf8('x'), 0, 1, to('10.0.0.2', 70_000))).toThrow('not a port');
    expect(() => socket.send(utf8('x'), 0, 1, to('10.0.0.2', 1, '10.9.9.9'))).toThrow('EINVAL');
    expect(() => socket.send(utf8('x'), 0, 1, new UdpSource())).toThrow('while its datagram');
    expect(await bench.rejection(socket.connect('10.0.0.2', 0))).toBeInstanceOf(RangeError);
    expect(codeOf(await bench.rejection(socket.connect('a.test', 7)))).toBe('ENOTFOUND');
    expect(() => createStack({ address: '10.0.0.1', udpMemoryLimt: 1 } as never)).toThrow(
      'is it udpMemoryLimit?',
    );
  });

  it('of a TTL are kept on the way', async () => {
    const { bench, near, far } = twoStacks();
    const seen: number[][] = [];
    far.bindUdp({ port: 7 }).setHandler({
      handleDatagram: (_buf, _start, _end, from) => void seen.push([from.ttl, from.tos]),
    });
    const socket = near.bindUdp();
    socket.setTos(0xb8);
    socket.send(utf8('x'), 0, 1, to('10.0.0.2', 7));
    socket.setTtl(3);
    socket.send(utf8('x'), 0, 1, to('10.0.0.2', 7));
    await bench.settle();
    expect(seen).toEqual([
      [64, 0xb8],
      [3, 0xb8],
    ]);
  });
});
