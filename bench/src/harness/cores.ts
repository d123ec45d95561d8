/**
 * Which side runs on which core, and how much of its core a process has used.
 */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Whether a program can be started. */
export function hasProgram(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The two sides of a measurement. */
export type Side = 'server' | 'client';

const CORES: Readonly<Record<Side, number>> = { server: 0, client: 1 };
const canPin = hasProgram('taskset') && cpus().length > 1;

/** A command on the core of its side, where `taskset` is there and the machine has two. */
export const pinned = (side: Side, command: readonly string[]): readonly string[] =>
  canPin ? ['taskset', '-c', String(CORES[side]), ...command] : command;

/** What the report says about it. */
export const PLACEMENT = canPin
  ? `servers on core ${CORES.server}, clients on core ${CORES.client}`
  : 'servers and clients wherever the system put them';

/** Processor time that a process has used, of all its threads, in microseconds; NaN where nobody counts. */
export function processorTime(pid: number): number {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    const nanoseconds = tasks.map((task) =>
      Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
    );
    return nanoseconds.reduce((sum, each) => sum + each, 0) / 1000;
  } catch {
    return Number.NaN;
  }
}
