/**
 * A whole Node program on a stack, without a change: what it connects, listens and binds goes through
 * the stack, but for what a rule leaves to the kernel.
 */

import { mappedAddress } from './address.js';
import type { SocketRequest } from './handle-choice.js';
import { installHooks } from './hooks.js';
import { checkHost } from './net-of.js';
import type { SocketHost } from './socket-host.js';

/** Says who carries a connection or opens a port. */
export type StackRule = (request: SocketRequest) => 'stack' | 'kernel';

/** Leaves `localhost` and the addresses of loopback to the kernel, and nothing else. */
export const loopbackOnKernel: StackRule = ({ host }) =>
  host !== null && isLoopback(host.toLowerCase()) ? 'kernel' : 'stack';

/** RFC 6761, 6.3; RFC 1122, 3.2.1.3 (g); RFC 4291, 2.5.3. */
const isLoopback = (host: string): boolean =>
  host === 'localhost' ||
  host.endsWith('.localhost') ||
  /^127\.\d+\.\d+\.\d+$/.test(mappedAddress(host) ?? host) ||
  host === '::1';

/**
 * Has `node:net`, and so everything of Node that stands on it, and `node:dgram` use a stack from now on.
 * The rule is asked with the host as the program wrote it: where it connects, that may be a name, which
 * is resolved as ever; of a UDP socket it is the address that the socket is bound to. Pipes, descriptors
 * and workers of a cluster stay with the kernel.
 *
 * @param rule @default {@link loopbackOnKernel}
 * @returns gives `node:net` back to the kernel; connections and ports that are open stay.
 * @throws Error with code ERR_FEATURE_UNAVAILABLE_ON_PLATFORM where Node lacks a hook.
 */
export function installStack(stack: SocketHost, rule: StackRule = loopbackOnKernel): () => void {
  checkHost('installStack', stack);
  return installHooks((request) => {
    const choice: string = rule(request);
    if (choice === 'stack') return stack;
    if (choice === 'kernel') return null;
    throw new TypeError(`the rule of installStack says stack or kernel, not ${String(choice)}`);
  });
}
