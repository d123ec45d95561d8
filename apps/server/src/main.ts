/**
 * One run of the command: options, transport, server, signals, end. No protocol knowledge here.
 *
 * Modules that not every run needs are imported when they are: a start has to be quick.
 */

import { UsageError } from '@netlayers/common';
import { Server } from '@netlayers/server';
import { formatAccess } from './access-log.js';
import { type Log, processLog } from './log.js';
import { readOptions, type ServerCommand } from './options.js';
import { addBuiltInRoutes } from './routes.js';
import { untilStopped } from './signals.js';
import { openPlace, type ServingPlace } from './transport.js';

/** How long running requests may go on after the first signal, milliseconds. */
const DRAIN_MS = 10_000;

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
    const server = await makeServer(command, transport, log);
    const host = command.host ?? transport.host;
    const listener = await server
      .listen(transport.transport, { host, port: command.port })
      .catch((error: unknown) => {
        throw new Error(explainListen(error, host, command.port), { cause: error });
      });
    const name = command.host ?? transport.urlHost;
    const url = `http://${name.includes(':') ? `[${name}]` : name}:${listener.port}`;
    log.info(
      `${log.colors.green('Serving')} ${url} ${log.colors.dim(`(${transport.description})`)}`,
    );
    log.info(`Try ${log.colors.cyan(`curl ${url}${command.demo ? '/json' : '/'}`)}`);
    await untilStopped();
    log.info('Closing: running requests may finish; a second signal ends at once');
    await server.close({ deadlineMs: DRAIN_MS });
    log.info('Closed');
  } finally {
    await transport.close();
  }
}

async function makeServer(
  command: ServerCommand,
  transport: ServingPlace,
  log: Log,
): Promise<Server> {
  const server = new Server({
    ...(command.cors === null ? {} : { cors: { origin: command.cors } }),
    ...(log.shows('info')
      ? { onAccess: (record) => log.info(formatAccess(record, log.colors)) }
      : {}),
    onError: (error) =>
      log.error(error instanceof Error ? (error.stack ?? error.message) : `${error}`),
  });
  if (command.demo) addBuiltInRoutes(server, transport.kind);
  if (command.root !== null) {
    const { staticFiles } = await import('@netlayers/static');
    const { root, allow } = command;
    try {
      server.fallback(staticFiles(allow === null ? { root } : { root, allow }));
    } catch (error) {
      throw new Error(explainFolder(error, root));
    }
  }
  return server;
}

function explainFolder(error: unknown, root: string): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOENT') return `There is no folder ${root}: choose another with --root`;
  if (code === 'EACCES') return `The folder ${root} may not be read by this user`;
  return error instanceof Error ? error.message : String(error);
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
      return `${host} is no address and no name that can be resolved: choose another with --host`;
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
