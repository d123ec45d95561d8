/**
 * Where servers are reached: on TUN devices of their own, or on the kernel's loopback. All of it is in a
 * network namespace that is made for the run, if that is possible here.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { CONGESTION_CONTROL } from '../process/congestion-control.js';

/** Address of everything that runs on the kernel's TCP. */
export const LOOPBACK = '127.0.0.1';

const DEFAULT_CONTROL = '/proc/sys/net/ipv4/tcp_congestion_control';

let devices = 0;

/** Enters a namespace; returns why there is none, or `null`. */
export function enterNamespace(): string | null {
  const namespace = enterNetworkNamespace();
  if (!namespace.available) return namespace.reason;
  try {
    // For programs of others, whose sockets cannot be told one by one.
    writeFileSync(DEFAULT_CONTROL, CONGESTION_CONTROL);
  } catch {
    // Only what the machine allows to everybody can be the default of a namespace; the report says what it is.
  }
  return null;
}

/** The congestion control of sockets that are told nothing. */
export function defaultCongestionControl(): string {
  try {
    return readFileSync(DEFAULT_CONTROL, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}

/** An address for one more TUN device; the kernel's end is the next one. */
export function nextTunAddress(): string {
  devices = (devices % 200) + 1;
  return `10.99.${devices}.2`;
}

/** A port of loopback that is free, and the next one too; below those that the kernel gives to clients. */
export async function freePort(): Promise<number> {
  for (;;) {
    const base = 20_000 + 2 * Math.floor(Math.random() * 6000);
    if ((await isFree(base)) && (await isFree(base + 1))) return base;
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
