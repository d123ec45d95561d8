/**
 * Peers as processes of their own: started pinned to a core where `taskset` is there, known to be
 * ready by the line they print, and ended by their id.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Whether a program can be started. */
export function hasProgram(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const canPin = hasProgram('taskset');

/** Cores of the two sides. */
export const SERVER_CORE = 0;
export const CLIENT_CORE = 1;

const pinned = (core: number, command: readonly string[]): readonly string[] =>
  canPin ? ['taskset', '-c', String(core), ...command] : command;

const peerCommand = (name: string, args: readonly string[]): readonly string[] => [
  process.execPath,
  fileURLToPath(new URL(`./peers/${name}.js`, import.meta.url)),
  ...args,
];

function start(core: number, command: readonly string[]): ChildProcess {
  const [file = '', ...args] = pinned(core, command);
  return spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** A peer that serves until it is stopped. */
export interface RunningPeer {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a peer and waits until it prints `ready`. */
export async function startPeer(name: string, ...args: string[]): Promise<RunningPeer> {
  const child = start(SERVER_CORE, peerCommand(name, args));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let printed = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.includes('ready')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`${name} ${args.join(' ')} ended with ${code}`)));
  });
  return {
    pid: child.pid!,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Runs a command on the client's core and returns what it prints. */
export async function runClient(command: readonly string[]): Promise<string> {
  const child = start(CLIENT_CORE, command);
  let printed = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}`);
  return printed;
}

/** Runs one of our client peers and returns the number that it prints. */
export const runClientPeer = async (name: string, ...args: string[]): Promise<number> =>
  Number(await runClient(peerCommand(name, args)));
