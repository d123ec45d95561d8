/**
 * What is not a transfer: echo requests both ways, also in fragments, ports that nobody listens on,
 * and scanners, which must not upset a stack that goes on serving.
 */

import { once } from 'node:events';
import { connect as open } from 'node:net';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, drain, listen } from '../support/kernel-end.js';
import { amount } from '../support/long.js';
import { OurEnd } from '../support/our-end.js';
import { pattern } from '../support/pattern.js';
import { lacks, run } from '../support/tools.js';
import { KERNELS, OURS, openTunStack, setIpv4 } from '../support/tun-stack.js';

const namespace = enterNetworkNamespace();

describe.skipIf(!namespace.available)('echo requests', () => {
  it('of ours are answered by the kernel, 8,000 bytes and more', async () => {
    const { stack } = await openTunStack();
    for (const length of [0, 56, 1472, 1473, 8000, 60_000]) {
      const reply = await stack.ping(KERNELS, { payload: pattern(length) });
      expect(Buffer.compare(reply.payload, pattern(length))).toBe(0);
    }
    expect(stack.counters().ipv4.reassembled).toBe(3);
  });

  it('of another stack of ours are answered through a kernel that forwards', async () => {
    setIpv4('ip_forward', 1);
    onTestFinished(() => setIpv4('ip_forward', 0));
    const near = await openTunStack();
    const far = await openTunStack({ tun: { address: '10.0.1.2' } });
    for (const length of [56, 8000]) {
      expect((await near.stack.ping('10.0.1.2', { payload: pattern(length) })).rttMs).toBeLessThan(
        1000,
      );
    }
    expect(far.stack.counters().ipv4).toMatchObject({
      echoRequestsReceived: 2,
      echoRepliesSent: 2,
      reassembled: 1,
    });
  });

  it.skipIf(lacks('ping'))('of ping are answered, 8,000 bytes and at speed', async () => {
    const { stack } = await openTunStack();
    for (const options of [
      ['-c', '3', '-i', '0.01'],
      ['-c', '3', '-i', '0.01', '-s', '8000'],
    ]) {
      const { stdout } = await run('ping', [...options, '-W', '2', OURS]);
      expect(String(stdout)).toContain('3 received, 0% packet loss');
    }
    const flood = await run('ping', ['-q', '-f', '-c', '2000', '-W', '2', OURS]);
    expect(stack.counters().ipv4.echoRepliesSent).toBe(2006);
    // A flooding ping does not wait for a reply that a busy machine delivers late.
    const [, received] = / (\d+) received/.exec(String(flood.stdout)) ?? [];
    expect(Number(received)).toBeGreaterThan(1980);
  });
});

describe.skipIf(!namespace.available)('ports', () => {
  it('that nobody listens on are refused at once, ours and the kernel’s', async () => {
    const { stack } = await openTunStack();
    const socket = open({ host: OURS, port: 9 });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
    await expect(stack.connect({ host: KERNELS, port: 9 })).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    expect(stack.counters().connections).toBe(0);
  });

  it('that a listener has left are refused, and can be listened on again', async () => {
    const { stack } = await openTunStack();
    const accept = (socket: ConstructorParameters<typeof OurEnd>[0]): void => {
      new OurEnd(socket).send(10);
    };
    const first = stack.listen({ port: 80 }, accept);
    expect(await drain(await connect(80))).toMatchObject({ received: 10, firstWrong: -1 });
    await first.close();
    await expect(connect(80)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    stack.listen({ port: 80 }, accept);
    expect(await drain(await connect(80))).toMatchObject({ received: 10, firstWrong: -1 });
  });

  it('of a stack that closes are refused, with what was queued still delivered', async () => {
    const { stack } = await openTunStack();
    stack.listen({ port: 80 }, (socket) => {
      new OurEnd(socket).send(100_000, { thenEnd: false });
    });
    const client = await connect(80);
    const received = drain(client);
    await new Promise((resolve) => setImmediate(resolve));
    const closed = stack.close();
    expect(await received).toMatchObject({ received: 100_000, firstWrong: -1 });
    await closed;
  });

  it('of the kernel that close while we send give ECONNRESET', async () => {
    const { stack } = await openTunStack();
    const server = await listen((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    onTestFinished(server.close);
    const ours = new OurEnd(await stack.connect({ host: KERNELS, port: server.port }));
    ours.send(10_000_000);
    expect(await ours.closed).toMatchObject({ code: 'ECONNRESET' });
    expect(stack.counters().connections).toBe(0);
  });
});

describe.skipIf(!namespace.available)('scans of nmap', () => {
  // Resets are rationed: every two hundred ports of a scan take a second.
  const many = `-p1-${amount(400, 2000)}`;
  const few = `-p1-${amount(100, 200)}`;
  const SCANS: readonly (readonly [string, readonly string[]])[] = [
    ['SYN', ['-sS', many]],
    ['connect', ['-sT', many]],
    ['FIN', ['-sF', few]],
    ['Xmas', ['-sX', few]],
    ['null', ['-sN', few]],
    ['ACK', ['-sA', few]],
    ['window', ['-sW', few]],
    ['Maimon', ['-sM', few]],
    ['protocol', ['-sO', '--max-retries', '1', '--host-timeout', '20s']],
    ['operating system', ['-O', '-p1-100', '--max-os-tries', '1']],
    ['fragmented SYN', ['-sS', '-f', '-p70-90']],
  ];

  it.skipIf(lacks('nmap'))('upset nothing', { timeout: 180_000 }, async () => {
    const { stack } = await openTunStack();
    stack.listen({ port: 80 }, (socket) => new OurEnd(socket).send(1000));
    for (const [title, options] of SCANS) {
      const { code, stdout, stderr } = await run(
        'nmap',
        ['-n', '-Pn', '-T5', '--max-retries', '2', ...options, OURS],
        { timeoutMs: 60_000 },
      );
      expect(code, `${title}: ${stderr}`).toBe(0);
      if (options.includes('-sS') || options.includes('-sT')) {
        expect(String(stdout), title).toMatch(/^80\/tcp +open/m);
      }
      const check = await drain(await connect(80));
      expect(check, title).toMatchObject({ received: 1000, firstWrong: -1 });
    }
    expect(stack.counters().tcp.dropped['no-connection']).toBeGreaterThan(amount(400, 2000));
  });
});
