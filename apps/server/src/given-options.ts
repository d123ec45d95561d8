/**
 * The options as somebody gave them: what yargs hands to whoever checks what they mean.
 */

import type { GivenTransport, GivenTunOptions, Verbosity } from '@netlayers/common';
import type { LogFormat } from './access-log.js';
import type { GivenFolderOptions } from './folder-options.js';

/** What holds without options. */
export const DEFAULTS = {
  transport: 'auto',
  port: 8080,
  'log-format': 'common',
  verbosity: 'info',
} as const;

/** Our address unless another is given. */
export const DEFAULT_ADDRESS = '10.0.0.2';

/** The options as they were given, with defaults where nothing depends on another option. */
export interface GivenOptions extends GivenTransport, GivenTunOptions, GivenFolderOptions {
  readonly port: number;
  readonly workers?: number | undefined;
  readonly 'log-format': LogFormat;
  readonly verbosity: Verbosity;
  /** A port, or nothing behind the option's name. */
  readonly 'udp-echo'?: string | undefined;
  readonly host?: string | undefined;
  readonly root?: string | undefined;
  readonly allow?: readonly string[] | undefined;
  readonly proxy?: readonly string[] | undefined;
  readonly demo?: boolean | undefined;
  readonly cors?: string | undefined;
  readonly 'tls-cert'?: string | undefined;
  readonly 'tls-key'?: string | undefined;
  /** `false` after `--no-http2`. */
  readonly http2?: boolean | undefined;
}
