import { ChecksumState, type MemoryWireOptions, memoryWire } from '@netlayers/link';
import { linkDeviceSuite, seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

const tools = { describe, it, expect };

const wire = (options: MemoryWireOptions) => () => {
  const [near, far] = memoryWire(options);
  return { near, far };
};

linkDeviceSuite(tools, 'memory wire', wire({}));
linkDeviceSuite(tools, 'memory wire, scheduled', wire({ schedule: queueMicrotask }));
linkDeviceSuite(tools, 'memory wire with headroom', wire({ headroom: 10, receiveQueue: 12 }));
linkDeviceSuite(tools, 'memory wire that drops', wire({ whenFull: 'drop' }));
linkDeviceSuite(
  tools,
  'memory wire with offload',
  wire({ checksumOffload: true, segmentationOffload: 65_535, mtu: 576 }),
);

const NOBODY = { handlePacket: () => {} };

/** Sends a packet of `length` bytes that all have the value `fill`. */
function send(device: ReturnType<typeof memoryWire>[0], length: number, fill: number): boolean {
  const at = device.reserve(length);
  if (at === -1) return false;
  device.transmitBuffer.fill(fill, at, at + length);
  device.commit(at, at + length, ChecksumState.COMPLETE, 0);
  return true;
}

describe('memoryWire', () => {
  it('holds receiveQueue packets of the MTU at every position of its ring', () => {
    for (const headroom of [0, 3, 10, 64]) {
      const [a, b] = memoryWire({ receiveQueue: 5, mtu: 100, headroom });
      for (let round = 0; round < 50; round++) {
        let sent = 0;
        while (send(a, 100, sent)) sent++;
        expect(sent, `headroom ${headroom}, round ${round}`).toBe(round === 0 ? 5 : 3);
        a.flush();
        b.receive(3, NOBODY);
      }
    }
  });

  it('keeps any mix of lengths in order and byte-exact', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(seed);
      const whenFull = seed % 2 === 0 ? 'drop' : 'backpressure';
      const headroom = random.below(100);
      const [a, b] = memoryWire({ receiveQueue: 7, mtu: 500, headroom, whenFull });
      const expected: number[][] = [];
      const arrived: number[][] = [];
      const collect = {
        handlePacket: (buf: Uint8Array, start: number, end: number) => {
          arrived.push([buf[start]!, end - start]);
          expect(
            buf.subarray(start, end).every((byte) => byte === buf[start]),
            `bytes, seed ${seed}`,
          ).toBe(true);
        },
      };
      for (let step = 0; step < 2000; step++) {
        if (random.below(3) > 0) {
          const length = 1 + random.below(500);
          const { dropped } = a;
          if (send(a, length, step & 255) && a.dropped === dropped) {
            expected.push([step & 255, length]);
          }
        } else {
          a.flush();
          b.receive(1 + random.below(6), collect);
        }
      }
      a.flush();
      b.receive(100, collect);
      expect(arrived, `seed ${seed}`).toEqual(expected);
    }
  });

  it('commits a reservation that was made before the ring ran empty', () => {
    const [a, b] = memoryWire({ receiveQueue: 4, mtu: 100 });
    for (let count = 0; count < 3; count++) send(a, 100, 1);
    a.flush();
    const at = a.reserve(100);
    a.transmitBuffer.fill(7, at, at + 100);
    b.receive(3, NOBODY);
    a.commit(at, at + 100, ChecksumState.COMPLETE, 0);
    send(a, 100, 8);
    a.flush();
    const first: number[] = [];
    b.receive(9, { handlePacket: (buf, start) => first.push(buf[start]!) });
    expect(first).toEqual([7, 8]);
  });

  it('drops and counts when it is asked to, and never refuses', () => {
    const [a, b] = memoryWire({ receiveQueue: 3, whenFull: 'drop' });
    for (let count = 0; count < 10; count++) expect(send(a, 1500, count)).toBe(true);
    a.flush();
    expect(b.waiting).toBe(3);
    expect(a.dropped).toBe(7);
    const first: number[] = [];
    b.receive(99, { handlePacket: (buf, start) => first.push(buf[start]!) });
    expect(first).toEqual([0, 1, 2]);
  });

  it('loses what is sent to a closed end, counted, and frees a sender that waits', () => {
    const [a, b] = memoryWire({ receiveQueue: 2 });
    let writable = 0;
    a.onWritable = () => writable++;
    send(a, 100, 1);
    a.flush();
    send(a, 100, 1);
    expect(send(a, 100, 1)).toBe(false);
    b.close();
    expect(writable).toBe(1);
    expect(a.dropped).toBe(1);
    a.flush();
    expect(a.dropped).toBe(2);
    for (let count = 0; count < 10; count++) expect(send(a, 100, 1)).toBe(true);
    a.flush();
    expect(a.dropped).toBe(12);
  });

  it('goes on with the next packet when a handler throws', () => {
    const [a, b] = memoryWire();
    send(a, 100, 1);
    send(a, 100, 2);
    a.flush();
    const broken = () => {
      throw new Error('broken handler');
    };
    expect(() => b.receive(9, { handlePacket: broken })).toThrow('broken handler');
    const first: number[] = [];
    expect(b.receive(9, { handlePacket: (buf, start) => first.push(buf[start]!) })).toBe(1);
    expect(first).toEqual([2]);
  });

  it('stops delivering when a handler closes the device', () => {
    const [a, b] = memoryWire();
    for (let count = 0; count < 3; count++) send(a, 100, 1);
    a.flush();
    expect(b.receive(9, { handlePacket: () => b.close() })).toBe(1);
  });

  it('calls a handler once for many flushes when it is scheduled', () => {
    const later: (() => void)[] = [];
    const [a, b] = memoryWire({ schedule: (callback) => later.push(callback) });
    let readable = 0;
    b.onReadable = () => readable++;
    for (let count = 0; count < 4; count++) {
      send(a, 100, 1);
      a.flush();
    }
    expect([later.length, readable]).toEqual([1, 0]);
    later.pop()?.();
    expect(readable).toBe(1);
    send(a, 100, 1);
    a.flush();
    b.close();
    later.pop()?.();
    expect(readable).toBe(1);
  });

  it('lets ends that answer at once talk to each other when it is scheduled', async () => {
    const [a, b] = memoryWire({ schedule: queueMicrotask });
    let turns = 0;
    for (const device of [a, b]) {
      device.onReadable = () => {
        device.receive(9, { handlePacket: () => turns++ });
        if (turns < 100_000) {
          send(device, 100, 1);
          device.flush();
        }
      };
    }
    send(a, 100, 1);
    a.flush();
    await new Promise((resolve) => setImmediate(resolve));
    expect(turns).toBe(100_000);
  });

  it('refuses misuse', () => {
    const [a] = memoryWire({ mtu: 576 });
    expect(() => a.reserve(577)).toThrow(RangeError);
    expect(() => a.reserve(0)).toThrow(RangeError);
    expect(() => a.commit(0, 10, ChecksumState.COMPLETE, 0)).toThrow(RangeError);
    const at = a.reserve(100);
    expect(() => a.commit(at, at + 101, ChecksumState.COMPLETE, 0)).toThrow(RangeError);
    expect(() => a.commit(at, at, ChecksumState.COMPLETE, 0)).toThrow(RangeError);
    expect(() => a.commit(at, at + 100, ChecksumState.PARTIAL, 0)).toThrow(TypeError);
    a.commit(at, at + 100, ChecksumState.COMPLETE, 0);
    expect(() => a.commit(at, at + 100, ChecksumState.COMPLETE, 0)).toThrow(RangeError);
    const [c] = memoryWire({ mtu: 576, segmentationOffload: 65_535 });
    const big = c.reserve(6000);
    expect(() => c.commit(big, big + 6000, ChecksumState.COMPLETE, 0)).toThrow(RangeError);
    for (const options of [{ mtu: 67 }, { mtu: 65_536 }, { receiveQueue: 0 }, { headroom: -1 }]) {
      expect(() => memoryWire(options)).toThrow(RangeError);
    }
  });
});
