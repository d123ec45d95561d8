/**
 * Whose TCP carries the request. Each is loaded only when it is used.
 */

import type { Notes } from './notes.js';
import type { OpenTransport } from './open-transport.js';
import type { ClientCommand } from './options.js';

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
