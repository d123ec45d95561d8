/**
 * How simulations are run, and what is told of them.
 */

import type { Misfortunes, RunOptions } from '../src/index.js';
import type { NodeNetwork } from './node-network.js';

/** How a simulation runs. */
export interface SimulateOptions extends RunOptions {
  /** Any integer; it decides everything that is random. @default 1 */
  readonly seed?: number;
  /** Wall time at the beginning, in ms since 1970-01-01 UTC. @default 2000-01-01 */
  readonly startMs?: number;
  /** Folder for the captures of failures; `null` = none is kept. @default 'netlayers-failures' */
  readonly captureFolder?: string | null;
  /** Runs the program twice, and fails where a packet of the second run is another one. @default false */
  readonly checkDeterminism?: boolean;
  /** What goes wrong in place of what would by chance; see `shrink`. @default what the program's links say */
  readonly misfortunes?: Misfortunes;
  /** Is told about every packet, as a line for people. @default none; a replay prints them */
  readonly narrate?: (line: string) => void;
}

/** Runs in a thread of its own, with modules of its own. */
export interface IsolatedOptions extends Omit<SimulateOptions, 'narrate'> {
  readonly isolate: true;
}

/** A program; it is handed a network without hosts. */
export type SimulatedProgram<T> = (net: NodeNetwork) => T | PromiseLike<T>;

/** How a run went. */
export interface SimulationReport<T> {
  readonly result: T;
  readonly seed: number;
  /** Virtual time that it took, in ms. */
  readonly durationMs: number;
  /** Packets on links. */
  readonly packets: number;
  /** A hash of every packet: the same for the same seed. */
  readonly digest: string;
  /** A hash of when each was sent, by whom, its size and its fate: for bytes that no seed decides (TLS). */
  readonly shapeDigest: string;
}
