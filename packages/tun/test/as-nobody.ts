/**
 * The test process as a user without permissions, and the node such a user finds.
 *
 * What is refused depends on the mode of `/dev/net/tun`, so a test says which it is about. In a user
 * namespace that knows root only there is no such user: the tests skip with one line.
 */

import { setTunMode } from '@netlayers/testkit/tun-node';

/** The numeric id of `nobody`. */
export const NOBODY = 65_534;

/** What vitest gives a test. */
interface Skippable {
  readonly skip: (note: string) => void;
}

function canBeNobody(): boolean {
  try {
    process.seteuid?.(NOBODY);
    process.seteuid?.(0);
    return true;
  } catch {
    return false;
  }
}

const told = new Set<string>();

/** Gives the process a node of that mode; where it cannot, says so in one line and skips the test. */
export function requireTunMode(mode: number, { skip }: Skippable): void {
  const node = canBeNobody()
    ? setTunMode(mode)
    : { available: false as const, reason: `no user ${NOBODY} in this user namespace` };
  if (node.available) return;
  if (!told.has(node.reason)) console.warn(`skipped: ${node.reason}`);
  told.add(node.reason);
  skip(node.reason);
}

/** Runs as a user without permissions. */
export async function asNobody<T>(action: () => Promise<T>): Promise<T> {
  process.seteuid?.(NOBODY);
  try {
    return await action();
  } finally {
    process.seteuid?.(0);
  }
}
