/**
 * What the options mean: what holds for those that were not given, and which of them contradict each
 * other. A mistake is one line that says what to do, not a page of help.
 */

import { resolve } from 'node:path';
import {
  checkDevice,
  chooseTransport,
  type TransportChoice,
  TUN_OPTION_NAMES,
  type TunSettings,
  tunSettingsOf,
  UsageError,
  type Verbosity,
  wholeNumber,
} from '@netlayers/common';
import type { LogFormat } from './access-log.js';
import { parseArguments } from './command-line.js';
import { corsOrigin } from './cors-origin.js';
import { type FolderSettings, folderSettingsOf } from './folder-options.js';
import { DEFAULT_ADDRESS, DEFAULTS, type GivenOptions } from './given-options.js';
import type { TlsCommand } from './https.js';
import { ECHO_PORT } from './udp-echo.js';

/** The settings of one run. */
export interface ServerCommand {
  readonly transport: TransportChoice;
  readonly tun: TunSettings;
  /** Port of the UDP echo on our own stack; `null` for none. */
  readonly udpEcho: number | null;
  /** Address to listen on; `null` for the one that suits the transport. */
  readonly host: string | null;
  readonly port: number;
  /** Processes that serve, under one that watches them; `null`: this one serves. */
  readonly workers: number | null;
  /** Absolute path of the served folder; `null` without one. */
  readonly root: string | null;
  /** Files that alone are served, relative to the root; `null` for all. */
  readonly allow: readonly string[] | null;
  /** How the folder is served. */
  readonly folder: FolderSettings;
  /** The servers that are asked for everything else; `null` without any. */
  readonly proxy: readonly string[] | null;
  /** Whether the built-in routes answer. */
  readonly demo: boolean;
  readonly cors: string | null;
  /** `null` for plain http. */
  readonly tls: TlsCommand | null;
  readonly logFormat: LogFormat;
  readonly verbosity: Verbosity;
}

/** As many as a TUN device has queues. */
const MOST_WORKERS = 256;

/** Options that say nothing to the kernel's TCP. */
const TUN_ONLY = [...TUN_OPTION_NAMES, 'udp-echo'] as const;

/**
 * Reads the command line.
 *
 * @returns `null` when help was asked for and printed.
 * @throws UsageError
 */
export async function readOptions(args: readonly string[]): Promise<ServerCommand | null> {
  if (args.length === 0) return commandOf(DEFAULTS);
  const given = await parseArguments(args);
  if (given === null) return null;
  const command = commandOf(given);
  if (command.transport === 'tun') await checkDevice(command.tun);
  return command;
}

/** Checks the options and what they mean together. */
function commandOf(given: GivenOptions): ServerCommand {
  const hasFiles = given.root !== undefined || given.allow !== undefined;
  return {
    transport: chooseTransport(given, TUN_ONLY),
    tun: tunSettingsOf(given, DEFAULT_ADDRESS),
    udpEcho: echoPortOf(given['udp-echo']),
    host: given.host ?? null,
    port: wholeNumber('port', given.port, 0, 65535) ?? DEFAULTS.port,
    workers: workersOf(given),
    root: hasFiles ? resolve(given.root ?? '.') : null,
    allow: given.allow ?? null,
    folder: folderSettingsOf(given, hasFiles, given.allow === undefined),
    proxy: upstreamsOf(given.proxy, hasFiles),
    demo: (!hasFiles && given.proxy === undefined) || given.demo === true,
    cors: given.cors === undefined ? null : corsOrigin(given.cors),
    tls: tlsOf(given),
    logFormat: given['log-format'],
    verbosity: given.verbosity,
  };
}

/** Each worker over TUN has a queue of its own: a device that has one has one worker. */
function workersOf(given: GivenOptions): number | null {
  const workers = wholeNumber('workers', given.workers, 1, MOST_WORKERS);
  if (workers === null) return null;
  if (given['tun-fd'] !== undefined) {
    throw new UsageError(
      '--tun-fd is one queue, and --workers need several: leave one of them out',
    );
  }
  if (given['tun-driver'] === 'tuntap2') {
    throw new UsageError(
      '--tun-driver tuntap2 has one queue, and --workers need several: use koffi',
    );
  }
  return workers;
}

/** The servers to ask, each once and in full. */
function upstreamsOf(given: readonly string[] | undefined, hasFiles: boolean): string[] | null {
  if (given === undefined) return null;
  if (hasFiles) throw new UsageError('--proxy and a folder both answer everything: choose one');
  const urls = given.map((text) => {
    const url = URL.canParse(text) ? new URL(text) : null;
    const isPlain = url !== null && url.protocol === 'http:' && url.hostname !== '';
    if (isPlain && url.username + url.password + url.search + url.hash === '') return url.href;
    throw new UsageError(
      `--proxy is a URL such as http://127.0.0.1:3000, not ${text || 'nothing'}`,
    );
  });
  if (new Set(urls).size < urls.length) throw new UsageError('--proxy names a server twice');
  return urls;
}

function tlsOf({ 'tls-cert': cert, 'tls-key': key, http2 }: GivenOptions): TlsCommand | null {
  if (cert !== undefined && key !== undefined) return { cert, key, http2: http2 !== false };
  if (cert !== undefined) throw new UsageError('--tls-cert needs --tls-key, the key of it');
  if (key !== undefined) throw new UsageError('--tls-key needs --tls-cert, its certificate');
  if (http2 === undefined) return null;
  throw new UsageError('--no-http2 is for https: leave it out, or give --tls-cert and --tls-key');
}

/** The option may stand alone: the port is that of the service. */
function echoPortOf(given: string | undefined): number | null {
  if (given === undefined) return null;
  return wholeNumber('udp-echo', given === '' ? ECHO_PORT : Number(given), 1, 65535);
}
