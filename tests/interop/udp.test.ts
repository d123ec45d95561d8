/**
 * UDP against the kernel's, over a TUN device: datagrams and fragments both ways, with the checksum
 * offloaded and not, errors as the kernel tells and takes them, and the programs that people try it
 * with: nc -u, nmap -sU, traceroute, dig.
 */

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { UdpSocket } from '@netlayers/stack';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import type { UdpError } from '@netlayers/udp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pattern } from '../support/pattern.js';
import { lacks, run } from '../support/tools.js';
import { KERNELS, OURS, openTunStack } from '../support/tun-stack.js';

const namespace = enterNetworkNamespace();

const echo = (socket: UdpSocket): void =>
  socket.setHandler({
    handleDatagram: (buf, start, end, from) => void socket.send(buf, start, end, from),
  });

/** A socket of the kernel, closed with the test. */
async function kernelSocket(port = 0, address = KERNELS): Promise<Socket> {
  const socket = createSocket('udp4');
  onTestFinished(() => void socket.close());
  socket.bind(port, address);
  await once(socket, 'listening');
  return socket;
}

const LENGTHS = [0, 1, 2, 3, 63, 64, 65, 1471, 1472, 1473, 2953, 8000, 65_507];

describe.skipIf(!namespace.available)('datagrams', () => {
  it.each([true, false])('of every size come back whole, offload %s', async (offload) => {
    const { stack } = await openTunStack({ tun: { offload } });
    echo(stack.bindUdp({ port: 7 }));
    const socket = await kernelSocket();
    for (const length of LENGTHS) {
      socket.send(pattern(length), 7, OURS);
      const [answer] = (await once(socket, 'message')) as [Buffer];
      expect(Buffer.compare(answer, pattern(length)), `${length} bytes`).toBe(0);
    }
    expect(Object.values(stack.counters().udp.dropped).every((count) => count === 0)).toBe(true);
  });

  it('of ours are echoed by the kernel, to a connected socket and another', async () => {
    const { stack } = await openTunStack();
    const kernel = await kernelSocket(9000);
    kernel.on('message', (message, { address, port }) => kernel.send(message, port, address));
    for (const connected of [true, false]) {
      const socket = stack.bindUdp();
      if (connected) await socket.connect(KERNELS, 9000);
      for (const length of LENGTHS) {
        const answered = new Promise<Uint8Array>((resolve) => {
          socket.setHandler({
            handleDatagram: (buf, start, end) => resolve(buf.slice(start, end)),
          });
        });
        const to = connected ? null : { address: KERNELS, port: 9000 };
        socket.send(pattern(length), 0, length, to);
        expect(Buffer.compare(await answered, pattern(length)), `${length} bytes`).toBe(0);
      }
    }
  });

  it('to everybody reach us, and ours the kernel', async () => {
    const { stack, tun } = await openTunStack({ stack: { prefixLength: 24 } });
    const route = await run('ip', ['route', 'add', '255.255.255.255', 'dev', tun.name]);
    expect(route.code, route.stderr).toBe(0);
    const ours = stack.bindUdp({ port: 67, broadcast: true });
    const heard = new Promise<string>((resolve) => {
      ours.setHandler({
        handleDatagram: (_buf, start, end, from) =>
          resolve(`${from.isBroadcast} ${from.address} ${end - start}`),
      });
    });
    const socket = await kernelSocket(68, '0.0.0.0');
    socket.setBroadcast(true);
    socket.send(pattern(5), 67, '255.255.255.255');
    expect(await heard).toBe(`true ${KERNELS} 5`);
    ours.send(pattern(6), 0, 6, { address: '255.255.255.255', port: 68 });
    const [message, { address }] = (await once(socket, 'message')) as [Buffer, { address: string }];
    expect(`${address} ${message.length}`).toBe(`${OURS} 6`);
  });
});

/** Packets of the kernel to the device that found no room in its queue. */
const droppedBy = (device: string): number =>
  Number(
    readFileSync('/proc/self/net/dev', 'utf8')
      .split('\n')
      .find((line) => line.trim().startsWith(`${device}:`))
      ?.split(/:?\s+/)
      .at(-5),
  );

