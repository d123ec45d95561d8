/**
 * The kernel and a stack of ours that is behind another one, which forwards between a TUN device and
 * a link of its own with a smaller MTU: transfers both ways, pings in fragments, and what ICMP says.
 */

import { get } from 'node:http';
import { messagePortDevice } from '@netlayers/link';
import { createStack, type Stack } from '@netlayers/stack';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serve } from '../support/http-service.js';
import { listen } from '../support/kernel-end.js';
import { PatternCheck, pattern } from '../support/pattern.js';
import { lacks, run } from '../support/tools.js';
import { KERNELS, OURS, openTunStack } from '../support/tun-stack.js';

const namespace = enterNetworkNamespace();
const BEHIND = '10.9.0.2';
const MTU = 1280;
const LENGTH = 5_000_000;

/** The stack that forwards, and the one behind it. */
async function openRouter(): Promise<{ router: Stack; behind: Stack }> {
  const { port1, port2 } = new MessageChannel();
  const device = messagePortDevice(port1, { mtu: MTU });
  const { stack: router } = await openTunStack({
    tun: { routes: ['10.9.0.0/16'], offload: false },
    stack: { links: [{ device, address: '10.9.0.1', networks: ['10.9.0.0/16'] }], forward: true },
  });
  const behind = createStack({ device: messagePortDevice(port2, { mtu: MTU }), address: BEHIND });
  onTestFinished(() => behind.close({ drainMs: 0 }));
  return { router, behind };
}

describe.skipIf(!namespace.available)('behind a stack that forwards', () => {
  it('the kernel fetches from a stack of ours, and gets every byte', async () => {
    const { router, behind } = await openRouter();
    const server = await serve(behind.transport);
    onTestFinished(() => server.close());
    const check = new PatternCheck();
    await new Promise<void>((resolve, reject) => {
      get(`http://${BEHIND}/pattern/${LENGTH}`, (response) => {
        response.on('data', (chunk) => check.take(chunk)).on('end', resolve);
      }).on('error', reject);
    });
    expect(check).toMatchObject({ received: LENGTH, firstWrong: -1 });
    const { forwarded, delivered } = router.counters().ipv4;
    expect([forwarded > LENGTH / MTU, delivered]).toEqual([true, 0]);
  });

  it('a stack of ours sends to the kernel, which gets every byte', async () => {
    const { behind } = await openRouter();
    const check = new PatternCheck();
    let ended = (): void => {};
    const isOver = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const kernel = await listen((socket) => {
      socket.on('data', (chunk) => check.take(chunk)).on('end', ended);
    });
    onTestFinished(() => kernel.close());
    const socket = await behind.connect({ host: KERNELS, port: kernel.port });
    const writer = socket.writable.getWriter();
    await writer.write(pattern(LENGTH));
    await writer.close();
    await isOver;
    expect(check).toMatchObject({ received: LENGTH, firstWrong: -1 });
  });

  it.skipIf(lacks('ping'))('pings arrive in fragments, and hear why they do not', async () => {
    const { router } = await openRouter();
    const ping = async (...args: string[]): Promise<string> => {
      const { stdout } = await run('ping', ['-c', '1', '-W', '2', ...args, BEHIND]);
      return String(stdout);
    };
    expect(await ping()).toContain('1 received');
    // Cut to 1,500 by the kernel, and to 1,280 by us.
    expect(await ping('-s', '4000')).toContain('1 received');
    expect(await ping('-t', '1')).toMatch(new RegExp(`From ${OURS} .*Time to live exceeded`));
    expect(await ping('-M', 'do', '-s', '1400')).toMatch(/[Ff]rag.* needed.*mtu ?= ?1280/);
    const { dropped } = router.counters().ipv4;
    expect(dropped).toMatchObject({ 'ttl-exceeded': 1, 'too-long-to-forward': 1 });
  });
});
