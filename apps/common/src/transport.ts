/**
 * Whose TCP carries the traffic of a command.
 *
 * `auto` tries to open and set up a TUN device and never asks who the user is: whatever the system
 * allows is used. Where it allows none, or koffi is missing, the kernel's TCP takes over. Every
 * other failure, and any with `tun`, is an error.
 */

import type { Transport } from '@netlayers/http';
import type { ChainLog } from './chain-log.js';
import type { TransportChoice } from './transport-choice.js';
import type { TunSettings } from './tun-settings.js';
import type { SharedHost, TunStack } from './tun-stack.js';

/** A transport that is open. */
export interface OpenTransport {
  readonly transport: Transport;
  /** What is below our own TCP; `null` on the kernel's. */
  readonly tun: TunStack | null;
  /**
   * Gives everything back.
   *
   * @param drainMs how long our connections may take to end.
   */
  close(drainMs?: number): Promise<void>;
}

/** What `auto` takes as "not here" rather than as a failure. */
const NOT_HERE = new Set(['EPERM', 'EACCES', 'ENOENT', 'ENODEV', 'ENOMODULE']);

/**
 * Whether there is no device to be had here, so that `auto` goes on without. Only the device's own errors
 * count: a capture file without a folder is ENOENT as well.
 */
export const isNotHere = (error: unknown): error is Error =>
  error instanceof Error &&
  error.name === 'TunError' &&
  NOT_HERE.has((error as NodeJS.ErrnoException).code ?? '');

async function openKernel(): Promise<OpenTransport> {
  const { kernelTransport } = await import('@netlayers/kernel');
  const transport = kernelTransport();
  return { transport, tun: null, close: async () => transport.close() };
}

/**
 * Opens a transport. What it needs is loaded only then.
 *
 * @param explain is told why there is no device when `auto` goes on without.
 * @param shared what our own stack has in common with others of the same host.
 * @throws Error, one line for the user.
 */
export async function openTransport(
  choice: TransportChoice,
  settings: TunSettings,
  log: ChainLog,
  explain: (reason: Error) => void = () => {},
  shared: SharedHost = {},
): Promise<OpenTransport> {
  if (choice === 'kernel') return openKernel();
  const { openTunStack } = await import('./tun-stack.js');
  try {
    const tun = await openTunStack(settings, log, shared);
    const { stack } = tun;
    return {
      transport: stack.transport,
      tun,
      close: (drainMs) => stack.close(drainMs === undefined ? {} : { drainMs }),
    };
  } catch (error) {
    if (choice === 'tun' || !isNotHere(error)) throw error;
    explain(error);
    return openKernel();
  }
}
