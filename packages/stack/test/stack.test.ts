import { type MemoryWireOptions, memoryWire } from '@netlayers/link';
import { createStack, PingError } from '@netlayers/stack';
import { RecordingPeer } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { Bench, codeOf, twoStacks, utf8 } from './bench.js';

const ignore = { handleData() {}, handleEnd() {}, handleDrain() {}, handleClose() {} };

/** Both ends of a connection from near to far, each with a recording peer. */
async function connected(stacks = twoStacks()) {
  const { bench, near, far } = stacks;
  const accepted: RecordingPeer[] = [];
  const listener = far.listen({ port: 80 }, (socket) => {
    accepted.push(new RecordingPeer(socket).attach());
  });
  const socket = await bench.wait(near.connect({ host: '10.0.0.2', port: 80 }));
  const client = new RecordingPeer(socket).attach();
  await bench.until(() => accepted.length > 0);
  return { ...stacks, socket, client, server: accepted[0] as RecordingPeer, listener };
}

describe('options', () => {
  it.each([
    [{ address: '10.0.0' }, 'is not an IPv4 address'],
    [{ address: '127.0.0.1' }, 'not the address of a host'],
    [{ addresses: ['x'] }, 'is not an IPv4 address'],
    [{ prefixLength: 33 }, 'prefix length'],
    [{ ipv4: { ttl: 0 } }, 'TTL'],
    [{ tcp: { receiveBuffer: 0 } }, 'receiveBuffer'],
    [{ tcp: { mss: 10 } }, 'mss'],
    [{ memoryLimit: 0 }, 'memoryLimit'],
  ])('%j is refused', (options, message) => {
    expect(() => twoStacks(options)).toThrow(RangeError);
    expect(() => twoStacks(options)).toThrow(message);
  });

  it('of listen and connect are checked', async () => {
    const { bench, near } = twoStacks();
    for (const port of [-1, 65536, 1.5, Number.NaN]) {
      expect(() => near.listen({ port })).toThrow(RangeError);
      const error = await bench.rejection(near.connect({ host: '10.0.0.2', port }));
      expect(error).toBeInstanceOf(RangeError);
    }
    expect(() => near.listen({ host: '10.9.9.9', port: 1 })).toThrow('address not available');
    expect(() => near.listen({ host: 'x', port: 1 })).toThrow(RangeError);
    expect(() => near.listen({ port: 80, tcp: { sendBuffer: 0 } })).toThrow('sendBuffer');
    const noName = await bench.rejection(near.connect({ host: 'server.test', port: 80 }));
    expect(codeOf(noName)).toBe('ENOTFOUND');
    const noRoute = await bench.rejection(near.connect({ host: '240.0.0.1', port: 80 }));
    expect(codeOf(noRoute)).toBe('EHOSTUNREACH');
  });

  it('memoryLimit bounds what all connections hold', async () => {
    const { bench, near, far } = twoStacks({ memoryLimit: 2048 });
    far.listen({ port: 80 }, (socket) => socket.setHandler(ignore));
    const socket = await bench.wait(near.connect({ host: '10.0.0.2', port: 80 }));
    expect(near.counters().tcp.memoryUsed).toBe(2048);
    const refused = await bench.rejection(near.connect({ host: '10.0.0.2', port: 80 }));
    expect(codeOf(refused)).toBe('ENOBUFS');
    socket.abort();
    expect(near.counters().tcp.memoryUsed).toBe(0);
  });

  it('resolve finds names', async () => {
    const asked: string[] = [];
    const resolve = async (name: string): Promise<string> => {
      asked.push(name);
      return '10.0.0.2';
    };
    const { bench, near, far } = twoStacks({ resolve });
    far.listen({ port: 80 }, (socket) => socket.setHandler(ignore));
    const socket = await bench.wait(near.connect({ host: 'server.test', port: 80 }));
    expect(socket.remoteAddress).toBe('10.0.0.2');
    expect(asked).toEqual(['server.test']);
  });
});

