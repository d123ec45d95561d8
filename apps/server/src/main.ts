/**
 * One run of the command: options, transport, server, signals, end. No protocol knowledge here.
 *
 * Modules that not every run needs are imported when they are: a start has to be quick.
 */

import { UsageError } from '@netlayers/common';
import type { ReverseProxy } from '@netlayers/proxy';
import { Server, type ServerOptions } from '@netlayers/server';
import { accessLog } from './access-log.js';
import type { SecurePlace } from './https.js';
import { type Log, processLog } from './log.js';
import { readOptions, type ServerCommand } from './options.js';
import { addBuiltInRoutes } from './routes.js';
import { untilStopped } from './signals.js';
import { openPlace, type ServingPlace } from './transport.js';

/** How long a running request may get no further after the first signal, milliseconds. */
const GRACE_MS = 10_000;

/**
 * Runs the command until it is told to stop.
 *
 * @returns the exit code: 0 after an orderly end, 1 when it could not serve, 2 for a mistake on the
 *   command line.
 */
export async function main(args: readonly string[]): Promise<number> {
  let command: ServerCommand | null;
  try {
    command = await readOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`netlayers-server: ${error.message} (--help shows all options)\n`);
    return 2;
  }
  if (command === null) return 0;
  const log = processLog(command.verbosity);
  try {
    await serve(command, log);
    return 0;
  } catch (error) {
    log.error(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    log.flush();
  }
}

async function serve(command: ServerCommand, log: Log): Promise<void> {
  const transport = await openPlace(command, log);
  try {
    const proxied = await makeProxy(command, log);
    const server = await makeServer(command, transport, log);
    if (proxied !== null) server.fallback(proxied);
    const host = command.host ?? transport.host;
    const https = await secured(command, transport, server, log);
    const listener = await server
      .listen(https?.transport ?? transport.transport, { host, port: command.port })
      .catch((error: unknown) => {
        throw new Error(explainListen(error, host, command.port), { cause: error });
      });
    // Nobody can call "all of them".
    const isAll = host === '0.0.0.0' || host === '::';
    const name = isAll ? transport.urlHost : host;
    const how = `(${transport.description}${isAll ? '; on all addresses' : ''})`;
    const url = `http${https === null ? '' : 's'}://${name.includes(':') ? `[${name}]` : name}:${listener.port}`;
    log.info(`${log.colors.green('Serving')} ${url} ${log.colors.dim(how)}`);
    if (command.proxy !== null) log.info(`In front of ${command.proxy.join(', ')}`);
    if (command.root !== null) log.info(describeFiles(command.root, command.allow));
    log.info(`Try ${log.colors.cyan(`curl ${url}${pathToTry(command)}`)}`);
    await untilStopped();
    https?.close();
    log.info('Closing: running requests may finish; a second signal ends at once');
    await server.close({ graceMs: GRACE_MS });
    await proxied?.close({ graceMs: GRACE_MS });
    const { cut } = server.counters();
    if (cut > 0)
      throw new Error(`Closed, with ${cut} of the connections cut off: they got no further`);
    log.info('Closed');
  } finally {
    await transport.close();
  }
}

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
