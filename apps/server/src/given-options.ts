/**
 * The options as somebody gave them: what yargs hands to whoever checks what they mean.
 */

import type { Verbosity } from './log.js';

/** A mistake on the command line; the message is for whoever made it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What holds without options. */
export const DEFAULTS = { transport: 'auto', port: 8080, verbosity: 'info' } as const;

/** The options as they were given, with defaults where nothing depends on another option. */
export interface GivenOptions {
  readonly transport: 'auto' | 'tun' | 'kernel';
  readonly port: number;
  readonly verbosity: Verbosity;
  readonly 'kernel-tcp'?: boolean | undefined;
  readonly 'tun-ip'?: string | undefined;
  readonly 'tun-name'?: string | undefined;
  readonly 'tun-driver'?: 'koffi' | 'tuntap2' | undefined;
  readonly 'tun-fd'?: number | undefined;
  readonly 'tun-route'?: readonly string[] | undefined;
  readonly mtu?: number | undefined;
  readonly offload?: boolean | undefined;
  readonly 'time-wait'?: number | undefined;
  readonly pcap?: string | undefined;
  /** A port, or nothing behind the option's name. */
  readonly 'udp-echo'?: string | undefined;
  readonly host?: string | undefined;
  readonly root?: string | undefined;
  readonly allow?: readonly string[] | undefined;
  readonly demo?: boolean | undefined;
  readonly cors?: string | undefined;
}
