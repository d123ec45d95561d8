import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { MessageChannel } from 'node:worker_threads';
import {
  ChecksumState,
  messagePortDevice,
  nodeStreamDevice,
  type TransportDeviceOptions,
  type TransportLink,
  webStreamDevice,
} from '@netlayers/link';
import { fuzzSeed, linkDeviceSuite, seededRandom } from '@netlayers/testkit';
import { describe, expect, it, onTestFinished } from 'vitest';

const tools = { describe, it, expect };
/** Lets the host carry what is under way. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Lets the host carry until something is so; the expectation behind it says what was not. */
async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; turns < 10_000 && !condition(); turns++) await settle();
}

type Pair = { near: TransportLink; far: TransportLink; dispose?: () => void };

async function ports(options: TransportDeviceOptions): Promise<Pair> {
  const { port1, port2 } = new MessageChannel();
  const near = messagePortDevice(port1, options);
  const far = messagePortDevice(port2, options);
  // Nothing can be sent before the other end has granted it.
  while (near.reserve(100) === -1 || far.reserve(100) === -1) await settle();
  return { near, far };
}

function webStreams(options: TransportDeviceOptions): Pair {
  const there = new TransformStream<Uint8Array, Uint8Array>();
  const back = new TransformStream<Uint8Array, Uint8Array>();
  return {
    near: webStreamDevice({ readable: back.readable, writable: there.writable }, options),
    far: webStreamDevice({ readable: there.readable, writable: back.writable }, options),
  };
}

function nodeStreams(options: TransportDeviceOptions): Pair {
  const there = new PassThrough();
  const back = new PassThrough();
  return {
    near: nodeStreamDevice({ readable: back, writable: there }, options),
    far: nodeStreamDevice({ readable: there, writable: back }, options),
  };
}

