import {
  ChecksumState,
  captureDevice,
  faultDevice,
  type LinkDevice,
  memoryWire,
  type PacketDirection,
  traceDevice,
  WrappedDevice,
} from '@netlayers/link';
import { linkDeviceSuite, testPacket } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { memorySink, readPackets } from './read-pcapng.js';

const tools = { describe, it, expect };

const nothing = { write: () => {} };
const wrappers: Record<string, (device: LinkDevice) => LinkDevice> = {
  'plain wrapper': (device) => new WrappedDevice(device),
  capture: (device) => captureDevice(device, { sink: nothing, wallTime: () => 0 }),
  tracer: (device) => traceDevice(device, () => {}),
  'faults that pass': (device) => faultDevice(device, () => 'pass'),
};

const plain = { headroom: 10 };
const offload = { ...plain, checksumOffload: true, segmentationOffload: 65_535 };

for (const [name, wrap] of Object.entries(wrappers)) {
  for (const options of [plain, offload]) {
    linkDeviceSuite(tools, `${name}${options === offload ? ', offload' : ''}`, () => {
      const [near, far] = memoryWire(options);
      return { near: wrap(near), far };
    });
  }
}
const everyOrder = Object.values(wrappers).flatMap((outer) =>
  Object.values(wrappers).map((inner) => (device: LinkDevice) => outer(inner(device))),
);
linkDeviceSuite(tools, 'all wrappers around each other', () => {
  const [near, far] = memoryWire(offload);
  return { near: everyOrder.reduce((device, wrap) => wrap(device), near as LinkDevice), far };
});

function send(device: LinkDevice, packet: Uint8Array, checksum: ChecksumState = 0, size = 0): void {
  const at = device.reserve(packet.length);
  device.transmitBuffer.set(packet, at);
  device.commit(at, at + packet.length, checksum, size);
}

interface Received {
  readonly bytes: Uint8Array;
  readonly checksum: ChecksumState;
  readonly segmentSize: number;
}

/** Receives what is there in calls of at most `max` packets, and checks what each returns. */
function receiveAll(device: LinkDevice, max = 64): Received[] {
  const received: Received[] = [];
  for (let calls = 0; calls < 1000; calls++) {
    const before = received.length;
    const count = device.receive(max, {
      handlePacket: (buf, start, end, checksum, segmentSize) =>
        received.push({ bytes: buf.slice(start, end), checksum, segmentSize }),
    });
    expect(received.length - before).toBeLessThanOrEqual(max);
    if (count < max) return received;
  }
  throw new Error('the device never says that it is drained');
}

describe('WrappedDevice', () => {
  it('shows the capabilities and handlers of the device inside', () => {
    const [a] = memoryWire({ mtu: 1280, headroom: 12 });
    const wrapped = new WrappedDevice(a);
    expect(wrapped.capabilities).toBe(a.capabilities);
    expect(wrapped.transmitBuffer).toBe(a.transmitBuffer);
    const [readable, writable] = [() => {}, () => {}];
    wrapped.onReadable = readable;
    wrapped.onWritable = writable;
    expect([a.onReadable, a.onWritable]).toEqual([readable, writable]);
    expect([wrapped.onReadable, wrapped.onWritable]).toEqual([readable, writable]);
  });
});

describe('traceDevice', () => {
  it('shows packets both ways with what is known about them', () => {
    const seen: unknown[] = [];
    const [inside, b] = memoryWire(offload);
    const a = traceDevice(inside, (direction, buf, start, end, checksum, segmentSize) =>
      seen.push([direction, buf[start + 5], end - start, checksum, segmentSize]),
    );
    send(a, testPacket(60, { seed: 1 }));
    send(a, testPacket(4000, { seed: 2, protocol: 'tcp', partial: true }), 1, 1400);
    a.flush();
    send(b, testPacket(61, { seed: 3 }));
    b.flush();
    receiveAll(a);
    expect(seen).toEqual([
      ['outbound', 1, 60, 0, 0],
      ['outbound', 2, 4000, 1, 1400],
      ['inbound', 3, 61, 0, 0],
    ]);
  });
});

