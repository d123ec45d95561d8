/**
 * One run of the command: options, transport, request, end. No protocol knowledge here.
 *
 * Modules that not every run needs are imported when they are: a start has to be quick.
 */

import { UsageError } from '@netlayers/common';
import { CommandError, ExitCode, exitCodeOf } from './exit-code.js';
import { Notes } from './notes.js';
import { type ClientCommand, readOptions } from './options.js';
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
  const notes = new Notes(command.verbosity);
  const stop = new AbortController();
  const interrupted = new CommandError(ExitCode.INTERRUPTED, 'interrupted');
  const interrupt = (): void => stop.abort(interrupted);
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const timer =
    command.maxTimeMs === null
      ? undefined
      : setTimeout(() => stop.abort(tooLong(command.maxTimeMs ?? 0)), command.maxTimeMs);
  try {
    return await run(command, notes, stop.signal);
  } catch (error) {
    // Whatever broke while the run was being stopped: why it was stopped is what counts.
    const cause: unknown = stop.signal.aborted ? stop.signal.reason : error;
    if (cause !== interrupted && !isBrokenPipe(cause)) notes.error(messageOf(cause));
    return exitCodeOf(cause);
  } finally {
    clearTimeout(timer);
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

async function run(command: ClientCommand, notes: Notes, signal: AbortSignal): Promise<ExitCode> {
  const [open, { runFetch }] = await Promise.all([
    openClientTransport(command, notes),
    import('./fetch.js'),
  ]);
  try {
    return await runFetch(command, open, notes, signal);
  } catch (error) {
    const advice = signal.aborted ? null : open.advise(error);
    if (advice === null) throw error;
    throw new CommandError(exitCodeOf(error), `${messageOf(error)}; ${advice}`);
  } finally {
    await open.close();
  }
}

const tooLong = (ms: number): CommandError =>
  new CommandError(
    ExitCode.TIMEOUT,
    `not done within ${ms / 1000} s: allow more with --max-time, or go on later with -C - -o FILE`,
  );

/** The reader of a pipe has enough: no reason to complain. */
const isBrokenPipe = (error: unknown): boolean =>
  error instanceof CommandError &&
  error.exitCode === ExitCode.WRITE &&
  error.message.includes('EPIPE');

const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ');