async function unixSockets(options: TransportDeviceOptions): Promise<Pair> {
  const folder = mkdtempSync(join(tmpdir(), 'netlayers-'));
  const server = createServer().listen(join(folder, 'link'));
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const near = connect(join(folder, 'link'));
  const [far] = await accepted;
  const device = (socket: Socket) =>
    nodeStreamDevice({ readable: socket, writable: socket }, options);
  return {
    near: device(near),
    far: device(far),
    dispose: () => {
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const transports = { ports, 'web streams': webStreams, 'node streams': nodeStreams, unixSockets };
for (const [name, make] of Object.entries(transports)) {
  for (const options of [{}, { receiveQueue: 12, mtu: 1280 }, { mtu: 65_535 }]) {
    linkDeviceSuite(tools, `${name} ${JSON.stringify(options)}`, async () => ({
      ...(await make(options)),
      settle,
    }));
  }
}

/** A packet of this length, all bytes `fill`. */
const packet = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);

/** Sends a packet of its own; false = refused. */
function send(device: TransportLink, bytes: Uint8Array): boolean {
  const at = device.reserve(bytes.length);
  if (at === -1) return false;
  device.transmitBuffer.set(bytes, at);
  device.commit(at, at + bytes.length, ChecksumState.COMPLETE, 0);
  return true;
}

/** What waits at a device: length and first byte of each packet. */
function received(device: TransportLink, max = 10_000): string[] {
  const found: string[] = [];
  device.receive(max, {
    handlePacket: (buf, start, end) => found.push(`${end - start}:${buf[start]}`),
  });
  return found;
}

/** Packets as a stream of bytes (RFC 4571, 2). */
const frames = (...packets: Uint8Array[]): Uint8Array =>
  Uint8Array.from(packets.flatMap((it) => [it.length >> 8, it.length & 255, ...it]));

/** A device over web streams, and the ends that are not its own. */
function webStreamEnds(options: TransportDeviceOptions = {}) {
  const inbound = new TransformStream<Uint8Array, Uint8Array>();
  const outbound = new TransformStream<Uint8Array, Uint8Array>();
  const device = webStreamDevice(
    { readable: inbound.readable, writable: outbound.writable },
    options,
  );
  return { device, writer: inbound.writable.getWriter(), reader: outbound.readable.getReader() };
}

describe('a stream of packets (RFC 4571, 2)', () => {
  const stream = frames(
    packet(28, 1),
    packet(1500, 2),
    packet(0, 0),
    packet(1501, 3),
    packet(1, 4),
  );
  const expected = ['28:1', '1500:2', '1:4'];

  it('puts a length of two octets in front of each packet', async () => {
    const { device, reader } = webStreamEnds();
    send(device, packet(258, 7));
    send(device, packet(3, 8));
    device.flush();
    const { value } = await reader.read();
    expect(value).toEqual(frames(packet(258, 7), packet(3, 8)));
  });

  it('finds the same packets wherever it is cut', async () => {
    for (const size of [1, 2, 3, 29, 30, 31, 1531, 1532, 1533, stream.length]) {
      const { device, writer } = webStreamEnds();
      for (let at = 0; at < stream.length; at += size) {
        await writer.write(stream.subarray(at, at + size));
      }
      await settle();
      expect(received(device), `pieces of ${size}`).toEqual(expected);
      expect(device.drops).toMatchObject({ empty: 1, tooLong: 1, queueFull: 0 });
    }
  });

  it('reads on behind empty chunks and skips what is no bytes', async () => {
    const { device, writer } = webStreamEnds();
    await writer.write(new Uint8Array(0));
    await writer.write('text' as unknown as Uint8Array);
    await writer.write(stream);
    await settle();
    expect(received(device)).toEqual(expected);
    expect(device.drops.foreign).toBe(1);
  });

  it('loses none of what came before the end, and tells of the end once', async () => {
    const { device, writer } = webStreamEnds({ receiveQueue: 1 });
    let told = 0;
    device.onClose = () => told++;
    void writer.write(stream);
    void writer.close();
    await settle();
    expect([told, device.closed]).toEqual([0, false]);
    expect(received(device)).toEqual(expected);
    await settle();
    expect([told, device.closed, device.reserve(100)]).toEqual([1, true, -1]);
  });

  it('finds what is a packet among any lengths, cut anywhere, through a short queue', async () => {
    const random = seededRandom(fuzzSeed(5));
    const { device, writer } = webStreamEnds({ receiveQueue: 7, mtu: 576 });
    const sent = Array.from({ length: 3000 }, (_, at) => packet(random.below(800), at & 255));
    const bytes = frames(...sent);
    for (let at = 0; at < bytes.length; ) {
      const end = at + random.below(1500);
      void writer.write(bytes.subarray(at, end));
      at = end;
    }
    const found: string[] = [];
    const seen = (): number => device.drops.tooLong + device.drops.empty + found.length;
    for (let turns = 0; turns < 10_000 && seen() < sent.length; turns++) {
      found.push(...received(device, 1 + random.below(20)));
      await settle();
    }
    const good = sent.filter(({ length }) => length > 0 && length <= 576);
    expect(found).toEqual(good.map((it) => `${it.length}:${it[0]}`));
    const { tooLong, empty, queueFull } = device.drops;
    expect([tooLong + empty, queueFull]).toEqual([3000 - good.length, 0]);
  });

  it('is closed by a stream that fails', async () => {
    const { device, writer } = webStreamEnds();
    let told = 0;
    device.onClose = () => told++;
    void writer.abort(new Error('no more')).catch(() => {});
    await settle();
    expect([told, device.closed]).toEqual([1, true]);
  });
});

describe('backpressure', () => {
  for (const [name, make] of Object.entries({ ports, webStreams, nodeStreams, unixSockets })) {
    it(`loses none of many packets to a slow receiver: ${name}`, async () => {
      const { near, far, dispose } = await make({ receiveQueue: 10 });
      let sent = 0;
      let most = 0;
      const found: string[] = [];
      const fill = (): void => {
        const before = sent;
        while (sent < 3000 && send(near, packet(1500, sent & 255))) sent++;
        most = Math.max(most, sent - before);
        near.flush();
      };
      near.onWritable = fill;
      fill();
      for (let turns = 0; turns < 20_000 && found.length < 3000; turns++) {
        await settle();
        found.push(...received(far, 3));
      }
      near.close();
      far.close();
      dispose?.();
      expect(found).toEqual(Array.from({ length: 3000 }, (_, i) => `1500:${i & 255}`));
      expect(far.drops.queueFull).toBe(0);
      expect(most).toBeLessThan(600);
    });
  }
});

describe('messagePortDevice', () => {
  /** A device at one end, and the bare port at the other. */
  function bareEnd(options: TransportDeviceOptions = {}) {
    const { port1, port2 } = new MessageChannel();
    const messages: unknown[] = [];
    port2.on('message', (message) => messages.push(message));
    onTestFinished(() => port2.close());
    return { device: messagePortDevice(port1, options), port: port2, messages };
  }

  it('sends no more than it is granted, and grants what it took', async () => {
    const { device, port, messages } = bareEnd({ receiveQueue: 3 });
    let told = 0;
    device.onWritable = () => told++;
    expect(send(device, packet(40, 1))).toBe(false);
    port.postMessage(2);
    await until(() => told > 0);
    expect(told).toBe(1);
    expect([1, 2, 3].map((fill) => send(device, packet(40, fill)))).toEqual([true, true, false]);
    device.flush();
    let readable = 0;
    device.onReadable = () => readable++;
    port.postMessage(frames(packet(20, 9), packet(0, 0), packet(21, 9)).buffer);
    await until(() => readable > 0 && messages.length === 2);
    expect(messages).toEqual([3, frames(packet(40, 1), packet(40, 2)).buffer]);
    expect(received(device)).toEqual(['20:9', '21:9']);
    await until(() => messages.length > 2);
    expect(messages.slice(2)).toEqual([3]);
  });

  it('is not misled by grants without sense, nor by messages of others', async () => {
    const { device, port } = bareEnd();
    for (const message of [-5, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 'text', {}]) {
      port.postMessage(message);
    }
    await until(() => device.drops.foreign === 4);
    expect(device.drops.foreign).toBe(4);
    let sent = 0;
    while (sent < 10_000 && send(device, packet(40, 0))) {
      sent++;
      device.flush();
    }
    expect(sent).toBe(4096);
  });

  it('holds no more than its queue, whatever a peer sends', async () => {
    const { device, port, messages } = bareEnd({ receiveQueue: 5 });
    for (let i = 0; i < 100; i++) port.postMessage(frames(packet(40, i), packet(41, i)).buffer);
    await until(() => device.drops.queueFull === 195);
    expect(device.drops.queueFull).toBe(195);
    expect(received(device)).toEqual(['40:0', '41:0', '40:1', '41:1', '40:2']);
    await until(() => messages.length === 2);
    expect(messages).toEqual([5, 5]);
  });

  it('tells the other end that it is closed, and closes no worker', async () => {
    const { near, far } = await ports({});
    let told = 0;
    far.onClose = () => told++;
    near.close();
    await until(() => told > 0);
    expect([told, far.closed]).toEqual([1, true]);
    const scope = {
      posted: [] as unknown[],
      closed: 0,
      postMessage: (message: unknown) => scope.posted.push(message),
      addEventListener: () => {},
      close: () => scope.closed++,
    };
    messagePortDevice(scope, { receiveQueue: 7 }).close();
    expect([scope.posted, scope.closed]).toEqual([[7, null], 0]);
  });
});

describe('nodeStreamDevice', () => {
  it("joins a child by its stdio, and is closed with the child's end", async () => {
    // A child that sends back what it reads: its packets are ours.
    const child = spawn('cat', { stdio: ['pipe', 'pipe', 'inherit'] });
    const device = nodeStreamDevice({ readable: child.stdout, writable: child.stdin });
    let told = 0;
    device.onClose = () => told++;
    send(device, packet(1500, 5));
    send(device, packet(20, 6));
    device.flush();
    await new Promise<void>((resolve) => {
      device.onReadable = resolve;
    });
    expect(received(device)).toEqual(['1500:5', '20:6']);
    child.kill();
    await once(child, 'close');
    expect([told, device.closed]).toEqual([1, true]);
  });

  it('counts text, and reads on', () => {
    const readable = new PassThrough();
    readable.setEncoding('latin1');
    const device = nodeStreamDevice({ readable, writable: new PassThrough() });
    readable.emit('data', 'text');
    readable.emit('data', frames(packet(30, 1)));
    expect([device.drops.foreign, received(device)]).toEqual([1, ['30:1']]);
  });

  it('lets the other end know by closing', async () => {
    const { near, far, dispose } = await unixSockets({});
    const told = new Promise<void>((resolve) => {
      far.onClose = resolve;
    });
    send(near, packet(100, 1));
    near.flush();
    near.close();
    await told;
    expect(received(far)).toEqual(['100:1']);
    dispose?.();
  });
});
