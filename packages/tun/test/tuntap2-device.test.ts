import { linkDeviceSuite, testPacket } from '@netlayers/testkit';
import { createTun, type TunOptions } from '@netlayers/tun';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { openTuntap2 } from '../src/open-tuntap2.js';
import { loadTuntap2 } from '../src/tuntap2-package.js';
import { StandInTun } from './tuntap2-stand-in.js';

const isInstalled = await loadTuntap2().then(
  () => true,
  () => false,
);

// Addresses that no machine that runs this has: the check for overlaps is real.
const OURS = '10.213.7.2';
const standIn = { Tun: StandInTun };
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

beforeEach(() => {
  StandInTun.made.length = 0;
});

function setup(options: TunOptions = { address: OURS }) {
  const device = openTuntap2(standIn, options);
  const tun = StandInTun.made.at(-1)!;
  const received: Uint8Array[] = [];
  const receive = (max: number) =>
    device.receive(max, {
      handlePacket: (buf, start, end) => received.push(buf.slice(start, end)),
    });
  const send = (packet: Uint8Array) => {
    const at = device.reserve(packet.length);
    if (at < 0) return false;
    device.transmitBuffer.set(packet, at);
    device.commit(at, at + packet.length);
    return true;
  };
  return { device, tun, received, receive, send };
}

describe('opening', () => {
  it('sets the kernel up as the other end, with a prefix that holds both', () => {
    const { device, tun } = setup({ address: OURS, mtu: 1400 });
    expect(tun).toMatchObject({ ipv4: '10.213.7.3/31', mtu: 1400, isUp: true });
    expect(device).toMatchObject({
      name: 'tun0',
      address: OURS,
      peer: '10.213.7.3',
      mtu: 1400,
      driver: 'tuntap2',
      fd: -1,
    });
  });

  it.each([
    [{ address: '10.213.7.1' }, '10.213.7.2/30'],
    [{ address: '10.213.7.254' }, '10.213.7.253/30'],
    [{ address: OURS, prefixLength: 24 }, '10.213.7.3/24'],
  ])('%j gives the kernel %s', (options, ipv4) => {
    expect(setup(options).tun.ipv4).toBe(ipv4);
  });

  it.each([
    { name: 'tun7' },
    { fd: 3 },
    { routes: ['10.9.0.0/16'] },
    { offload: true },
    { queueLength: 500 },
    { queues: 2 },
  ])('refuses %j, which the package cannot do', (option) => {
    const [name] = Object.keys(option);
    expect(() => openTuntap2(standIn, { address: OURS, ...option })).toThrow(
      expect.objectContaining({ code: 'EINVAL', message: expect.stringContaining(`${name}:`) }),
    );
    expect(StandInTun.made).toEqual([]);
  });

  it.each([
    [{ code: 'EPERM' }, 'EPERM', 'run with sudo'],
    [{ code: 'EACCES', syscall: 'open' }, 'EACCES', 'chmod 0666'],
    [{ code: 'EPERM', syscall: 'open' }, 'EPERM', '--device /dev/net/tun'],
    [{ code: 'ENOENT', syscall: 'open' }, 'ENOENT', 'modprobe tun'],
    [{}, 'EINVAL', 'use the koffi driver'],
  ])('explains %j', (properties, code, advice) => {
    StandInTun.failure = Object.assign(new Error('no'), properties);
    expect(() => openTuntap2(standIn, { address: OURS })).toThrow(
      expect.objectContaining({ name: 'TunError', code, message: expect.stringContaining(advice) }),
    );
  });

  it.skipIf(isInstalled)('says how to install the package when it is absent', async () => {
    await expect(createTun({ address: OURS, driver: 'tuntap2' })).rejects.toMatchObject({
      name: 'TunError',
      code: 'ENOMODULE',
      message: expect.stringContaining('npm install tuntap2'),
    });
  });
});

describe('receiving', () => {
  it('queues packets, tells once, and delivers them in order', () => {
    const { device, tun, received, receive } = setup();
    const listener = vi.fn();
    device.onReadable = listener;
    const packets = [1, 2, 3].map((seed) => testPacket(100, { seed }));
    for (const packet of packets) tun.arrive(packet);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(receive(64)).toBe(3);
    expect(received).toEqual(packets);
    tun.arrive(packets[0]!);
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it('tells again of what max has left, and of what waited before anybody listened', async () => {
    const { device, tun, receive } = setup();
    for (let i = 0; i < 3; i++) tun.arrive(testPacket(100));
    const listener = vi.fn();
    device.onReadable = listener;
    expect(listener).not.toHaveBeenCalled();
    await nextTurn();
    expect(listener).toHaveBeenCalledTimes(1);
    expect(receive(2)).toBe(2);
    await nextTurn();
    expect(listener).toHaveBeenCalledTimes(2);
    expect(receive(2)).toBe(1);
    await nextTurn();
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it('pauses the stream rather than to hold more and more packets', () => {
    const { tun, received, receive } = setup();
    for (let i = 0; i < 3000; i++) tun.arrive(testPacket(100));
    expect(tun.paused).toBe(true);
    while (receive(64) > 0);
    expect(received.length).toBe(3000);
    expect(tun.paused).toBe(false);
  });
});

describe('sending', () => {
  it('is bounded by what the stream has not written yet', async () => {
    const { device, tun, send } = setup();
    const listener = vi.fn();
    device.onWritable = listener;
    let sent = 0;
    for (; sent < 10_000 && send(testPacket(100)); sent++) device.flush();
    expect(sent).toBeLessThan(2000);
    expect(listener).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(listener).toHaveBeenCalledTimes(1));
    await vi.waitFor(() => expect(tun.written.length).toBe(sent));
    expect(device.counters).toMatchObject({ transmittedPackets: sent, transmitBlocked: 1 });
  });

  it('counts what fails, and keeps away what would end the stream', async () => {
    const { device, tun, send } = setup();
    tun.writeError = new Error('EIO');
    send(testPacket(100));
    send(new Uint8Array(100));
    send(testPacket(200));
    device.flush();
    await nextTurn();
    expect(device.counters).toMatchObject({ transmitErrors: 2, transmittedPackets: 1 });
    expect(tun.written.map((packet) => packet.length)).toEqual([200]);
  });
});

describe('the end', () => {
  it('releases the device once', () => {
    const { device, tun, receive } = setup();
    tun.arrive(testPacket(100));
    device.close();
    device.close();
    expect(tun.released).toBe(1);
    expect(receive(64)).toBe(0);
    expect(device.reserve(100)).toBe(-1);
  });

  it('comes with one error when the stream breaks', () => {
    const { device, tun } = setup();
    const listener = vi.fn();
    device.onError = listener;
    tun.emit('error', new Error('EBADF'));
    tun.emit('error', new Error('EBADF'));
    expect(listener).toHaveBeenCalledTimes(1);
    expect(listener.mock.calls[0]?.[0]).toMatchObject({ code: 'ENODEV' });
    expect(tun.released).toBe(1);
  });
});

linkDeviceSuite({ describe, it, expect }, 'as a link device', () => {
  const near = openTuntap2(standIn, { address: OURS });
  const far = openTuntap2(standIn, { address: '10.213.8.2' });
  const [a, b] = StandInTun.made.slice(-2);
  a!.other = b!;
  b!.other = a!;
  return { near, far, settle: nextTurn };
});
