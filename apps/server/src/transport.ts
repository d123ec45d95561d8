/**
 * Where the server listens: what the chain of the commands opened, with the names that clients call
 * it by. Where `auto` finds no device, one line says so, with the way to get one.
 */

import { type OpenTransport, openTransport, type SharedHost } from '@netlayers/common';
import type { Stack } from '@netlayers/stack';
import type { Log } from './log.js';
import type { ServerCommand } from './options.js';
import { serveUdpEcho } from './udp-echo.js';

/** A transport ready to listen on. */
export interface ServingPlace {
  readonly kind: 'tun' | 'kernel';
  readonly transport: OpenTransport['transport'];
  /** Where to listen unless told otherwise. */
  readonly host: string;
  /** What clients call it then. */
  readonly urlHost: string;
  /** For the start-up line. */
  readonly description: string;
  /** What else there is to say. */
  readonly notes: readonly string[];
  /** Our own; `null` on the kernel's TCP. */
  readonly stack: Stack | null;
  /** Gives everything back; after the server was closed. */
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const ANY_ADDRESS = '0.0.0.0';

/** Says why `auto` goes on without a device. */
export function warnOfKernel({ host }: ServerCommand, reason: Error, log: Log): void {
  const place = host ?? LOOPBACK;
  log.warn(`No TUN device, so the kernel's TCP serves on ${place}: ${reason.message}`);
}

/**
 * Opens the transport of a command.
 *
 * @throws Error, one line for the user.
 */
export async function openPlace(
  command: ServerCommand,
  log: Log,
  shared: SharedHost,
): Promise<ServingPlace> {
  const explain = (reason: Error): void => warnOfKernel(command, reason, log);
  const open = await openTransport(command.transport, command.tun, log, explain, shared);
  const { transport, tun } = open;
  const close = () => open.close();
  if (tun === null) {
    const description = "on the kernel's TCP";
    return {
      kind: 'kernel',
      transport,
      host: LOOPBACK,
      urlHost: LOOPBACK,
      description,
      notes: [],
      stack: null,
      close,
    };
  }
  const notes: string[] = [];
  if (command.udpEcho !== null) {
    // Nobody else has a port on a stack of our own yet.
    serveUdpEcho(tun.stack, command.udpEcho);
    notes.push(`UDP echo on port ${command.udpEcho}: nc -u ${tun.address} ${command.udpEcho}`);
  }
  return {
    kind: 'tun',
    transport,
    host: command.tun.routes.length > 0 ? ANY_ADDRESS : tun.address,
    urlHost: tun.address,
    description: `on our own TCP; ${tun.name}, this machine is ${tun.peer}`,
    notes,
    stack: tun.stack,
    close,
  };
}
