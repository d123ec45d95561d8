/**
 * Programs that are not ours: found on the PATH, run as children of the test process and so in its
 * network namespace. Never run with `spawnSync`: the stack that they talk to lives in this thread.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What came of a run. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

const POSTGRES = '/usr/lib/postgresql';

/** Debian keeps the programs of PostgreSQL by version, off everybody's path. */
function foldersOfPostgres(): string[] {
  try {
    return readdirSync(POSTGRES).map((version) => join(POSTGRES, version, 'bin'));
  } catch {
    return [];
  }
}

const FOLDERS = [
  ...(process.env.PATH ?? '').split(delimiter),
  '/usr/sbin',
  '/sbin',
  ...foldersOfPostgres(),
];

/** The environment in which programs are found. */
export const TOOL_ENV: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: FOLDERS.join(delimiter),
  LC_ALL: 'C',
};

/** Whether a program is installed. */
export function hasTool(name: string): boolean {
  return FOLDERS.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

/** Whether a program is missing; says so in one line, for `it.skipIf`. */
export function lacks(name: string): boolean {
  if (hasTool(name)) return false;
  console.warn(`skipped: ${name} is not installed`);
  return true;
}

/** Starts a program; the caller ends it. */
export function start(command: string, args: readonly string[]): ChildProcess {
  return spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: TOOL_ENV,
  });
}

/** Runs a program to its end, killed after `timeoutMs`. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly input?: Uint8Array; readonly timeoutMs?: number } = {},
): Promise<Outcome> {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 60_000,
    killSignal: 'SIGKILL',
    env: TOOL_ENV,
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  // A program that ends without reading its input is no fault of the test.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? new Uint8Array(0));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({
        code,
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString(),
      }),
    );
  });
}

/** Ends a program and waits until it has gone. */
export function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}
