/**
 * A packet script against somebody else's stack: the kernel behind a TUN device answers segment by
 * segment as RFC 9293 says.
 */

import net, { type AddressInfo } from 'node:net';
import { packetScript } from '@netlayers/sim';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { createTun } from '@netlayers/tun';
import { expect, it, onTestFinished } from 'vitest';
import { KERNELS, OURS } from '../support/tun-stack.js';

const namespace = enterNetworkNamespace();

it.skipIf(!namespace.available)('a script plays a TCP peer of the kernel', async () => {
  const device = await createTun({ address: OURS, offload: false });
  onTestFinished(() => device.close());
  const received: string[] = [];
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      received.push(String(data));
      socket.write('thanks');
    });
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, KERNELS, resolve));
  const { port } = server.address() as AddressInfo;

  const script = packetScript({ device, address: KERNELS, peerAddress: OURS, stackPort: port });
  await script.connect({ mss: 1460 });
  // Out of order: acknowledged as it is due, and delivered once the gap is filled (3.10.7.4).
  await script.inject({ flags: 'A', seq: 4, ack: 1, text: 'lo' });
  await script.expect({ flags: 'A', seq: 1, ack: 1, length: 0 });
  expect(received).toEqual([]);
  await script.inject({ flags: 'A', seq: 1, ack: 1, text: 'hel' });
  await script.expect({ flags: 'A', ack: 6, length: 0 });
  expect((await script.expect({ flags: 'A', seq: 1, ack: 6 })).text).toBe('thanks');
  expect(received).toEqual(['hello']);
  await script.inject({ flags: 'R', seq: 6 });
  await script.expectNothing();
});
