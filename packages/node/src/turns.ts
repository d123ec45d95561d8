/**
 * When callbacks of a program run, and what becomes of what they throw.
 */

import type { SocketHost } from './socket-host.js';

/** Taken at import: whoever replaces it by a fake one means timers of the program under test. */
const nextMacrotask: (callback: () => void) => void = setImmediate;

/**
 * Runs a callback. What it throws is an uncaught exception, as from a handle of libuv; it must not run
 * through the stack that called.
 */
export function guarded<A extends unknown[]>(callback: (...args: A) => void, ...args: A): void {
  try {
    callback(...args);
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}

/** Runs a callback in a turn of the event loop of its own. */
export function deferred(host: Pick<SocketHost, 'defer'>, callback: () => void): void {
  const run = (): void => guarded(callback);
  if (host.defer === undefined) nextMacrotask(run);
  else host.defer(run);
}
