import { writeFileSync } from 'node:fs';
import { parseIpv4 } from '@netlayers/bytes';
import { linkDeviceSuite, testPacket } from '@netlayers/testkit';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { createTun, type TunOptions } from '@netlayers/tun';
import { beforeAll, describe, expect, it } from 'vitest';

const namespace = enterNetworkNamespace();

/** Two devices between which the kernel forwards. */
async function forwarded(near: Partial<TunOptions>, far: Partial<TunOptions>) {
  const devices = {
    near: await createTun({ address: '10.0.0.2', ...near }),
    far: await createTun({ address: '10.0.1.2', ...far }),
  };
  return {
    ...devices,
    addresses: { near: parseIpv4('10.0.0.2')!, far: parseIpv4('10.0.1.2')! },
    settle: () => new Promise<void>((resolve) => setTimeout(resolve, 2)),
  };
}

describe.skipIf(!namespace.available)('through the kernel', () => {
  beforeAll(() => writeFileSync('/proc/sys/net/ipv4/ip_forward', '1'));

  const tools = { describe, it, expect };
  linkDeviceSuite(tools, 'plain', () => forwarded({}, {}));
  linkDeviceSuite(tools, 'jumbo', () => forwarded({ mtu: 65_535 }, { mtu: 65_535 }));
  linkDeviceSuite(tools, 'offload', () => forwarded({ offload: true }, { offload: true }));
  linkDeviceSuite(tools, 'offload to plain', () => forwarded({ offload: true }, {}));

  it('carries 100,000 packets without loss, and the memory stays', async () => {
    const { near, far } = await forwarded({}, {});
    const packet = testPacket(1000, { source: 0x0a000002, destination: 0x0a000102 });
    let arrived = 0;
    const receiver = { handlePacket: () => void arrived++ };
    const round = (count: number) => {
      for (let i = 0; i < count; i++) {
        const at = near.reserve(packet.length);
        near.transmitBuffer.set(packet, at);
        near.commit(at, at + packet.length, 0, 0);
      }
      near.flush();
      while (far.receive(64, receiver) > 0);
    };
    for (let i = 0; i < 100; i++) round(100);
    const before = process.memoryUsage();
    for (let i = 0; i < 900; i++) round(100);
    const after = process.memoryUsage();
    near.close();
    far.close();
    expect(arrived).toBe(100_000);
    expect(near.counters).toMatchObject({ transmittedPackets: 100_000, transmitErrors: 0 });
    expect(far.counters.receivedBytes).toBe(100_000_000);
    const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    expect(grown).toBeLessThan(20_000_000);
  });
});
