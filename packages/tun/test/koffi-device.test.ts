import { hex, testPacket } from '@netlayers/testkit';
import { describe, expect, it, vi } from 'vitest';
import { KoffiDevice } from '../src/koffi-device.js';
import { Errno } from '../src/linux.js';
import { VNET_HEADER_LENGTH } from '../src/vnet-header.js';
import { FakeKernel } from './fake-kernel.js';

const FD = 42;

function setup({ offload = false, mtu = 1500 } = {}) {
  const kernel = new FakeKernel();
  const device = new KoffiDevice({
    syscalls: kernel.syscalls,
    fd: FD,
    offload,
    name: 'tun0',
    address: '10.0.0.2',
    peer: '10.0.0.3',
    mtu,
    receiveQueue: 500,
    persistent: false,
  });
  const received: { bytes: Uint8Array; checksum: number; segmentSize: number }[] = [];
  const receive = (max: number) =>
    device.receive(max, {
      handlePacket: (buf, start, end, checksum, segmentSize) =>
        received.push({ bytes: buf.slice(start, end), checksum, segmentSize }),
    });
  const send = (packet: Uint8Array, checksum: 0 | 1 | 2 = 0, segmentSize = 0) => {
    const at = device.reserve(packet.length);
    if (at < 0) return false;
    device.transmitBuffer.set(packet, at);
    device.commit(at, at + packet.length, checksum, segmentSize);
    return true;
  };
  return { kernel, device, received, receive, send };
}

/** Sends a packet cut at some places: the first part is written, the others, returned, are lent. */
function sendLent(device: KoffiDevice, packet: Uint8Array, cuts: number[]): Uint8Array[] {
  const at = device.reserve(packet.length);
  device.transmitBuffer.set(packet.subarray(0, cuts[0]), at);
  const lent = cuts.map((cut, index) => {
    // Somewhere in memory of its own.
    const piece = new Uint8Array([0xdb, ...packet.subarray(cut, cuts[index + 1]), 0xdb]);
    device.lend(at + cut, piece, 1, piece.length - 1);
    return piece;
  });
  device.commit(at, at + packet.length, 1, 1460);
  return lent;
}

const packets = (count: number) =>
  Array.from({ length: count }, (_, seed) => testPacket(100, { seed }));
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('receive', () => {
  it('drains until the kernel has no more', () => {
    const { kernel, device, received, receive } = setup();
    kernel.input.push(...packets(3));
    expect(receive(64)).toBe(3);
    expect(received.map((packet) => packet.bytes)).toEqual(packets(3));
    expect(kernel.reads).toBe(4);
    expect(device.counters).toMatchObject({
      receivedPackets: 3,
      receivedBytes: 300,
      receiveErrors: 0,
    });
  });

  it('stops at max and leaves the rest', () => {
    const { kernel, receive } = setup();
    kernel.input.push(...packets(3));
    expect(receive(2)).toBe(2);
    expect(kernel.reads).toBe(2);
    expect(receive(2)).toBe(1);
  });

  it('leaves the memory of a packet to who keeps it, and reads on into other memory', () => {
    const { kernel, device } = setup({ offload: true });
    const [first, second, third] = packets(3).map(
      (packet) => hex`000000000000000000000000 ${packet}`,
    );
    kernel.input.push(first!, second!, third!);
    const kept: Uint8Array[] = [];
    const asked: boolean[] = [];
    let before: Uint8Array = new Uint8Array(0);
    device.receive(64, {
      handlePacket: (buf, start, end) => {
        // Not that of another packet, nor the same twice.
        asked.push(device.keep(before), device.keep(buf), device.keep(buf));
        before = buf;
        kept.push(buf.subarray(start, end));
      },
    });
    expect(asked).toEqual([false, true, false, false, true, false, false, true, false]);
    expect(kept.map((packet) => packet.slice())).toEqual(packets(3));
    expect([before.constructor, new Set(kept.map(({ buffer }) => buffer)).size]).toEqual([
      Uint8Array,
      3,
    ]);
    device.close();
    expect(device.keep(before)).toBe(false);
  });

  it('reads every packet that nobody keeps into the same memory', () => {
    const { kernel, device } = setup();
    kernel.input.push(...packets(3));
    const memory = new Set<Uint8Array>();
    device.receive(64, { handlePacket: (buf) => memory.add(buf) });
    expect(memory.size).toBe(1);
  });

  it('goes on after an interrupted read and stops at an error, which it counts', () => {
    const { kernel, device, receive } = setup();
    const [first, second] = packets(2);
    kernel.input.push(-Errno.EINTR, first!, -Errno.EIO, second!);
    expect(receive(64)).toBe(1);
    expect(device.counters.receiveErrors).toBe(1);
    expect(receive(64)).toBe(1);
  });

  it('delivers nothing more once the handler has closed the device', () => {
    const { kernel, device } = setup();
    kernel.input.push(...packets(3));
    expect(device.receive(64, { handlePacket: () => device.close() })).toBe(1);
    expect(kernel.reads).toBe(1);
  });

  it('parses the vnet header away', () => {
    const { kernel, received, receive } = setup({ offload: true });
    const packet = testPacket(3000, { protocol: 'tcp', partial: true });
    kernel.input.push(
      hex`01 01 2800 b405 1400 1000 0000 ${packet}`,
      hex`020000000000000000000000 45`,
    );
    expect(receive(64)).toBe(2);
    expect(received[0]).toEqual({ bytes: packet, checksum: 1, segmentSize: 1460 });
    expect(received[1]).toEqual({ bytes: hex`45`, checksum: 2, segmentSize: 0 });
  });

  it('takes the largest packet that there is', () => {
    const { kernel, received, receive } = setup({ offload: true });
    const packet = testPacket(65_535, { protocol: 'tcp' });
    kernel.input.push(hex`000000000000000000000000 ${packet}`);
    expect(receive(1)).toBe(1);
    expect(received[0]?.bytes).toEqual(packet);
  });

  it('counts a read too short for its vnet header as an error', () => {
    const { kernel, device, receive } = setup({ offload: true });
    kernel.input.push(hex`0100`);
    expect(receive(64)).toBe(0);
    expect(device.counters.receiveErrors).toBe(1);
  });
});

