/**
 * The command of one worker: that of the primary, on the queue that it inherits, and with files of its own.
 */

import { extname } from 'node:path';
import type { ServerCommand } from '../options.js';

/** Behind the three of every process and the channel. */
export const QUEUE_DESCRIPTOR = 4;

/** `run.pcapng` of worker 2 is `run.2.pcapng`; of the third process in its place `run.2-3.pcapng`. */
function fileOf(path: string, index: number, life: number): string {
  const extension = extname(path);
  const name = path.slice(0, path.length - extension.length);
  return `${name}.${index + 1}${life === 1 ? '' : `-${life}`}${extension}`;
}

/**
 * @param index from 0.
 * @param life how many processes there were in its place, itself included.
 */
export function workerCommand(command: ServerCommand, index: number, life: number): ServerCommand {
  if (command.transport === 'kernel') return command;
  const { pcap } = command.tun;
  return {
    ...command,
    tun: {
      ...command.tun,
      // What the primary has set up is read from the device.
      name: null,
      driver: null,
      mtu: null,
      offload: null,
      fd: QUEUE_DESCRIPTOR,
      pcap: pcap === null ? null : fileOf(pcap, index, life),
    },
  };
}