describe('faultDevice', () => {
  /** Sends packets 1 to `count` each way through the device; returns what arrived. */
  function exchange(device: LinkDevice, other: LinkDevice, count: number, max = 64) {
    for (let seed = 1; seed <= count; seed++) {
      send(device, testPacket(60, { seed }));
      send(other, testPacket(60, { seed }));
    }
    device.flush();
    other.flush();
    const seeds = (packets: Received[]) => packets.map(({ bytes }) => bytes[5]);
    return { outbound: seeds(receiveAll(other)), inbound: seeds(receiveAll(device, max)) };
  }

  it('drops and duplicates by number and direction, and counts', () => {
    const [inside, b] = memoryWire();
    const a = faultDevice(inside, (direction, packetNumber) => {
      if (packetNumber === 2) return 'duplicate';
      return packetNumber === (direction === 'inbound' ? 3 : 4) ? 'drop' : 'pass';
    });
    expect(exchange(a, b, 5)).toEqual({ outbound: [1, 2, 2, 3, 5], inbound: [1, 2, 2, 4, 5] });
    const counts = { packets: 5, dropped: 1, duplicated: 1, corrupted: 0, truncated: 0 };
    expect(a.inboundFaults).toEqual({ ...counts, duplicatesLost: 0 });
    expect(a.outboundFaults).toEqual({ ...counts, duplicatesLost: 0 });
  });

  it('leaves the other direction alone when one is chosen', () => {
    for (const only of ['inbound', 'outbound'] as const) {
      const [inside, b] = memoryWire();
      const asked = new Set<PacketDirection>();
      const a = faultDevice(
        inside,
        (direction) => {
          asked.add(direction);
          return 'drop';
        },
        only,
      );
      const { outbound, inbound } = exchange(a, b, 3);
      expect([...asked]).toEqual([only]);
      expect([outbound.length, inbound.length]).toEqual(only === 'inbound' ? [3, 0] : [0, 3]);
    }
  });

  it('delivers duplicates in order and never more than max at once', () => {
    for (const max of [1, 2, 3, 5, 64]) {
      const [inside, b] = memoryWire();
      const a = faultDevice(inside, () => 'duplicate', 'inbound');
      expect(exchange(a, b, 4, max).inbound, `max ${max}`).toEqual([1, 1, 2, 2, 3, 3, 4, 4]);
    }
  });

  it('does not say that it is drained when it dropped all of a batch', () => {
    const [inside, b] = memoryWire();
    const a = faultDevice(inside, (_, packetNumber) => (packetNumber <= 4 ? 'drop' : 'pass'));
    for (let seed = 1; seed <= 6; seed++) send(b, testPacket(60, { seed }));
    b.flush();
    expect(receiveAll(a, 2).map(({ bytes }) => bytes[5])).toEqual([5, 6]);
  });

  it('loses a duplicate that finds no room, and counts it', () => {
    const [inside, b] = memoryWire({ receiveQueue: 3 });
    const a = faultDevice(inside, () => 'duplicate');
    send(a, testPacket(60, { seed: 1 }));
    send(a, testPacket(60, { seed: 2 }));
    a.flush();
    expect(receiveAll(b).map(({ bytes }) => bytes[5])).toEqual([1, 1, 2]);
    expect(a.outboundFaults).toMatchObject({ duplicated: 1, duplicatesLost: 1 });
  });

  it('flips bits, counted from the first bit, in a copy of what it received', () => {
    const packet = testPacket(60);
    const damaged = packet.slice();
    damaged[0]! ^= 0x80;
    damaged[59]! ^= 0x01;
    const [inside, b] = memoryWire();
    const shown: Uint8Array[] = [];
    const traced = traceDevice(inside, (_, buf, start, end) => {
      shown.push(buf.subarray(start, end));
    });
    const a = faultDevice(traced, () => ({ flipBits: [0, 479, 480, 9999] }));
    send(a, packet);
    a.flush();
    send(b, packet);
    b.flush();
    expect(receiveAll(b)[0]!.bytes).toEqual(damaged);
    expect(receiveAll(a)[0]!.bytes).toEqual(damaged);
    expect(shown).toEqual([damaged, packet]);
    expect(a.inboundFaults.corrupted + a.outboundFaults.corrupted).toBe(2);
  });

  it('truncates, and drops what is cut to nothing', () => {
    const [inside, b] = memoryWire();
    const lengths = [30, 100, 0];
    const a = faultDevice(inside, (_, packetNumber) => ({
      truncateTo: lengths[packetNumber - 1]!,
    }));
    for (const from of [a, b]) {
      for (let count = 0; count < 3; count++) send(from, testPacket(60));
      from.flush();
    }
    for (const device of [a, b]) {
      expect(receiveAll(device).map(({ bytes }) => bytes)).toEqual([
        testPacket(60).slice(0, 30),
        testPacket(60),
      ]);
    }
    expect([a.inboundFaults.truncated, a.outboundFaults.truncated]).toEqual([3, 3]);
  });

  it('completes a partial checksum before it damages a packet, so that the damage shows', () => {
    for (const protocol of ['udp', 'tcp'] as const) {
      const [inside, b] = memoryWire(offload);
      const a = faultDevice(inside, () => ({ flipBits: [59 * 8] }));
      const expected = testPacket(60, { protocol });
      expected[59]! ^= 0x80;
      for (const from of [a, b]) {
        send(from, testPacket(60, { protocol, partial: true }), ChecksumState.PARTIAL);
        from.flush();
      }
      for (const device of [a, b]) {
        expect(receiveAll(device)).toEqual([
          { bytes: expected, checksum: ChecksumState.COMPLETE, segmentSize: 0 },
        ]);
      }
    }
  });

  it('loses a damaged super-segment on its way out and delivers one that came in', () => {
    const [inside, b] = memoryWire(offload);
    const a = faultDevice(inside, () => ({ flipBits: [480] }));
    const packet = testPacket(9000, { protocol: 'tcp', partial: true });
    for (const from of [a, b]) {
      send(from, packet, ChecksumState.PARTIAL, 1460);
      from.flush();
    }
    expect(receiveAll(b)).toEqual([]);
    const [received] = receiveAll(a);
    expect([received!.checksum, received!.segmentSize]).toEqual([ChecksumState.COMPLETE, 1460]);
  });
});