describe('readiness', () => {
  it('is watched only while somebody listens', () => {
    const { kernel, device } = setup();
    expect(kernel.interests).toEqual([]);
    device.onReadable = () => {};
    device.onReadable = null;
    expect(kernel.interests.map((interest) => interest.readable)).toEqual([true, false]);
  });

  it('is told again and again while the owner receives', () => {
    const { kernel, device, receive } = setup();
    const listener = vi.fn(() => receive(1));
    device.onReadable = listener;
    kernel.input.push(...packets(3));
    for (let i = 0; i < 3; i++) kernel.ready(true);
    expect(listener).toHaveBeenCalledTimes(3);
    expect(kernel.interests.length, 'never switched off').toBe(1);
  });

  it('is told once to an owner who does not receive, and parked until it does', () => {
    const { kernel, device, receive } = setup();
    const listener = vi.fn();
    device.onReadable = listener;
    kernel.ready(true);
    kernel.ready(true);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(kernel.interests.at(-1)).toEqual({ readable: false, writable: false });
    receive(64);
    expect(kernel.interests.at(-1)).toEqual({ readable: true, writable: false });
    kernel.ready(true);
    expect(listener).toHaveBeenCalledTimes(2);
  });
});

describe('transmit', () => {
  it('writes each packet by itself at flush, in order', () => {
    const { kernel, device, send } = setup();
    for (const packet of packets(3)) send(packet);
    expect(kernel.written).toEqual([]);
    device.flush();
    expect(kernel.written).toEqual(packets(3));
    expect(device.counters).toMatchObject({ transmittedPackets: 3, transmittedBytes: 300 });
    device.flush();
    expect(kernel.written.length).toBe(3);
  });

  it('writes the vnet header in front', () => {
    const { kernel, device, send } = setup({ offload: true });
    const packet = testPacket(3000, { protocol: 'tcp', partial: true });
    send(packet, 1, 1460);
    device.flush();
    expect(kernel.written).toEqual([hex`01 01 2800 b405 1400 1000 0000 ${packet}`]);
    expect(device.counters.transmittedBytes).toBe(3000);
  });

  it.each([
    ['EAGAIN', Errno.EAGAIN],
    ['ENOBUFS', Errno.ENOBUFS],
    ['ENOMEM', Errno.ENOMEM],
  ])('keeps what the kernel does not take (%s) and goes on when it is writable', (_, errno) => {
    const { kernel, device, send } = setup();
    for (const packet of packets(3)) send(packet);
    kernel.refusals.push(0, -errno);
    device.flush();
    expect(kernel.written.length).toBe(1);
    expect(kernel.interests.at(-1)).toEqual({ readable: false, writable: true });
    kernel.refusals.push(-errno);
    kernel.ready(false, true);
    expect(kernel.written.length).toBe(1);
    kernel.ready(false, true);
    expect(kernel.written).toEqual(packets(3));
    expect(kernel.interests.at(-1)).toEqual({ readable: false, writable: false });
    expect(device.counters).toMatchObject({ transmitBlocked: 2, transmitErrors: 0 });
  });

  it('keeps the order when more is flushed behind what is stuck', () => {
    const { kernel, device, send } = setup();
    const [first, second] = packets(2);
    send(first!);
    kernel.refusals.push(-Errno.EAGAIN);
    device.flush();
    send(second!);
    device.flush();
    expect(kernel.written).toEqual(packets(2));
  });

  it('writes lent text from where it lies, behind what is queued', () => {
    const { kernel, device, send } = setup({ offload: true });
    const first = testPacket(100, { seed: 1 });
    const packet = testPacket(3000, { protocol: 'tcp', partial: true });
    send(first);
    sendLent(device, packet, [40, 1000, 1500]);
    expect(kernel.gathered).toEqual([4]);
    expect(kernel.written.map((bytes) => bytes.slice(VNET_HEADER_LENGTH))).toEqual([first, packet]);
    device.flush();
    expect(kernel.written.length).toBe(2);
    expect(device.counters).toMatchObject({ transmittedPackets: 2, transmittedBytes: 3100 });
  });

  it.each([['EAGAIN', Errno.EAGAIN] as const, ['EINTR', Errno.EINTR] as const])(
    'copies lent text that the kernel does not take now (%s): it may change from then on',
    (_, errno) => {
      const { kernel, device } = setup({ offload: true });
      const packet = testPacket(3000, { protocol: 'tcp', partial: true });
      kernel.refusals.push(-errno);
      const lent = sendLent(device, packet, [40, 1000]);
      for (const piece of lent) piece.fill(0);
      device.flush();
      expect(kernel.gathered).toEqual([]);
      expect(kernel.written.map((bytes) => bytes.slice(VNET_HEADER_LENGTH))).toEqual([packet]);
    },
  );

  it('keeps the order of lent text behind a packet that is stuck', () => {
    const { kernel, device, send } = setup({ offload: true });
    const [first, second] = [testPacket(100, { seed: 1 }), testPacket(3000, { seed: 2 })];
    send(first);
    kernel.refusals.push(-Errno.EAGAIN);
    device.flush();
    sendLent(device, second, [40]);
    expect(kernel.written).toEqual([]);
    kernel.ready(false, true);
    expect(kernel.written.map((bytes) => bytes.slice(VNET_HEADER_LENGTH))).toEqual([first, second]);
  });

  it('keeps lent text that the kernel does not take behind what it has just taken', () => {
    const { kernel, device, send } = setup({ offload: true });
    const [first, second] = [testPacket(100, { seed: 1 }), testPacket(3000, { seed: 2 })];
    send(first);
    kernel.refusals.push(0, -Errno.EAGAIN);
    for (const piece of sendLent(device, second, [40])) piece.fill(0);
    device.flush();
    expect(kernel.written.map((bytes) => bytes.slice(VNET_HEADER_LENGTH))).toEqual([first, second]);
  });

  it('copies text that is lent in more pieces than its list has room for', () => {
    const { kernel, device } = setup({ offload: true });
    const packet = testPacket(3000, { seed: 1 });
    sendLent(
      device,
      packet,
      Array.from({ length: 40 }, (_, index) => 40 + 10 * index),
    );
    device.flush();
    expect(kernel.gathered).toEqual([]);
    expect(kernel.written.map((bytes) => bytes.slice(VNET_HEADER_LENGTH))).toEqual([packet]);
  });

  it('refuses a packet with lent text outside of its reservation', () => {
    const { device } = setup({ offload: true });
    const at = device.reserve(100);
    device.lend(at + 20, new Uint8Array(200), 0, 200);
    expect(() => device.commit(at, at + 220, 1, 0)).toThrow(RangeError);
  });

  it('forgets what was lent to a reservation that was not committed', () => {
    const { kernel, device, send } = setup({ offload: true });
    const packet = testPacket(100, { seed: 1 });
    device.lend(device.reserve(100) + 20, new Uint8Array(80), 0, 80);
    send(packet);
    device.flush();
    expect(kernel.written.map((bytes) => bytes.slice(VNET_HEADER_LENGTH))).toEqual([packet]);
  });

  it('counts a packet with lent text that the kernel refuses', () => {
    const { kernel, device } = setup({ offload: true });
    kernel.refusals.push(-Errno.EIO);
    sendLent(device, testPacket(3000), [40]);
    device.flush();
    expect(kernel.written).toEqual([]);
    expect(device.counters).toMatchObject({ transmittedPackets: 0, transmitErrors: 1 });
  });

  it('loses only the packet that the kernel refuses', () => {
    const { kernel, device, send } = setup();
    for (const packet of packets(3)) send(packet);
    kernel.refusals.push(0, -Errno.EINVAL);
    device.flush();
    expect(kernel.written).toEqual([packets(3)[0], packets(3)[2]]);
    expect(device.counters).toMatchObject({ transmittedPackets: 2, transmitErrors: 1 });
  });

  it('says -1 when full, and calls onWritable after the flush, not inside of it', async () => {
    const { device, send } = setup();
    const listener = vi.fn();
    device.onWritable = listener;
    const packet = testPacket(1500);
    let count = 0;
    while (send(packet)) count++;
    expect(count).toBeGreaterThan(100);
    expect(device.reserve(1500)).toBe(-1);
    device.flush();
    expect(listener).not.toHaveBeenCalled();
    await nextTurn();
    expect(listener).toHaveBeenCalledTimes(1);
    expect(send(packet)).toBe(true);
    device.flush();
    await nextTurn();
    expect(listener, 'nobody was refused since').toHaveBeenCalledTimes(1);
  });

  it('calls onWritable once the kernel has taken what was stuck', async () => {
    const { kernel, device, send } = setup();
    const listener = vi.fn();
    device.onWritable = listener;
    while (send(testPacket(1500)));
    kernel.refusals.push(-Errno.EAGAIN);
    device.flush();
    await nextTurn();
    expect(listener).not.toHaveBeenCalled();
    kernel.ready(false, true);
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it('has room for packets of the largest MTU', () => {
    const { kernel, device, send } = setup({ mtu: 65_535 });
    for (let i = 0; i < 3; i++) expect(send(testPacket(65_535))).toBe(true);
    device.flush();
    expect(kernel.written.length).toBe(3);
  });
});

describe('the end', () => {
  it('is waited for by the process unless the device is unreferenced', () => {
    const { kernel, device } = setup();
    expect(kernel.referenced).toBe(true);
    device.unref();
    expect(kernel.referenced).toBe(false);
    device.ref();
    expect(kernel.referenced).toBe(true);
  });

  it('closes the watch and then the descriptor, once', () => {
    const { kernel, device, send } = setup();
    send(testPacket(100));
    device.close();
    device.close();
    expect(kernel.watchOpen).toBe(false);
    expect(kernel.closed).toEqual([FD]);
    expect(kernel.written, 'nothing was flushed').toEqual([]);
    expect(device.counters.transmitErrors).toBe(1);
  });

  it('comes with one error when the interface is removed', () => {
    const { kernel, device } = setup();
    const listener = vi.fn();
    device.onError = listener;
    kernel.fail();
    kernel.fail();
    expect(listener).toHaveBeenCalledTimes(1);
    expect(listener.mock.calls[0]?.[0]).toMatchObject({ name: 'TunError', code: 'ENODEV' });
    expect(device.reserve(100)).toBe(-1);
  });

  it('is noticed by a read as well, and told afterwards', async () => {
    const { kernel, device, receive } = setup();
    const listener = vi.fn();
    device.onError = listener;
    kernel.input.push(-Errno.EBADFD);
    expect(receive(64)).toBe(0);
    expect(listener).not.toHaveBeenCalled();
    await nextTurn();
    expect(listener).toHaveBeenCalledTimes(1);
  });
});
