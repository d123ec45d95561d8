import { spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { checksum } from '@netlayers/bytes';
import { hasTransportChecksum, hex } from '@netlayers/testkit';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { createTun, type TunDevice, type TunOptions } from '@netlayers/tun';
import { afterEach, describe, expect, it } from 'vitest';
import { asNobody, requireTunMode } from './as-nobody.js';
import {
  arrivals,
  descriptors,
  interfaces,
  KERNELS,
  OURS,
  routes,
  send,
  toKernel,
} from './kernel-peer.js';

const namespace = enterNetworkNamespace();

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const resource of open.splice(0)) resource.close();
});

/** Opens a device that is closed after the test. */
async function openTun(options: TunOptions = { address: OURS }): Promise<TunDevice> {
  const device = await createTun(options);
  open.push(device);
  return device;
}

/** A socket of the kernel's. */
async function kernelSocket(address = KERNELS): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  open.push(socket);
  return socket;
}

describe.skipIf(!namespace.available)('a TUN device', () => {
  it('says what it is', async () => {
    const device = await openTun();
    expect(device).toMatchObject({ name: 'tun0', address: OURS, peer: KERNELS, mtu: 1500 });
    expect(device).toMatchObject({ driver: 'koffi', persistent: false });
    expect(device.capabilities).toEqual({
      mtu: 1500,
      headroom: 0,
      checksumOffload: false,
      segmentationOffload: 0,
      receiveQueue: 10_000,
    });
    expect(interfaces()).toContain('tun0');
  });

  it('receives what the kernel sends to our address', async () => {
    const device = await openTun();
    const socket = await kernelSocket();
    const arrived = arrivals(device, 3);
    for (const text of ['one', 'two', 'three']) socket.send(text, 7, OURS);
    const packets = await arrived;
    expect(packets.map(({ bytes }) => Buffer.from(bytes.subarray(28)).toString())).toEqual([
      'one',
      'two',
      'three',
    ]);
    const [{ bytes, checksum: state } = packets[0]!] = packets;
    expect(bytes.subarray(12, 20)).toEqual(hex`0a000003 0a000002`);
    expect(checksum(bytes, 0, 20)).toBe(0);
    expect(hasTransportChecksum(bytes)).toBe(true);
    expect(state).toBe(0);
    expect(device.counters).toMatchObject({ receivedPackets: 3, receivedBytes: 3 * 28 + 11 });
  });

  it('is told of input that waited before anybody listened', async () => {
    const device = await openTun();
    (await kernelSocket()).send('early', 7, OURS);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(device.counters.wakeups).toBe(0);
    expect((await arrivals(device, 1)).length).toBe(1);
  });

  it('delivers what we send to a socket of the kernel', async () => {
    const device = await openTun();
    const socket = await kernelSocket();
    const message = once(socket, 'message');
    const packet = toKernel(900, socket.address().port);
    send(device, packet);
    const [bytes, from] = await message;
    expect(Uint8Array.from(bytes)).toEqual(packet.slice(28));
    expect(from).toMatchObject({ address: OURS, port: 40_000 });
  });

  it('gets its pings answered by the kernel', async () => {
    const device = await openTun();
    const arrived = arrivals(device, 1);
    send(
      device,
      hex`4500 001c 0001 0000 4001 66dc 0a000002 0a000003 0800 f7fd 0001 0001`.map((byte) => byte),
    );
    const [{ bytes } = { bytes: hex`` }] = await arrived;
    expect(bytes.subarray(20)).toEqual(hex`0000 fffd 0001 0001`);
  });

  it('counts packets that the kernel refuses, and goes on', async () => {
    const device = await openTun();
    const socket = await kernelSocket();
    const message = once(socket, 'message');
    send(device, new Uint8Array(40));
    send(device, toKernel(100, socket.address().port));
    await message;
    expect(device.counters).toMatchObject({ transmitErrors: 1, transmittedPackets: 1 });
  });

  it('is removed with its routes when it closes, and leaves no descriptor', async () => {
    await openTun({ address: '10.9.0.2' }).then((device) => device.close());
    const before = { interfaces: interfaces(), routes: routes(), descriptors: descriptors() };
    for (let round = 0; round < 3; round++) {
      const device = await openTun({ address: OURS, routes: ['10.66.0.0/16'] });
      device.onReadable = () => {};
      expect(routes()).not.toBe(before.routes);
      device.close();
      expect(device.reserve(100)).toBe(-1);
    }
    expect({ interfaces: interfaces(), routes: routes(), descriptors: descriptors() }).toEqual(
      before,
    );
  });

  it('says so when somebody removes the interface', async ({ skip }) => {
    const device = await openTun();
    device.onReadable = () => device.receive(64, { handlePacket: () => {} });
    const lost = new Promise((resolve) => {
      device.onError = resolve;
    });
    const removal = spawn('ip', ['link', 'delete', device.name]);
    const removed = await new Promise((resolve) => {
      removal.on('error', () => resolve(false));
      removal.on('exit', (code) => resolve(code === 0));
    });
    // koffi-device.test.ts tests the same without a kernel.
    if (removed !== true) skip('removing an interface of another process needs the ip command');
    expect(await lost).toMatchObject({ code: 'ENODEV' });
    expect(device.reserve(100)).toBe(-1);
  });
});

