/**
 * Which TCP carries the requests.
 *
 * `auto` tries to open and set up a TUN device and never asks who the user is: whatever the system
 * allows is used. Where it allows none, or koffi is missing, the kernel's TCP takes over, said in
 * one line with the way to get TUN. Every other failure, and any with `--transport tun`, is an error.
 */

import type { Log } from './log.js';
import type { OpenTransport } from './open-transport.js';
import type { ServerCommand } from './options.js';

/** What `auto` takes as "not here" rather than as a failure. */
const NOT_HERE = new Set(['EPERM', 'EACCES', 'ENOENT', 'ENODEV', 'ENOMODULE']);

/** Only the device's own errors count: a capture file without a folder is ENOENT as well. */
const isNotHere = (error: unknown): error is Error =>
  error instanceof Error &&
  error.name === 'TunError' &&
  NOT_HERE.has((error as NodeJS.ErrnoException).code ?? '');

const LOOPBACK = '127.0.0.1';

async function openKernel(): Promise<OpenTransport> {
  const { kernelTransport } = await import('@netlayers/kernel');
  const transport = kernelTransport();
  return {
    kind: 'kernel',
    transport,
    host: LOOPBACK,
    urlHost: LOOPBACK,
    description: "on the kernel's TCP",
    close: async () => transport.close(),
  };
}

/**
 * Opens the transport of a command.
 *
 * @throws Error, one line for the user.
 */
export async function openTransport(command: ServerCommand, log: Log): Promise<OpenTransport> {
  if (command.transport === 'kernel') return openKernel();
  const { openTun } = await import('./tun-transport.js');
  try {
    return await openTun(command.tun, log);
  } catch (error) {
    if (command.transport === 'tun' || !isNotHere(error)) throw error;
    const place = command.host ?? LOOPBACK;
    log.warn(`No TUN device, so the kernel's TCP serves on ${place}: ${error.message}`);
    if (command.tun.pcap !== null) log.warn('--pcap records nothing without a TUN device');
    if (command.tun.udpEcho !== null) log.warn('--udp-echo answers nobody without a TUN device');
    return openKernel();
  }
}
