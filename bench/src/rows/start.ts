/**
 * From the start of a process to the first byte that it has served: our command, and the least program on
 * `node:http`, which needs Node and nothing else.
 */

import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { requestFor } from '../harness/generator.js';
import { RunningProcess } from '../harness/processes.js';
import { BENCH } from '../harness/programs.js';
import type { Row, Variant } from '../harness/row.js';
import { freePort, LOOPBACK, nextTunAddress } from '../harness/where.js';

const COMMAND = join(BENCH, '..', 'apps', 'server', 'dist', 'cli.js');
const LEAST_PROGRAM =
  "require('http').createServer((q, s) => s.end('hello')).listen(+process.argv[1], '127.0.0.1')";
/** Between two attempts to connect, milliseconds. */
const AGAIN_MS = 1;
const TUN_PORT = 8080;

/** Resolves when the first byte of a response is there; otherwise says that it is not there yet. */
const isServed = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port }, () => socket.write(requestFor(host, '/')));
    socket.setTimeout(50, () => socket.destroy());
    socket.once('data', () => {
      resolve(true);
      socket.destroy();
    });
    socket.once('error', () => {});
    socket.once('close', () => resolve(false));
  });

const variant = (
  name: string,
  commandFor: (host: string, port: number) => readonly string[],
  onTun = false,
): Variant => ({
  name,
  open: async () => ({
    measure: async () => {
      const [host, port] = onTun ? [nextTunAddress(), TUN_PORT] : [LOOPBACK, await freePort()];
      const began = performance.now();
      const started = new RunningProcess([process.execPath, ...commandFor(host, port)], 'server');
      started.child.stdout!.resume();
      const gone = started.ended.then(() => true);
      while (!(await isServed(host, port))) {
        const wait = new Promise<false>((resolve) => setTimeout(() => resolve(false), AGAIN_MS));
        if (await Promise.race([gone, wait])) await started.failed();
      }
      const value = performance.now() - began;
      await started.stop();
      return { value };
    },
    close: async () => {},
  }),
});

/** Milliseconds to the first byte. */
export function startRow(hasTun: boolean): Row {
  const kernel = (host: string, port: number): string[] =>
    [COMMAND, '--kernel-tcp', '--host', host, '--port', port].map(String);
  const tun = (host: string, port: number): string[] =>
    [COMMAND, '--transport', 'tun', '--tun-ip', host, '--port', port].map(String);
  return {
    name: 'start',
    title: 'start of the process to the first byte served',
    unit: 'ms',
    moreIsBetter: false,
    variants: existsSync(COMMAND)
      ? [
          ...(hasTun ? [variant('netlayers-server, TUN', tun, true)] : []),
          variant("netlayers-server, the kernel's TCP", kernel),
          variant('node:http', (_host, port) => ['-e', LEAST_PROGRAM, String(port)]),
        ]
      : [],
    against: ['node:http'],
    turns: 9,
  };
}