describe.skipIf(!namespace.available)('options', () => {
  it.each([68, 576, 9000, 65_535])('MTU %d is what the kernel fragments to', async (mtu) => {
    const device = await openTun({ address: OURS, mtu });
    expect(device.mtu).toBe(mtu);
    expect(device.capabilities.mtu).toBe(mtu);
    const socket = await kernelSocket();
    const payload = Math.min(2 * mtu, 65_507);
    socket.send(new Uint8Array(payload), 7, OURS);
    const datagram = payload + 8;
    // Fragments carry multiples of eight bytes (RFC 791, 3.1); the largest datagram fits the largest MTU.
    const carried = datagram + 20 <= mtu ? datagram : (mtu - 20) & ~7;
    const [first] = await arrivals(device, Math.ceil(datagram / carried));
    expect(first?.bytes.length).toBe(20 + carried);
  });

  it('name, peer and queue length', async () => {
    const device = await openTun({
      address: OURS,
      peer: '10.7.7.7',
      name: 'nl5',
      queueLength: 20_000,
    });
    expect(device).toMatchObject({ name: 'nl5', peer: '10.7.7.7' });
    expect(device.capabilities.receiveQueue).toBe(20_000);
    const socket = await kernelSocket('10.7.7.7');
    const arrived = arrivals(device, 1);
    socket.send('hello', 7, OURS);
    expect((await arrived)[0]?.bytes.subarray(12, 16)).toEqual(hex`0a070707`);
  });

  it('routes and prefix length send whole subnets to the device', async () => {
    const device = await openTun({
      address: '10.1.2.2',
      prefixLength: 24,
      routes: ['198.51.100.0/24', '203.0.113.7', '198.51.100.0/24'],
    });
    const socket = await kernelSocket('10.1.2.3');
    const targets = ['10.1.2.200', '198.51.100.9', '203.0.113.7'];
    const arrived = arrivals(device, targets.length);
    for (const target of targets) socket.send('x', 7, target);
    const seen = (await arrived).map(({ bytes }) => bytes.subarray(16, 20).join('.'));
    expect(seen).toEqual(targets);
  });

  it('a descriptor that somebody else has opened is borrowed', async () => {
    const owner = await openTun();
    const borrower = await openTun({ fd: owner.fd });
    expect(borrower).toMatchObject({ name: owner.name, address: OURS, peer: KERNELS });
    borrower.close();
    const socket = await kernelSocket();
    const message = once(socket, 'message');
    send(owner, toKernel(100, socket.address().port));
    await message;
  });

  it('a descriptor that is no TUN device is refused', async () => {
    await expect(openTun({ address: OURS, fd: 0 })).rejects.toMatchObject({ code: 'EINVAL' });
    await expect(openTun({ address: OURS, fd: 9999 })).rejects.toMatchObject({ code: 'EINVAL' });
  });

  it('queues: each carries packets of the same interface', async () => {
    const queues = await createTun({ address: OURS, queues: 3 });
    open.push(...queues);
    expect(queues.map((queue) => queue.name)).toEqual(['tun0', 'tun0', 'tun0']);
    expect(new Set(queues.map((queue) => queue.fd)).size).toBe(3);
    const socket = await kernelSocket();
    const { port } = socket.address();
    let messages = 0;
    socket.on('message', () => messages++);
    for (const queue of queues) send(queue, toKernel(100, port));
    // Flows with another source port each are spread over the queues by the kernel.
    const flows = 32;
    let arrived = 0;
    for (const queue of queues) {
      queue.onReadable = () => {
        arrived += queue.receive(64, { handlePacket: () => {} });
      };
    }
    for (let flow = 0; flow < flows; flow++) (await kernelSocket()).send('x', 7, OURS);
    await expect.poll(() => [arrived, messages]).toEqual([flows, 3]);
    const used = queues.filter((queue) => queue.counters.receivedPackets > 0);
    expect(used.length).toBeGreaterThan(1);
  });
});

