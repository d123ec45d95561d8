/**
 * One run of the command: options, server, signals, end. No protocol knowledge here.
 */

import { UsageError } from '@netlayers/common';
import { type Log, processLog } from './log.js';
import { readOptions, type ServerCommand } from './options.js';
import { CLOSING, sayClosed, startServing } from './serve.js';
import { untilStopped } from './signals.js';
import { isWorker } from './workers/environment.js';

/**
 * Runs the command until it is told to stop.
 *
 * @param entry the file that calls this: workers are started by it.
 * @returns the exit code: 0 after an orderly end, 1 when it could not serve, 2 for a mistake on the
 *   command line.
 */
export async function main(args: readonly string[], entry: string): Promise<number> {
  if (isWorker()) return (await import('./workers/worker.js')).runWorker();
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
    if (command.workers === null) await serve(command, log);
    else await (await import('./workers/primary.js')).runPrimary(command, args, entry, log);
    return 0;
  } catch (error) {
    log.error(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    log.flush();
  }
}

async function serve(command: ServerCommand, log: Log): Promise<void> {
  const serving = await startServing(command, log);
  for (const line of serving.lines) log.info(line);
  await untilStopped();
  log.info(CLOSING);
  sayClosed(await serving.stop(), log);
}