describe('a listener', () => {
  it('pushes connections with their addresses', async () => {
    const { client, server, listener } = await connected();
    expect(listener.address).toBe('0.0.0.0');
    expect(listener.port).toBe(80);
    expect(server.stream.localAddress).toBe('10.0.0.2');
    expect(server.stream.localPort).toBe(80);
    expect(server.stream.remotePort).toBe(client.stream.localPort);
  });

  it('of one address is told apart from one of all', async () => {
    const { bench, near, far } = twoStacks({}, { addresses: ['10.0.0.3'] });
    const seen: string[] = [];
    far.listen({ host: '10.0.0.3', port: 80 }, (socket) => {
      seen.push('third');
      socket.setHandler(ignore);
    });
    far.listen({ port: 80 }, (socket) => {
      seen.push('any');
      socket.setHandler(ignore);
    });
    await bench.wait(near.connect({ host: '10.0.0.2', port: 80 }));
    await bench.wait(near.connect({ host: '10.0.0.3', port: 80 }));
    expect(seen).toEqual(['any', 'third']);
    expect(() => far.listen({ port: 80 })).toThrow('in use');
  });

  it('is pulled from, in order, with a backlog that makes peers wait', async () => {
    const { bench, near, far } = twoStacks();
    const listener = far.listen({ port: 80, backlog: 2 });
    const connecting = [1, 2, 3, 4].map(async (index) => {
      const socket = await near.connect({ host: '10.0.0.2', port: 80, localPort: 1000 + index });
      socket.setHandler(ignore);
      return socket.localPort;
    });
    await bench.advance(100);
    expect(listener.pending).toBe(2);
    expect(far.counters().tcp.dropped['backlog-full']).toBeGreaterThan(0);
    const ports: number[] = [];
    const pulling = (async () => {
      for await (const socket of listener) {
        ports.push(socket.remotePort);
        socket.setHandler(ignore);
        if (ports.length === 4) break;
      }
    })();
    await bench.wait(Promise.all([pulling, ...connecting]));
    expect(ports.slice(0, 2)).toEqual([1001, 1002]);
    expect(ports.slice().sort()).toEqual([1001, 1002, 1003, 1004]);
  });

  it('may be pulled from by several at once', async () => {
    const { bench, near, far } = twoStacks();
    const listener = far.listen({ port: 80 });
    let pulled = 0;
    const pull = async (): Promise<void> => {
      for await (const socket of listener) {
        socket.setHandler(ignore);
        pulled++;
        break;
      }
    };
    const pulling = Promise.all([pull(), pull(), pull()]);
    await bench.settle();
    for (let index = 0; index < 3; index++) {
      await bench.wait(near.connect({ host: '10.0.0.2', port: 80 }));
    }
    await bench.wait(pulling);
    expect(pulled).toBe(3);
  });

  it('that is closed ends its iteration, and resets who waits', async () => {
    const { bench, near, far } = twoStacks();
    const listener = far.listen({ port: 80 });
    const first = await bench.wait(near.connect({ host: '10.0.0.2', port: 80 }));
    const waiting = new RecordingPeer(first).attach();
    await bench.until(() => listener.pending === 1);
    let ended = false;
    const empty = far.listen({ port: 81 });
    const pulling = (async () => {
      for await (const _ of empty) throw new Error('nobody has connected');
      ended = true;
    })();
    await bench.settle();
    await bench.wait(Promise.all([empty.close(), pulling]));
    expect(ended).toBe(true);
    await bench.wait(listener.close());
    await bench.until(() => waiting.closed);
    expect(waiting.closeCode).toBe('ECONNRESET');
    const refused = await bench.rejection(near.connect({ host: '10.0.0.2', port: 80 }));
    expect(codeOf(refused)).toBe('ECONNREFUSED');
  });

  it('for everything takes any port, and with acceptAny any address', async () => {
    const { bench, near, far } = twoStacks({}, { acceptAny: true });
    const seen: string[] = [];
    far.listenAll((socket) => {
      seen.push(`${socket.localAddress}:${socket.localPort}`);
      socket.write(utf8('hello'));
      socket.setHandler(ignore);
    });
    far.listen({ port: 81 }, (socket) => {
      seen.push('the listener of port 81');
      socket.setHandler(ignore);
    });
    for (const [host, port] of [
      ['1.2.3.4', 5],
      ['203.0.113.9', 65535],
      ['10.0.0.2', 81],
    ] as const) {
      const socket = await bench.wait(near.connect({ host, port }));
      expect(socket.remoteAddress).toBe(host);
    }
    await bench.settle();
    expect(seen).toEqual(['1.2.3.4:5', '203.0.113.9:65535', 'the listener of port 81']);
  });
});