describe.skipIf(!namespace.available)('refusals', () => {
  it('a pair that overlaps names another', async () => {
    await openTun();
    const error = await createTun({ address: OURS }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'TunError', code: 'EADDRINUSE' });
    expect(String(error)).toContain('10.0.1.2 (with 10.0.1.3 for the kernel) is free');
    await openTun({ address: '10.0.1.2' });
    expect(interfaces().filter((name) => name.startsWith('tun'))).toEqual(['tun0', 'tun1']);
  });

  it('an interface in use', async () => {
    const { name } = await openTun();
    const again = createTun({ address: '10.0.1.2', name });
    await expect(again).rejects.toMatchObject({ code: 'EBUSY' });
  });

  it('an interface of another kind', async () => {
    await expect(createTun({ address: OURS, name: 'lo' })).rejects.toMatchObject({
      code: 'EINVAL',
    });
  });

  it('a name alone when there is no such device', async () => {
    const error = await createTun({ name: 'nl9' }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'EINVAL' });
    expect(interfaces()).not.toContain('nl9');
  });

  it.for([
    ['0666', 'EPERM', 'a new TUN device may not be created'],
    ['0600', 'EACCES', 'run with sudo, or sudo chmod 0666 /dev/net/tun'],
  ] as const)('a user who is not root, at mode %s, and what to do', async (row, test) => {
    const [mode, code, advice] = row;
    requireTunMode(Number.parseInt(mode, 8), test);
    const before = descriptors();
    const error = await asNobody(() => createTun({ address: OURS })).catch((reason) => reason);
    expect(error).toMatchObject({ name: 'TunError', code });
    expect(String(error)).toContain(advice);
    expect(String(error)).toContain('sudo ip tuntap add dev tun0 mode tun user $(id -un)');
    expect(descriptors()).toBe(before);
  });

  it('a route that another interface has: nothing stays', async () => {
    await openTun();
    const before = { interfaces: interfaces(), descriptors: descriptors() };
    const other = createTun({ address: '10.0.5.2', routes: [`${OURS}/32`] });
    await expect(other).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect({ interfaces: interfaces(), descriptors: descriptors() }).toEqual(before);
  });
});

describe.skipIf(!namespace.available)('offload', () => {
  it('says what it takes', async () => {
    const { capabilities } = await openTun({ address: OURS, offload: true });
    expect(capabilities).toMatchObject({
      headroom: 12,
      checksumOffload: true,
      segmentationOffload: 65_535,
    });
  });

  it('receives UDP with the checksum left to do', async () => {
    const device = await openTun({ address: OURS, offload: true });
    const arrived = arrivals(device, 1);
    (await kernelSocket()).send('partial', 7, OURS);
    const [packet] = await arrived;
    expect(packet?.checksum).toBe(1);
    expect(hasTransportChecksum(packet!.bytes)).toBe(false);
    expect(Buffer.from(packet!.bytes.subarray(28)).toString()).toBe('partial');
  });

  it('sends UDP with the checksum left to do', async () => {
    const device = await openTun({ address: OURS, offload: true });
    const socket = await kernelSocket();
    const message = once(socket, 'message');
    const packet = toKernel(777, socket.address().port, { partial: true });
    send(device, packet, 1);
    const [bytes] = await message;
    expect(Uint8Array.from(bytes)).toEqual(packet.slice(28));
  });
});
