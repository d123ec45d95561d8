import { createSocket } from 'node:dgram';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { createTun } from '@netlayers/tun';
import { describe, expect, it } from 'vitest';

const namespace = enterNetworkNamespace();

describe.skipIf(!namespace.available)('a TUN device', () => {
  it('smoke', async () => {
    const tun = await createTun({ address: '10.0.0.2' });
    console.log(tun.name, tun.address, tun.peer, tun.capabilities);
    const seen: string[] = [];
    tun.onReadable = () => {
      tun.receive(64, {
        handlePacket: (b, s, e) => seen.push(Buffer.from(b.subarray(s, e)).toString('hex')),
      });
    };
    const s = createSocket('udp4');
    await new Promise<void>((r) => s.bind(5000, '10.0.0.3', r));
    s.send('hello', 7, '10.0.0.2');
    await new Promise((r) => setTimeout(r, 200));
    console.log(seen);
    tun.close();
    s.close();
    expect(seen.length).toBe(1);
  });
});