describe('a capture with comments', () => {
  const HELLO = testPacket(60);
  const ANSWER = testPacket(40);
  let file: Uint8Array;
  let judged: string | null = null;

  /** Captures what `take` does with a packet. */
  function captured(take: (a: LinkDevice, buf: Uint8Array, at: number) => void): string[] {
    const sink = memorySink();
    const [inside, b] = memoryWire();
    let now = 1;
    const a = captureDevice(inside, {
      sink,
      wallTime: () => now++,
      comment: (direction) => (direction === 'inbound' ? judged : 'because'),
    });
    judged = null;
    send(b, HELLO);
    b.flush();
    try {
      a.receive(1, { handlePacket: (buf, start) => take(a, buf, start) });
    } catch {}
    a.flush();
    file = sink.file();
    return readPackets(file).map(
      ({ bytes, micros, comment }) => `${bytes.length} at ${micros}: ${comment}`,
    );
  }

  it('says of a received packet what became of it, as it came and when it came', () => {
    const seen = captured((_, buf, at) => {
      buf.fill(0, at, at + 20);
      judged = 'accepted';
    });
    expect(seen).toEqual(['60 at 1000: accepted']);
    expect(readPackets(file)[0]?.bytes).toEqual(HELLO);
  });

  it('has it before what answers it, and also where the stack has thrown', () => {
    const answered = captured((a) => {
      send(a, ANSWER);
      judged = 'no connection';
    });
    expect(answered).toEqual(['60 at 1000: no connection', '40 at 2000: because']);
    const thrown = captured(() => {
      judged = 'odd';
      throw new Error('a fault');
    });
    expect(thrown).toEqual(['60 at 1000: odd']);
  });
});

describe('a capture of faults', () => {
  it('shows a capture outside of it what was sent, and one inside what went on', () => {
    const [outer, inner] = [memorySink(), memorySink()];
    const wallTime = () => 0;
    const [inside] = memoryWire();
    const faulty = faultDevice(captureDevice(inside, { sink: inner, wallTime }), () => 'drop');
    const a = captureDevice(faulty, { sink: outer, wallTime });
    send(a, testPacket(60));
    a.flush();
    expect(readPackets(outer.file()).length).toBe(1);
    expect(readPackets(inner.file()).length).toBe(0);
  });
});
