/**
 * Runs this program again in a network namespace of its own, by unshare(1) of util-linux: root makes
 * one directly, others together with a user namespace in which they are root. What happens in there
 * reaches no network, and all of it is gone when the last process in it ends.
 */

import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, writeFileSync } from 'node:fs';
import process from 'node:process';

const DEVICE = '/dev/net/tun';
const INSIDE = '--inside-namespace';
const WITHOUT = 'what needs no permission: npm start -- --kernel-tcp';

/** Whether this process was started by `runInNamespace`. */
export const insideNamespace = (): boolean => process.argv.includes(INSIDE);

/** Ways to make a namespace: the plain one is root's. */
const WAYS = [['--net'], ['--user', '--map-root-user', '--net']];

/** Arguments of unshare that work here, or one line that says why none do. */
function findWay(): string[] | string {
  if (process.platform !== 'linux') {
    return `the demo needs Linux, for its namespaces and TUN; ${WITHOUT}`;
  }
  let reason = '';
  for (const way of WAYS) {
    const { error, status, stderr } = spawnSync('unshare', [...way, 'true'], { encoding: 'utf8' });
    if (error !== undefined) {
      return `the command unshare is missing, install the package util-linux; ${WITHOUT}`;
    }
    if (status === 0) return way;
    reason = stderr.trim().split('\n')[0] ?? '';
  }
  const help =
    process.getuid?.() === 0
      ? 'this container may not make any, run the demo on its host'
      : 'this system keeps them for root, try sudo npm run demo';
  return `no network namespace (${reason}): ${help}; ${WITHOUT}`;
}

/**
 * Why the device may not be opened, or `null`. The root of a namespace is not the root that owns the
 * file, so it has to be open to whoever runs this; where there is none, opening it says more.
 */
function findRefusal(): string | null {
  try {
    accessSync(DEVICE, constants.R_OK | constants.W_OK);
    return null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') return null;
    return (
      `${DEVICE} may not be opened by this user: sudo chmod 0666 ${DEVICE}, which gives no network ` +
      `away (docs/guides/rootless-tun.md), or sudo npm run demo; ${WITHOUT}`
    );
  }
}

/** Runs this program again, inside; resolves with its exit code. */
export async function runInNamespace(): Promise<number> {
  const way = findRefusal() ?? findWay();
  if (typeof way === 'string') {
    console.error(`netlayers: ${way}`);
    return 1;
  }
  const program = process.argv[1] ?? '';
  const args = [...way, process.execPath, program, INSIDE];
  const child = spawn('unshare', args, { stdio: 'inherit' });
  return new Promise((resolve) => {
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** Lets the kernel forward between devices of this namespace; in some containers it may not. */
export function enableForwarding(): boolean {
  try {
    writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
    return true;
  } catch {
    return false;
  }
}