describe('connect', () => {
  it('is refused by a port on which nobody listens', async () => {
    const { bench, near } = twoStacks();
    const error = await bench.rejection(near.connect({ host: '10.0.0.2', port: 80 }));
    expect(codeOf(error)).toBe('ECONNREFUSED');
    expect(near.counters().connections).toBe(0);
  });

  it('times out when nobody answers', async () => {
    const { bench, near } = twoStacks({ tcp: { synRetries: 2 } });
    const error = await bench.rejection(near.connect({ host: '10.77.0.1', port: 80 }));
    expect(codeOf(error)).toBe('ETIMEDOUT');
    expect(bench.clock.now()).toBe(7000);
  });

  it('from a local port that is taken is refused', async () => {
    const { bench, near } = await connected();
    const connect = () => near.connect({ host: '10.0.0.2', port: 80, localPort: 4000 });
    await bench.wait(connect());
    expect(codeOf(await bench.rejection(connect()))).toBe('EADDRINUSE');
  });

  it('is given up by its signal, before and during', async () => {
    const { bench, near, far } = twoStacks();
    far.listen({ port: 80 }, (socket) => socket.setHandler(ignore));
    const reason = new Error('enough');
    const options = { host: '10.0.0.2', port: 80 };
    const before = near.connect({ ...options, signal: AbortSignal.abort(reason) });
    expect(await bench.rejection(before)).toBe(reason);
    const controller = new AbortController();
    const during = near.connect({ ...options, signal: controller.signal });
    controller.abort(reason);
    expect(await bench.rejection(during)).toBe(reason);
    await bench.settle();
    expect(near.counters().connections).toBe(0);
    const late = new AbortController();
    const socket = await bench.wait(near.connect({ ...options, signal: late.signal }));
    late.abort(reason);
    await bench.settle();
    expect(socket.info().state).toBe('ESTABLISHED');
  });
});

describe('a socket', () => {
  it('says what TCP knows of it [RFC 9293 3.10.6]', async () => {
    const { bench, socket, client } = await connected();
    client.sendPattern(100_000);
    await bench.advance(1000);
    const info = socket.info();
    expect(info).toMatchObject({
      state: 'ESTABLISHED',
      mss: 1500 - 40 - 12,
      congestionControl: 'cubic',
      bufferedBytes: 0,
      bytesInFlight: 0,
    });
    expect(info.srttMs).toBeGreaterThanOrEqual(0);
    expect(info.cwnd).toBeGreaterThan(14_480);
  });

  it('waits for an ACK with small writes, unless it is told not to (Nagle)', async () => {
    const { bench, near, far, socket } = await connected();
    const sendThree = async (): Promise<number> => {
      const before = near.counters().tcp.segmentsSent;
      for (const text of ['a', 'b', 'c']) {
        socket.write(utf8(text));
        await bench.settle();
      }
      return near.counters().tcp.segmentsSent - before;
    };
    expect(await sendThree()).toBe(1);
    await bench.advance(1000);
    socket.setNoDelay();
    expect(await sendThree()).toBe(3);
    expect(far.counters().tcp.bytesReceived).toBe(6);
  });

  it('answers in one segment, ACK included, whatever its handler awaits', async () => {
    const { bench, near, far } = twoStacks();
    let isAnswered = false;
    far.listen({ port: 80 }, (socket) => {
      socket.setHandler({
        ...ignore,
        async handleData() {
          if (isAnswered) return;
          isAnswered = true;
          for (let hop = 0; hop < 50; hop++) await null;
          socket.write(utf8('answer'));
        },
      });
    });
    const socket = await bench.wait(near.connect({ host: '10.0.0.2', port: 80 }));
    socket.setHandler(ignore);
    await bench.settle();
    const before = far.counters().tcp.segmentsSent;
    // Two full segments: their ACK is due at once.
    socket.write(new Uint8Array(2 * socket.info().mss));
    await bench.settle();
    expect(far.counters().tcp.segmentsSent - before).toBe(1);
  });
});

