/**
 * What a simulation leaves when it fails: its capture in a file, and an error that says which seed, at
 * which moment, where the packets are and how to see it again.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names the seed that is to be run, and no other. */
export const REPLAY_VARIABLE = 'NETLAYERS_REPLAY';

/** How a run ended. */
export interface FailedRun {
  readonly seed: number;
  /** Virtual time of the failure, in ms. */
  readonly atMs: number;
  /** Path of the pcapng file; `null` = none was to be written, or could be. */
  readonly capturePath: string | null;
}

/** A simulation that has failed; `cause` is what the program threw. */
export class SimulationError extends Error implements FailedRun {
  override readonly name = 'SimulationError';
  readonly seed: number;
  readonly atMs: number;
  readonly capturePath: string | null;

  constructor(cause: unknown, run: FailedRun) {
    super(`${messageOf(cause)}\n${describe(run)}`, { cause });
    this.seed = run.seed;
    this.atMs = run.atMs;
    this.capturePath = run.capturePath;
  }
}

const messageOf = (cause: unknown): string =>
  cause instanceof Error ? cause.message : String(cause);

function describe({ seed, atMs, capturePath }: FailedRun): string {
  const packets = capturePath === null ? '' : `\n  packets: ${capturePath}`;
  return `  seed ${seed}, after ${atMs.toFixed(3)} ms of virtual time${packets}\n  again, told packet by packet: ${REPLAY_VARIABLE}=${seed} and the command of this run`;
}

/**
 * Writes a capture. The name is the same for the same program, whose failures of one seed are alike, and
 * another one for another.
 *
 * @param program what was run, as text.
 * @returns its path; `null` when the folder cannot be written.
 */
export function writeCapture(
  folder: string,
  seed: number,
  program: string,
  bytes: Uint8Array,
): string | null {
  const hash = createHash('sha256').update(program).digest('hex').slice(0, 8);
  const path = join(folder, `seed-${seed}-${hash}.pcapng`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, bytes);
    return path;
  } catch {
    return null;
  }
}
