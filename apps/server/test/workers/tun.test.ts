/** `--workers` over a TUN device: one queue each, and what the death of one does to the others. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { createTun } from '@netlayers/tun';
import { afterEach, describe, expect, it } from 'vitest';
import type { RunningCommand } from '../command.js';
import { useServers } from '../servers.js';

const namespace = enterNetworkNamespace();

/** After so long a silence the kernel has forgotten which queue a connection was on, and computes it. */
const FORGOTTEN_MS = 5500;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A keep-alive connection that is idle between requests. */
class Idle {
  readonly port: number;
  answers = 0;
  /** Why it has ended; `null` while it has not. */
  end: string | null = null;
  readonly #socket: Socket;
  #wake: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.port = (socket.address() as AddressInfo).port;
    const ended = (how: string): void => {
      this.end ??= how;
      this.#wake();
    };
    socket.on('error', (error) => ended((error as NodeJS.ErrnoException).code ?? 'error'));
    socket.on('close', () => ended('closed'));
    socket.on('data', () => {
      this.answers++;
      this.#wake();
    });
  }

  static async open(): Promise<Idle> {
    const socket = connect({ host: '10.0.0.2', port: 8080 });
    await once(socket, 'connect');
    return new Idle(socket);
  }

  /** Sends a request; resolves with its answer, or the end of the connection. */
  async ask(): Promise<void> {
    const before = this.answers;
    this.#socket.write('GET /json HTTP/1.1\r\nHost: a\r\n\r\n');
    while (this.answers === before && this.end === null) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

describe.skipIf(!namespace.available)('several workers over TUN', () => {
  const idle: Idle[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'netlayers-workers-'));
  const servers = useServers(['--transport', 'tun', '--workers', '2'], folder);

  afterEach(() => {
    for (const connection of idle.splice(0)) connection.destroy();
  });

  async function start(...args: string[]): Promise<RunningCommand> {
    const server = servers.start(...args);
    await server.url();
    return server;
  }

  async function openIdle(count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      const connection = await Idle.open();
      idle.push(connection);
      await connection.ask();
    }
  }

  it('killed under load: only its own connections end, and it is replaced', async () => {
    const server = await start('-v', 'debug');
    /** Which worker a connection is on, by the lines that each has written. */
    const workerOf = ({ port }: Idle): string =>
      new RegExp(`^\\[(\\d)\\] <- SYN .*port ${port}: accepted`, 'm').exec(server.stdout)?.[1] ??
      '';
    const of = (worker: string): Idle[] => idle.filter((each) => workerOf(each) === worker);
    while (of('1').length < 4 || of('2').length < 4) {
      await openIdle(4);
      // The line may come behind the answer.
      await expect.poll(() => idle.every((each) => workerOf(each) !== '')).toBe(true);
    }

    let isLoaded = true;
    let answered = 0;
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    const request = (): Promise<void> =>
      new Promise((resolve) => {
        get('http://10.0.0.2:8080/json', { agent }, (response) => {
          answered++;
          response.resume().on('close', resolve);
        }).on('error', () => resolve());
      });
    const load = Array.from({ length: 8 }, async () => {
      while (isLoaded) {
        await request();
        await sleep(5);
      }
    });
    await sleep(FORGOTTEN_MS);
    expect(answered).toBeGreaterThan(0);

    process.kill(server.children()[0]!, 'SIGKILL');
    await server.until(/^Worker 1 serves again/m);
    const before = answered;
    await Promise.all(idle.map((each) => each.ask()));
    expect(of('2').map(({ answers, end }) => [answers, end])).toEqual(of('2').map(() => [2, null]));
    expect(of('1').map(({ answers, end }) => [answers, end])).toEqual(
      of('1').map(() => [1, 'ECONNRESET']),
    );
    // Its share of new connections is served again.
    const old = idle.length;
    while (!idle.slice(old).some((each) => workerOf(each) === '1')) await openIdle(1);
    isLoaded = false;
    await Promise.all(load);
    agent.destroy();
    expect(answered).toBeGreaterThan(before);
    expect(idle.slice(old).every(({ end }) => end === null)).toBe(true);
    for (const connection of idle) connection.destroy();
    expect(await server.stop()).toBe(0);
  }, 60_000);

  it('hand over what a change of the number of queues has brought to the wrong one', async () => {
    const server = await start();
    await openIdle(60);
    await sleep(FORGOTTEN_MS);
    // A third queue, which nobody serves: a sixth of all moves from the first to the second worker.
    const [third] = await createTun({ name: 'tun0', queues: 1, offload: true });
    const asked = Promise.all(idle.map((each) => each.ask()));
    const served = (): number => idle.filter(({ answers }) => answers === 2).length;
    while (served() < idle.length / 2) await sleep(10);
    third!.close();
    await asked;
    expect(idle.map(({ answers, end }) => [answers, end])).toEqual(idle.map(() => [2, null]));
    for (const connection of idle) connection.destroy();
    expect(await server.stop()).toBe(0);
  }, 60_000);

  it('answer UDP and pings that come in fragments, whichever gets them', async () => {
    const server = await start('--udp-echo', '7777');
    expect(server.stdout).toMatch(/^UDP echo on port 7777: /m);
    const sockets = Array.from({ length: 8 }, () => createSocket('udp4'));
    const answers = sockets.map(async (socket, at) => {
      socket.send(Buffer.alloc(4000, at), 7777, '10.0.0.2');
      const [data] = (await once(socket, 'message')) as [Buffer];
      socket.close();
      return data.equals(Buffer.alloc(4000, at));
    });
    expect(await Promise.all(answers)).toEqual(sockets.map(() => true));
    expect(await server.stop()).toBe(0);
  });

  it('record packets into a file each, and refuse ports that nobody has at once', async () => {
    const server = await start('--pcap', join(folder, 'run.pcapng'));
    await expect(once(connect({ host: '10.0.0.2', port: 9 }), 'connect')).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    process.kill(server.children()[1]!, 'SIGKILL');
    await server.until(/^Worker 2 serves again/m);
    const files = ['run.1.pcapng', 'run.2.pcapng', 'run.2-2.pcapng'];
    expect(files.map((file) => existsSync(join(folder, file)))).toEqual([true, true, true]);
    expect(await server.stop()).toBe(0);
  });

  it('look for packets instead of waiting for them, if asked to', async () => {
    const server = await start('--busy-poll', '2');
    for (let round = 0; round < 3; round++) {
      await openIdle(8);
      // Long enough to fall asleep.
      await sleep(20);
      await Promise.all(idle.map((each) => each.ask()));
    }
    expect(idle.every(({ end }) => end === null)).toBe(true);
    for (const connection of idle) connection.destroy();
    expect(await server.stop()).toBe(0);
  });

  it('end in order when the primary is killed', async () => {
    const server = await start();
    const children = server.children();
    server.kill('SIGKILL');
    await server.ended;
    const isThere = (pid: number): boolean => {
      try {
        process.kill(pid, 0);
        return true;
      } catch {
        return false;
      }
    };
    while (children.some(isThere)) await sleep(20);
  });
});