describe('ping', () => {
  it('brings back what was sent', async () => {
    const { bench, near } = twoStacks();
    const payload = Uint8Array.from({ length: 8000 }, (_, index) => index * 3);
    const reply = await bench.wait(near.ping('10.0.0.2', { payload }));
    expect(reply.payload).toEqual(payload);
    expect(reply.address).toBe('10.0.0.2');
    expect(reply.ttl).toBe(64);
    expect((await bench.wait(near.ping('10.0.0.2'))).payload.length).toBe(56);
  });

  it('times out, and finds no way', async () => {
    const { bench, near } = twoStacks();
    const silent = await bench.rejection(near.ping('10.5.5.5', { timeoutMs: 300 }));
    expect(silent).toBeInstanceOf(PingError);
    expect(codeOf(silent)).toBe('ETIMEDOUT');
    expect(bench.clock.now()).toBe(300);
    expect(codeOf(await bench.rejection(near.ping('224.0.0.1')))).toBe('EHOSTUNREACH');
    const tooLong = near.ping('10.0.0.2', { payload: new Uint8Array(65_508) });
    expect(codeOf(await bench.rejection(tooLong))).toBe('EMSGSIZE');
    expect(await bench.rejection(near.ping('nowhere'))).toBeInstanceOf(RangeError);
  });

  it('that waits when the stack closes is rejected', async () => {
    const { bench, near } = twoStacks();
    const waiting = near.ping('10.5.5.5').catch(codeOf);
    await bench.wait(near.close());
    expect(await waiting).toBe('ENOBUFS');
  });

  it('tells many pings apart', async () => {
    const { bench, near } = twoStacks();
    const payloads = Array.from({ length: 50 }, (_, index) => Uint8Array.of(index, 1, 2, 3));
    const replies = await bench.wait(
      Promise.all(payloads.map((payload) => near.ping('10.0.0.2', { payload }))),
    );
    expect(replies.map((reply) => reply.payload)).toEqual(payloads);
  });
});

/** A stack, and packets of zeros that go to it with a flush. */
async function flood(
  wire: MemoryWireOptions,
  packets: number,
  length: number,
  segmentSize: number,
) {
  const bench = new Bench();
  const [left, right] = memoryWire(wire);
  const { clock } = bench;
  const far = createStack({ device: right, address: '10.0.0.2', clock, scheduler: bench });
  await bench.settle();
  for (let packet = 0; packet < packets; packet++) {
    const at = left.reserve(length);
    left.transmitBuffer.fill(0, at, at + length);
    left.commit(at, at + length, 0, segmentSize);
  }
  return { bench, far, flush: () => left.flush() };
}

describe('a flood', () => {
  it('is received in batches, whole, and something else gets its turn in between', async () => {
    const { bench, far, flush } = await flood({ receiveQueue: 1000 }, 1000, 20, 0);
    flush();
    const received: number[] = [];
    const look = (): void => {
      received.push(far.counters().ipv4.received);
      if (received.length < 20) setImmediate(look);
    };
    setImmediate(look);
    await bench.settle();
    expect(far.counters().ipv4.received).toBe(1000);
    expect(received[0]).toBeLessThan(300);
  });

  it('of super-packets is received in turns of half a megabyte at most', async () => {
    const length = 60_000;
    const { bench, far, flush } = await flood({ segmentationOffload: length }, 16, length, 1000);
    const received: number[] = [];
    const turns = bench.afterMicrotasks.bind(bench);
    bench.afterMicrotasks = (callback) => {
      received.push(far.counters().ipv4.received);
      turns(callback);
    };
    flush();
    await bench.settle();
    expect(received.at(-1)).toBe(16);
    const steps = received.map((count, index) => count - (received[index - 1] ?? 0));
    expect(Math.max(...steps) * length).toBeLessThanOrEqual(0x8_0000);
  });
});

describe('counters', () => {
  it('count what has happened, and why what was dropped was dropped', async () => {
    const { bench, near, far, client } = await connected();
    client.sendPattern(10_000, true);
    await bench.advance(1000);
    const { tcp, ipv4, connections } = far.counters();
    expect(connections).toBe(1);
    expect(tcp.connectionsAccepted).toBe(1);
    expect(tcp.bytesReceived).toBe(10_000);
    expect(ipv4.received).toBe(near.counters().ipv4.sent);
    expect(near.counters().tcp.connectionsOpened).toBe(1);
    await bench.rejection(near.connect({ host: '10.0.0.2', port: 9 }));
    expect(tcp.dropped['no-connection']).toBe(1);
    expect(tcp.resetsSent).toBe(1);
  });
});