/** Datagrams to a socket of the kernel that found no room in its buffer. */
function lostBy(socket: Socket): number {
  const port = `:${socket.address().port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/self/net/udp', 'utf8').trimEnd().split('\n');
  const line = lines.find((text) => text.trim().split(/\s+/)[1]?.endsWith(port));
  return Number(line?.trim().split(/\s+/).at(-1));
}

describe.skipIf(!namespace.available)('a flood', () => {
  it('of 50,000 datagrams is echoed, and whoever loses one has counted it', async () => {
    const { stack, tun } = await openTunStack();
    echo(stack.bindUdp({ port: 7 }));
    const before = droppedBy(tun.name);
    const socket = createSocket({ type: 'udp4', recvBufferSize: 8 << 20, sendBufferSize: 8 << 20 });
    onTestFinished(() => void socket.close());
    socket.connect(7, OURS);
    await once(socket, 'connect');
    const data = pattern(100);
    let answers = 0;
    socket.on('message', () => answers++);
    for (let sent = 0; sent < 50_000; sent++) {
      socket.send(data);
      if (sent % 500 === 499) await new Promise((resolve) => setImmediate(resolve));
    }
    const { udp } = stack.counters();
    const arrived = (): number => udp.datagramsReceived + droppedBy(tun.name) - before;
    await expect.poll(arrived, { timeout: 10_000 }).toBe(50_000);
    expect(udp.datagramsDelivered).toBe(udp.datagramsReceived);
    expect(udp.datagramsSent + udp.notSent['queue-full']).toBe(udp.datagramsDelivered);
    const back = (): number => answers + lostBy(socket);
    await expect.poll(back, { timeout: 10_000 }).toBe(udp.datagramsSent);
    expect(answers).toBeGreaterThan(1000);
  });
});

describe.skipIf(!namespace.available)('errors', () => {
  it('of ours about a closed port are ECONNREFUSED to the kernel’s socket', async () => {
    const { stack } = await openTunStack();
    const socket = await kernelSocket();
    socket.connect(9, OURS);
    await once(socket, 'connect');
    socket.send(pattern(10));
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error).toMatchObject({ code: 'ECONNREFUSED', syscall: 'recvmsg', errno: -111 });
    expect(stack.counters().udp.dropped['no-port']).toBe(1);
  });

  it('of the kernel have the same code, errno and call at ours', async () => {
    const { stack } = await openTunStack();
    const socket = stack.bindUdp();
    const told = new Promise<UdpError>((resolve) => {
      socket.setHandler({ handleDatagram() {}, handleError: resolve });
    });
    await socket.connect(KERNELS, 9);
    socket.send(pattern(10));
    expect(await told).toMatchObject({
      code: 'ECONNREFUSED',
      syscall: 'recvmsg',
      errno: -111,
      address: KERNELS,
      port: 9,
    });
  });
});

/** The smallest name server there is: every A question is answered with 192.0.2.7. */
function answerQuestions(socket: UdpSocket): void {
  socket.setHandler({
    handleDatagram(buf, start, end, from) {
      let at = start + 12;
      while (at < end && buf[at] !== 0) at += buf[at]! + 1;
      const question = buf.subarray(start + 12, at + 5);
      const answer = new Uint8Array(12 + question.length + 16);
      answer.set([buf[start]!, buf[start + 1]!, 0x84, 0, 0, 1, 0, 1]);
      answer.set(question, 12);
      const record = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7];
      answer.set(record, 12 + question.length);
      socket.send(answer, 0, answer.length, from);
    },
  });
}

describe.skipIf(!namespace.available)('programs', () => {
  it.skipIf(lacks('nc'))('nc -u talks with us', async () => {
    const { stack } = await openTunStack();
    echo(stack.bindUdp({ port: 7 }));
    const input = new TextEncoder().encode('hello over UDP\n');
    const { stdout } = await run('nc', ['-u', '-w', '1', OURS, '7'], { input });
    expect(String(stdout)).toBe('hello over UDP\n');
  });

  it.skipIf(lacks('nmap'))('nmap -sU tells open ports from closed ones', async () => {
    const { stack } = await openTunStack();
    echo(stack.bindUdp({ port: 7 }));
    answerQuestions(stack.bindUdp({ port: 53 }));
    const { stdout } = await run('nmap', ['-sU', '-Pn', '-n', '-p', '7,9,53,123', OURS]);
    const states = [...String(stdout).matchAll(/^(\d+)\/udp\s+(\S+)/gm)].map(([, port, state]) => [
      port,
      state,
    ]);
    expect(states).toEqual([
      // What nmap says of a port that answers nothing it knows; ours may be known or not.
      ['7', expect.stringMatching(/^open/)],
      ['9', 'closed'],
      ['53', 'open'],
      ['123', 'closed'],
    ]);
  });

  it.skipIf(lacks('traceroute'))('traceroute finds us behind one hop', async () => {
    await openTunStack();
    const { stdout } = await run('traceroute', ['-n', '-q', '2', '-w', '2', OURS]);
    const hops = String(stdout).trimEnd().split('\n').slice(1);
    expect(hops).toHaveLength(1);
    expect(hops[0]).toMatch(/^ 1 {2}10\.0\.0\.2 {2}[\d.]+ ms {2}[\d.]+ ms$/);
  });

  it.skipIf(lacks('dig'))('dig asks a name server on us', async () => {
    const { stack } = await openTunStack();
    answerQuestions(stack.bindUdp({ port: 53 }));
    const question = ['@10.0.0.2', '+short', '+time=2', '+noedns', 'www.example', 'A'];
    expect(String((await run('dig', question)).stdout)).toBe('192.0.2.7\n');
    const refused = await run('dig', ['@10.0.0.2', '-p', '54', '+time=1', '+tries=1', 'x', 'A']);
    expect(String(refused.stdout)).toContain('connection refused');
  });
});
