/**
 * One server of the command: its transport, what it serves, and how it ends. No protocol knowledge here.
 *
 * Modules that not every run needs are imported when they are: a start has to be quick.
 */

import type { SharedHost } from '@netlayers/common';
import type { ReverseProxy } from '@netlayers/proxy';
import { Server, type ServerOptions } from '@netlayers/server';
import type { Stack } from '@netlayers/stack';
import { accessLog } from './access-log.js';
import type { SecurePlace } from './https.js';
import type { Log } from './log.js';
import type { ServerCommand } from './options.js';
import { addBuiltInRoutes } from './routes.js';
import { openPlace, type ServingPlace } from './transport.js';

/** How long a running request may get no further after the first signal, milliseconds. */
const GRACE_MS = 10_000;

/** What is said when an end begins. */
export const CLOSING = 'Closing: running requests may finish; a second signal ends at once';

/** Says how it ended, on the way out. @throws Error when connections were cut off. */
export function sayClosed(cut: number, log: Log): void {
  if (cut > 0)
    throw new Error(`Closed, with ${cut} of the connections cut off: they got no further`);
  log.info('Closed');
}

/** A server that listens. */
export interface Serving {
  /** What there is to say of it. */
  readonly lines: readonly string[];
  /** Our own; `null` on the kernel's TCP. */
  readonly stack: Stack | null;
  /** Lets running requests finish; returns how many connections had to be cut off. */
  stop(): Promise<number>;
}

/**
 * Opens the transport of a command and listens.
 *
 * @param shared what our own stack has in common with others of the same host.
 * @throws Error, one line for the user; nothing is left open then.
 */
export async function startServing(
  command: ServerCommand,
  log: Log,
  shared: SharedHost = {},
): Promise<Serving> {
  const place = await openPlace(command, log, shared);
  try {
    const proxied = await makeProxy(command, log);
    const server = await makeServer(command, place, log);
    if (proxied !== null) server.fallback(proxied);
    const host = command.host ?? place.host;
    const https = await secured(command, place, server, log);
    const listener = await server
      .listen(https?.transport ?? place.transport, { host, port: command.port })
      .catch((error: unknown) => {
        throw new Error(explainListen(error, host, command.port), { cause: error });
      });
    return {
      lines: describe(command, place, host, listener.port, log),
      stack: place.stack,
      stop: async () => {
        try {
          https?.close();
          await server.close({ graceMs: GRACE_MS });
          await proxied?.close({ graceMs: GRACE_MS });
        } finally {
          await place.close();
        }
        return server.counters().cut;
      },
    };
  } catch (error) {
    await place.close();
    throw error;
  }
}

function describe(
  command: ServerCommand,
  place: ServingPlace,
  host: string,
  port: number,
  { colors }: Log,
): string[] {
  // Nobody can call "all of them".
  const isAll = host === '0.0.0.0' || host === '::';
  const name = isAll ? place.urlHost : host;
  const workers = command.workers === null ? '' : `; ${inWords(command.workers)}`;
  const how = `(${place.description}${isAll ? '; on all addresses' : ''}${workers})`;
  const scheme = command.tls === null ? 'http' : 'https';
  const url = `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`;
  const lines = [...place.notes, `${colors.green('Serving')} ${url} ${colors.dim(how)}`];
  if (command.proxy !== null) lines.push(`In front of ${command.proxy.join(', ')}`);
  if (command.root !== null) lines.push(describeFiles(command.root, command.allow));
  return [...lines, `Try ${colors.cyan(`curl ${url}${pathToTry(command)}`)}`];
}

const inWords = (workers: number): string => (workers === 1 ? '1 worker' : `${workers} workers`);

/** TLS, where there is a certificate. */
async function secured(
  { tls }: ServerCommand,
  { transport }: ServingPlace,
  server: Server,
  log: Log,
): Promise<SecurePlace | null> {
  if (tls === null) return null;
  const { secure } = await import('./https.js');
  return secure(transport, server, tls, log);
}

const describeFiles = (root: string, allow: readonly string[] | null): string =>
  `Files of ${root}${allow === null ? '' : `, only ${allow.join(', ')}`}`;

/** A path that answers, as far as it is known. */
function pathToTry({ demo, allow, proxy }: ServerCommand): string {
  if (demo) return '/json';
  if (proxy !== null) return '/';
  const [first = ''] = allow ?? [];
  return encodeURI(`/${first.replace(/^\.?\//, '')}`);
}

/** Makes the server, with an access log where that is shown. */
function newServer({ cors, logFormat }: ServerCommand, log: Log): Server {
  const options: ServerOptions = {
    ...(cors === null ? {} : { cors: { origin: cors } }),
    onError: (error) =>
      log.error(error instanceof Error ? (error.stack ?? error.message) : `${error}`),
  };
  if (!log.shows('info')) return new Server(options);
  const lines = accessLog(logFormat, log.colors);
  return new Server({ ...options, onAccess: (record) => log.info(lines.line(record)) });
}

async function makeProxy({ proxy }: ServerCommand, log: Log): Promise<ReverseProxy | null> {
  if (proxy === null) return null;
  const { proxiedServers } = await import('./proxied-servers.js');
  return proxiedServers(proxy, log);
}

async function makeServer(
  command: ServerCommand,
  transport: ServingPlace,
  log: Log,
): Promise<Server> {
  const server = newServer(command, log);
  if (command.demo) addBuiltInRoutes(server, transport.kind);
  if (command.root !== null) {
    const { servedFiles } = await import('./served-files.js');
    server.fallback(await servedFiles(command.root, command.allow, command.folder));
  }
  return server;
}

function explainListen(error: unknown, host: string, port: number): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is in use: choose another with --port, or 0 for any`;
    case 'EACCES':
      return `Port ${port} of ${host} may not be used by this user: choose one from 1024 with --port`;
    case 'EADDRNOTAVAIL':
      return `${host} is no address of this machine: choose another with --host`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return `${host} is no address of this machine, and no name of one is known: give --host an address such as 127.0.0.1`;
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
