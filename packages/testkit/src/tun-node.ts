/**
 * A `/dev/net/tun` of the test process's own, with the mode that a test is about: what a user who is
 * not root may do with TUN begins with the mode of that node, and machines differ in it.
 *
 * The node lies on a file system in memory, mounted over `/dev/net` in a mount namespace of the
 * calling thread (unshare(2)): the machine's node stays what it is, and ours goes with the process.
 * As with the network namespace, Node's thread pool stays outside: `fs.promises` sees the machine's.
 */

import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';

const TUN = '/dev/net/tun';
const CLONE_NEWNS = 0x00020000;
const MS_REC = 0x4000;
const MS_PRIVATE = 0x40000;

/** Whether `/dev/net/tun` has the mode now, or why not. */
export type TunNode = { available: true } | { available: false; reason: string };

/** Why no node of our own could be made, `null` when it was; `undefined` before the first try. */
let refusal: string | null | undefined;

/**
 * Makes `/dev/net/tun` of this process a node of that mode, e.g. `0o666`; may be called again, with
 * another. The machine's own node is kept while it has the mode, so that a container which may make
 * no node can still pass.
 */
export function setTunMode(mode: number): TunNode {
  const present = statSync(TUN, { throwIfNoEntry: false });
  if (present !== undefined && (present.mode & 0o777) === mode) return { available: true };
  if (refusal === undefined) refusal = makeNode();
  if (refusal === null) {
    chmodSync(TUN, mode);
    return { available: true };
  }
  const reason = `no ${TUN} of mode 0${mode.toString(8)} (${refusal})`;
  return { available: false, reason };
}

/** Mounts the file system and makes the node; returns why that failed. */
function makeNode(): string | null {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  const libc = koffi.load(null);
  const unshare = libc.func('unshare', 'int', ['int']);
  const mount = libc.func('mount', 'int', ['str', 'str', 'str', 'ulong', 'str']);
  const umount = libc.func('umount', 'int', ['str']);
  const failure = (call: string) => `${call} failed (errno ${koffi.errno()})`;
  if (unshare(CLONE_NEWNS) !== 0) return failure('unshare');
  // Private first: what is mounted from here on is seen nowhere else.
  if (mount(null, '/', null, MS_REC | MS_PRIVATE, null) !== 0) return failure('mount');
  if (mount('tun-node', '/dev/net', 'tmpfs', 0, 'mode=755,size=64k') !== 0) return failure('mount');
  try {
    // The command, because older C libraries have no symbol of that name.
    execFileSync('mknod', [TUN, 'c', '10', '200'], { stdio: 'pipe' });
    closeSync(openSync(TUN, 'r+'));
    return null;
  } catch (error) {
    // A node that does not work is worse than the machine's.
    umount('/dev/net');
    return (error as Error).message.trim().split('\n').at(-1) ?? '';
  }
}