describe('close', () => {
  it('drains: what was written arrives, and the peer may finish', async () => {
    const { bench, near, far, client, server } = await connected();
    server.reactions.end = () => {
      server.sendPattern(500_000, true);
    };
    client.sendPattern(100_000);
    const closing = near.close();
    await bench.wait(closing);
    expect(server.received).toBe(100_000);
    expect(client.received).toBe(500_000);
    expect(client.events.filter((event) => event !== 'drain')).toEqual(['end', 'close']);
    expect(client.closeError).toBe(null);
    await bench.until(() => server.closed);
    expect(far.counters().connections).toBe(0);
    expect(near.close()).toBe(closing);
  });

  it('resets what is not done after drainMs', async () => {
    const { bench, near, client, server } = await connected();
    server.pause();
    client.sendPattern(5_000_000);
    await bench.wait(near.close({ drainMs: 2000 }));
    expect(bench.clock.now()).toBeGreaterThanOrEqual(2000);
    expect(bench.clock.now()).toBeLessThan(3000);
    expect(client.closed).toBe(true);
    server.resume();
    await bench.until(() => server.closed);
    expect(server.closeCode).toBe('ECONNRESET');
    expect(near.counters().connections).toBe(0);
  });

  it('stops listening at once, and closes the device at the end', async () => {
    const { bench, near, far } = twoStacks();
    far.listen({ port: 80 }, (socket) => socket.setHandler(ignore));
    await bench.wait(far.close());
    const options = { host: '10.0.0.2', port: 80, tcp: { synRetries: 0 } };
    expect(codeOf(await bench.rejection(near.connect(options)))).toBe('ETIMEDOUT');
  });

  it('leaves no timer and no task behind', async () => {
    const { bench, near, far } = await connected();
    await bench.wait(Promise.all([near.close(), far.close()]));
    await bench.settle();
    expect(bench.clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
  });

  it('fails whatever is asked of the stack afterwards', async () => {
    const { bench, near } = twoStacks();
    await bench.wait(near.close());
    const connecting = near.connect({ host: '10.0.0.2', port: 80 });
    expect(codeOf(await bench.rejection(connecting))).toBe('ECONNABORTED');
    expect(codeOf(await bench.rejection(near.ping('10.0.0.2')))).toBe('ENOBUFS');
    expect(() => near.listen({ port: 80 })).toThrow('the stack was closed');
    expect(() => near.listenAll()).toThrow('the stack was closed');
  });

  it('ends a connect that waits for its name, or for its peer', async () => {
    let found: (address: string) => void = () => {};
    const resolve = () => new Promise<string>((done) => (found = done));
    const { bench, near } = twoStacks({ resolve });
    const byName = near.connect({ host: 'server.test', port: 80 }).catch(codeOf);
    const byPeer = near.connect({ host: '10.5.5.5', port: 80 }).catch(codeOf);
    await bench.settle();
    await bench.wait(near.close());
    found('10.0.0.2');
    expect(await byPeer).toBe('ECONNABORTED');
    expect(await byName).toBe('ECONNABORTED');
  });
});

describe('the clock and scheduler of the host', () => {
  it('carry a connection as the virtual ones do', async () => {
    const [left, right] = memoryWire();
    const near = createStack({ device: left, address: '10.0.0.1' });
    const far = createStack({ device: right, address: '10.0.0.2' });
    far.listen({ port: 80 }, (socket) => {
      void socket.readable.pipeTo(socket.writable);
    });
    const socket = await near.connect({ host: '10.0.0.2', port: 80 });
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 1);
    const sent = new Uint8Array(20_000_000).map((_, index) => index * 31);
    const writer = socket.writable.getWriter();
    void writer.write(sent).then(() => writer.close());
    const reader = socket.readable.getReader();
    let received = 0;
    let differences = 0;
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      for (const byte of read.value) if (byte !== sent[received++]) differences++;
    }
    clearInterval(ticking);
    expect(received).toBe(sent.length);
    expect(differences).toBe(0);
    // Timers fire during bulk: the loop never keeps the host to itself.
    expect(ticks).toBeGreaterThan(5);
    await Promise.all([near.close(), far.close()]);
  });
});
