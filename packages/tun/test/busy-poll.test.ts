import { ChecksumState, memoryWire } from '@netlayers/link';
import { linkDeviceSuite, testPacket } from '@netlayers/testkit';
import { busyPoll } from '@netlayers/tun';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KoffiDevice } from '../src/koffi-device.js';
import { FakeKernel } from './fake-kernel.js';

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

function setup() {
  const kernel = new FakeKernel();
  const inner = new KoffiDevice({
    syscalls: kernel.syscalls,
    fd: 42,
    offload: false,
    name: 'tun0',
    address: '10.0.0.2',
    peer: '10.0.0.3',
    mtu: 1500,
    receiveQueue: 500,
    persistent: false,
  });
  const device = busyPoll(inner, { forMs: 5 });
  let received = 0;
  let asked = 0;
  device.onReadable = () => {
    asked++;
    received += device.receive(64, { handlePacket() {} });
  };
  const counts = () => ({ received, asked });
  const isWatched = () => kernel.interests.at(-1)?.readable;
  return { kernel, device, counts, isWatched };
}

describe('a device that is polled', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is asked again and again after a packet, without being watched, and then watched again', async () => {
    const { kernel, counts, isWatched } = setup();
    expect(isWatched()).toBe(true);
    kernel.input.push(testPacket(100));
    kernel.ready(true);
    expect(counts()).toEqual({ received: 1, asked: 1 });
    expect(isWatched()).toBe(false);
    kernel.input.push(testPacket(100));
    await nextTurn();
    expect(counts()).toEqual({ received: 2, asked: 2 });
    vi.advanceTimersByTime(4);
    kernel.input.push(testPacket(100));
    await nextTurn();
    vi.advanceTimersByTime(4);
    await nextTurn();
    expect(isWatched()).toBe(false);
    vi.advanceTimersByTime(2);
    await nextTurn();
    expect(isWatched()).toBe(true);
    const { asked } = counts();
    await nextTurn();
    expect(counts()).toEqual({ received: 3, asked });
  });

  it('is left alone once nobody listens, and by a close', async () => {
    const { kernel, device, isWatched, counts } = setup();
    kernel.input.push(testPacket(100));
    kernel.ready(true);
    device.onReadable = null;
    await nextTurn();
    expect(isWatched()).toBe(false);
    device.close();
    await nextTurn();
    expect(counts().asked).toBe(1);
  });

  it('loses nothing that came between the last look and the end of looking', async () => {
    const [near, far] = memoryWire({ schedule: queueMicrotask });
    const device = busyPoll(near, { forMs: 5 });
    let received = 0;
    device.onReadable = () => {
      received += device.receive(64, { handlePacket() {} });
    };
    const send = (): void => {
      const packet = testPacket(100);
      const at = far.reserve(packet.length);
      far.transmitBuffer.set(packet, at);
      far.commit(at, at + packet.length, ChecksumState.COMPLETE, 0);
      far.flush();
    };
    send();
    await nextTurn();
    expect(received).toBe(1);
    vi.advanceTimersByTime(20);
    send();
    await nextTurn();
    await nextTurn();
    expect(received).toBe(2);
  });

  it('refuses a time that is none', () => {
    const [device] = memoryWire();
    expect(() => busyPoll(device, { forMs: 0 })).toThrow(RangeError);
  });
});

describe('in front of a device', () => {
  linkDeviceSuite({ describe, it, expect }, 'polled', () => {
    const [near, far] = memoryWire({ schedule: queueMicrotask });
    return {
      near: busyPoll(near),
      far: busyPoll(far),
      addresses: { near: 0x0a000001, far: 0x0a000002 },
      settle: nextTurn,
    };
  });
});
