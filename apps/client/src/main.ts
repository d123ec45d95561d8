/**
 * One run of the command: options, transport, transfers, end. No protocol knowledge here.
 *
 * Modules that not every run needs are imported when they are: a start has to be quick.
 */

import { UsageError } from '@netlayers/common';
import type { ClientCommand } from './command/command.js';
import { readOptions } from './command/read-command.js';
import { CommandError, ExitCode, exitCodeOf, messageOf } from './exit-code.js';
import { Notes } from './show/notes.js';
import { openClientTransport } from './transport.js';

/**
 * Runs the command.
 *
 * @returns the exit code; why it is not 0 was said on stderr.
 */
export async function main(args: readonly string[]): Promise<number> {
  let command: ClientCommand | null;
  try {
    command = await readOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`netlayers-client: ${error.message} (--help shows all options)\n`);
    return ExitCode.USAGE;
  }
  if (command === null) return ExitCode.OK;
  const showsErrors = !command.silent || command.showError;
  const notes = new Notes(command.verbosity, command.silent, showsErrors);
  const stop = new AbortController();
  const interrupted = new CommandError(ExitCode.INTERRUPTED, 'interrupted');
  const interrupt = (): void => stop.abort(interrupted);
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const code = await run(command, notes, stop.signal);
    return stop.signal.aborted ? ExitCode.INTERRUPTED : code;
  } catch (error) {
    // Whatever broke while the run was being stopped: why it was stopped is what counts.
    if (stop.signal.aborted) return ExitCode.INTERRUPTED;
    notes.error(messageOf(error));
    return exitCodeOf(error);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

async function run(command: ClientCommand, notes: Notes, signal: AbortSignal): Promise<ExitCode> {
  const [open, { runTransfers }] = await Promise.all([
    openClientTransport(command, notes),
    import('./transfer/lanes.js'),
  ]);
  try {
    return await runTransfers(command, open, notes, signal);
  } finally {
    await open.close();
  }
}
