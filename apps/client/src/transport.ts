/**
 * Whose TCP carries the request. Each is loaded only when it is used.
 */

import type { Transport } from '@netlayers/http';
import type { Notes } from './notes.js';
import type { ClientCommand } from './options.js';

/** A transport ready to connect with. */
export interface OpenTransport {
  readonly transport: Transport;
  /** Finds the address of a name, where the transport cannot. */
  readonly resolve: ((name: string) => Promise<string>) | null;
  /**
   * What else to tell about a failure to connect, or `null`.
   *
   * @param error what the client reported.
   */
  advise(error: unknown): string | null;
  close(): Promise<void>;
}

async function openKernel(): Promise<OpenTransport> {
  const { kernelTransport } = await import('@netlayers/kernel');
  const transport = kernelTransport();
  return {
    transport,
    resolve: null,
    advise: () => null,
    close: async () => transport.close(),
  };
}

/**
 * Opens the transport of a command.
 *
 * @throws Error, one line for the user.
 */
export async function openTransport(command: ClientCommand, notes: Notes): Promise<OpenTransport> {
  if (command.transport === 'kernel') return openKernel();
  const { openTun } = await import('./tun-transport.js');
  return openTun(command.tun, notes);
}
