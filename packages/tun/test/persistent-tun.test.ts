import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { checksum, pseudoHeaderSum } from '@netlayers/bytes';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import {
  createPersistentTun,
  createTun,
  removePersistentTun,
  type TunDevice,
  type TunError,
} from '@netlayers/tun';
import { afterEach, describe, expect, it } from 'vitest';
import { asNobody, NOBODY, requireTunMode } from './as-nobody.js';

const namespace = enterNetworkNamespace();
const NAME = 'nlp0';

const exists = () => readFileSync('/proc/net/dev', 'latin1').includes(`${NAME}:`);

/** Sends a datagram from the kernel and returns it as it arrived, from its UDP header on. */
async function receiveDatagram(device: TunDevice): Promise<Buffer> {
  const socket = createSocket('udp4');
  socket.bind(0, device.peer);
  await once(socket, 'listening');
  const arrived = new Promise<Buffer>((resolve) => {
    device.onReadable = () =>
      device.receive(1, {
        handlePacket: (buf, start, end) => resolve(Buffer.from(buf.subarray(start + 20, end))),
      });
  });
  socket.send('for nobody', 7, device.address);
  const datagram = await arrived;
  device.onReadable = null;
  socket.close();
  return datagram;
}

/** The payload of one datagram. */
const receiveOne = async (device: TunDevice): Promise<string> =>
  (await receiveDatagram(device)).toString('utf8', 8);

const errorOf = (promise: Promise<unknown>): Promise<TunError> =>
  promise.then(
    () => expect.fail('it was not refused'),
    (error: TunError) => error,
  );

describe.skipIf(!namespace.available)('a persistent device', () => {
  afterEach(() => removePersistentTun(NAME));

  it('is used without root, again and again, once root has made it', async (test) => {
    requireTunMode(0o666, test);
    const made = await createPersistentTun({
      name: NAME,
      address: '10.0.0.2',
      mtu: 1400,
      routes: ['10.50.0.0/16'],
      owner: NOBODY,
    });
    expect(made).toEqual({ name: NAME, address: '10.0.0.2', peer: '10.0.0.3', mtu: 1400 });
    for (const options of [
      { name: NAME },
      { name: NAME, address: '10.0.0.2', mtu: 1400, routes: ['10.50.0.0/16'] },
      { name: NAME, offload: true },
    ]) {
      const device = await asNobody(() => createTun(options));
      expect(device).toMatchObject({ ...made, persistent: true });
      expect(device.capabilities.receiveQueue).toBe(10_000);
      expect(await receiveOne(device)).toBe('for nobody');
      device.close();
      expect(exists()).toBe(true);
    }
    await removePersistentTun(NAME);
    expect(exists()).toBe(false);
  });

  it('comes with whole checksums again after a user with offload', async () => {
    await createPersistentTun({ name: NAME, address: '10.0.0.2' });
    (await createTun({ name: NAME, offload: true })).close();
    const device = await createTun({ name: NAME });
    const datagram = await receiveDatagram(device);
    device.close();
    const pseudo = pseudoHeaderSum(0x0a000003, 0x0a000002, 17, datagram.length);
    expect(checksum(datagram, 0, datagram.length, pseudo)).toBe(0);
  });

  it('asks for root only to change what is different', async (test) => {
    requireTunMode(0o666, test);
    await createPersistentTun({ name: NAME, address: '10.0.0.2', owner: NOBODY });
    const cases = [
      [{ mtu: 9000 }, `sudo ip link set ${NAME} mtu 9000`],
      [{ address: '10.0.7.2' }, `sudo ip address replace 10.0.7.3 peer 10.0.7.2/32 dev ${NAME}`],
      [{ prefixLength: 24 }, `sudo ip address replace 10.0.0.3 peer 10.0.0.2/24 dev ${NAME}`],
      [{ routes: ['10.60.0.0/16'] }, `sudo ip route add 10.60.0.0/16 dev ${NAME}`],
    ] as const;
    for (const [difference, command] of cases) {
      const error = await errorOf(asNobody(() => createTun({ name: NAME, ...difference })));
      expect(error.code).toBe('EPERM');
      expect(error.message).toContain(command);
    }
    // Root may: the same options change the device.
    const device = await createTun({ name: NAME, address: '10.0.7.2', mtu: 9000 });
    expect(device).toMatchObject({ address: '10.0.7.2', peer: '10.0.7.3', mtu: 9000 });
    device.close();
  });

  it('is of no use to its owner where /dev/net/tun is for root only', async (test) => {
    requireTunMode(0o600, test);
    await createPersistentTun({ name: NAME, address: '10.0.0.2', owner: NOBODY });
    expect(await errorOf(asNobody(() => createTun({ name: NAME })))).toMatchObject({
      code: 'EACCES',
      message: expect.stringContaining('sudo chmod 0666 /dev/net/tun'),
    });
  });

  it('is for its owner only', async (test) => {
    requireTunMode(0o666, test);
    await createPersistentTun({ name: NAME, address: '10.0.0.2', owner: 1 });
    expect(await errorOf(asNobody(() => createTun({ name: NAME })))).toMatchObject({
      code: 'EPERM',
    });
    expect(await errorOf(asNobody(() => removePersistentTun(NAME)))).toMatchObject({
      code: 'EPERM',
    });
  });

  it('cannot be used twice at the same time', async () => {
    await createPersistentTun({ name: NAME, address: '10.0.0.2' });
    const device = await createTun({ name: NAME });
    expect(await errorOf(createTun({ name: NAME }))).toMatchObject({ code: 'EBUSY' });
    expect(await errorOf(removePersistentTun(NAME))).toMatchObject({ code: 'EBUSY' });
    device.close();
  });

  it('has several queues only if it was made so', async () => {
    await createPersistentTun({ name: NAME, address: '10.0.0.2', multiQueue: true });
    expect(await errorOf(createTun({ name: NAME }))).toMatchObject({ code: 'EINVAL' });
    const queues = await createTun({ name: NAME, queues: 2 });
    expect(queues.map((queue) => queue.address)).toEqual(['10.0.0.2', '10.0.0.2']);
    for (const queue of queues) queue.close();
  });

  it('is not left behind half-made', async () => {
    const occupied = await createTun({ address: '10.0.0.2' });
    const error = await errorOf(createPersistentTun({ name: NAME, address: '10.0.0.2' }));
    expect(error.code).toBe('EADDRINUSE');
    expect(exists()).toBe(false);
    occupied.close();
  });

  it('may be removed when there is none', async () => {
    await removePersistentTun(NAME);
    expect(exists()).toBe(false);
  });
});
