/**
 * From a run that fails to the fewest misfortunes that it takes: chance is turned off, what it had done
 * becomes a list of dropped packets, and the list, with the cuts that the program makes, is made
 * shorter as long as the program still fails in the same way (delta debugging, with ever smaller parts).
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import { checkSeed } from '../src/check-options.js';
import { type Cut, directionName, type Misfortunes, type WireEvent } from '../src/index.js';
import { RUN_NAMES } from './check-options.js';
import { SimulationError } from './failure.js';
import { runOnce } from './run-once.js';
import type { SimulatedProgram, SimulateOptions } from './simulate-options.js';

/** How a failure is made smaller. */
export interface ShrinkOptions extends Omit<SimulateOptions, 'seed' | 'misfortunes' | 'narrate'> {
  /** Runs at most. @default 300 */
  readonly mostRuns?: number;
  /** Whether two failures are the same. @default their messages are, but for numbers */
  readonly isSame?: (one: SimulationError, other: SimulationError) => boolean;
}

/** The fewest misfortunes that were found. */
export interface Shrunk {
  readonly seed: number;
  /** For `simulate({ seed, misfortunes }, program)`: fails as the whole run did. */
  readonly misfortunes: Required<Misfortunes>;
  /** How it fails. */
  readonly failure: SimulationError;
  /** Packets that were lost, and those that have to be. */
  readonly lost: { readonly before: number; readonly after: number };
  /** Partitions and links taken down, and those that have to be. */
  readonly cuts: {
    readonly before: number;
    readonly after: number;
    /** Those that have to be, as they are when it fails. */
    readonly kept: readonly Readonly<Cut>[];
  };
  readonly runs: number;
  /** All of it for people, with the lines to put into a test. */
  toString(): string;
}

/** A packet that is lost, or a cut: what may be left out. */
type Misfortune = { readonly direction: string; readonly index: number } | { readonly cut: string };

const MOST_RUNS = 300;

const SHRINK_OPTIONS: OptionNames<ShrinkOptions> = {
  ...RUN_NAMES,
  mostRuns: 'optional',
  isSame: 'optional',
};

/**
 * Finds the fewest lost packets, partitions and links taken down with which a seed still fails.
 *
 * @throws rejects with a TypeError for an unknown option, when the program does not fail, or only with what chance does beside losing packets.
 */
export async function shrink<T>(
  program: SimulatedProgram<T>,
  seed: number,
  options: ShrinkOptions = {},
): Promise<Shrunk> {
  checkOptions('shrink', options, SHRINK_OPTIONS);
  checkSeed(seed);
  return await new Shrinker(program, seed, options).run();
}

class Shrinker<T> {
  readonly #program: SimulatedProgram<T>;
  readonly #seed: number;
  readonly #options: ShrinkOptions;
  readonly #isSame: NonNullable<ShrinkOptions['isSame']>;
  /** Names of the cuts of the whole run. */
  readonly #cuts: string[] = [];
  #lastCuts: readonly Readonly<Cut>[] = [];
  #chance: Required<Misfortunes>['chance'] = 'all';
  #runs = 0;

  constructor(program: SimulatedProgram<T>, seed: number, options: ShrinkOptions) {
    this.#program = program;
    this.#seed = seed;
    this.#options = options;
    this.#isSame = options.isSame ?? haveSameMessage;
  }

  async run(): Promise<Shrunk> {
    const lost: Misfortune[] = [];
    const first = await this.#failureWith({}, (event) => {
      if (event.fate !== 'lost' && event.fate !== 'lost-in-burst') return;
      lost.push({ direction: directionName(event.from, event.to), index: event.index });
    });
    if (first === null) throw new Error(`seed ${this.#seed} does not fail`);
    const before = [...lost, ...this.#cuts.map((cut) => ({ cut }))];
    await this.#turnChanceOff(first, before);
    const after = await this.#fewest(first, before);
    const failure = (await this.#failureWith(this.#misfortunes(after))) ?? first;
    return this.#shrunk(failure, before, after);
  }

  /** Without chance first; with what else it does than losing packets, where that is needed. */
  async #turnChanceOff(first: SimulationError, all: readonly Misfortune[]): Promise<void> {
    for (const chance of ['none', 'no-loss'] as const) {
      this.#chance = chance;
      if (await this.#failsAs(first, all)) return;
    }
    throw new Error(
      `seed ${this.#seed} fails with its losses by chance, and not with the same packets dropped: the program differs from run to run (checkDeterminism)`,
      { cause: first },
    );
  }

  /** Leaves out ever smaller parts of what goes wrong. */
  async #fewest(first: SimulationError, all: readonly Misfortune[]): Promise<Misfortune[]> {
    let needed = [...all];
    let parts = 2;
    while (needed.length > 0 && this.#runs < (this.#options.mostRuns ?? MOST_RUNS)) {
      const size = Math.ceil(needed.length / parts);
      const smaller = await this.#withoutPart(first, needed, size);
      if (smaller !== null) {
        needed = smaller;
        parts = Math.max(parts - 1, 2);
      } else if (size === 1) break;
      else parts = Math.min(parts * 2, needed.length);
    }
    return needed;
  }

  async #withoutPart(
    first: SimulationError,
    needed: readonly Misfortune[],
    size: number,
  ): Promise<Misfortune[] | null> {
    for (let at = 0; at < needed.length; at += size) {
      const rest = [...needed.slice(0, at), ...needed.slice(at + size)];
      if (await this.#failsAs(first, rest)) return rest;
    }
    return null;
  }

  async #failsAs(first: SimulationError, misfortunes: readonly Misfortune[]): Promise<boolean> {
    const failure = await this.#failureWith(this.#misfortunes(misfortunes));
    return failure !== null && this.#isSame(first, failure);
  }

  #misfortunes(needed: readonly Misfortune[]): Required<Misfortunes> {
    const drop: Record<string, number[]> = {};
    const kept = new Set<string>();
    for (const misfortune of needed) {
      if ('cut' in misfortune) kept.add(misfortune.cut);
      else {
        drop[misfortune.direction] ??= [];
        drop[misfortune.direction]!.push(misfortune.index);
      }
    }
    const mend = this.#cuts.filter((cut) => !kept.has(cut));
    return { chance: this.#chance, drop, mend };
  }

  /** How the program fails; `null` = it does not. */
  async #failureWith(
    misfortunes: Misfortunes,
    observe?: (event: Readonly<WireEvent>) => void,
  ): Promise<SimulationError | null> {
    this.#runs++;
    const options = { ...this.#options, seed: this.#seed, captureFolder: null, misfortunes };
    try {
      await runOnce(options, this.#program, {
        handlePacket: (event) => observe?.(event),
        handleEnd: ({ sim }) => {
          this.#lastCuts = sim.cuts;
          if (observe !== undefined) this.#cuts.push(...sim.cuts.map(({ name }) => name));
        },
      });
      return null;
    } catch (error) {
      if (error instanceof SimulationError) return error;
      throw error;
    }
  }

  #shrunk(
    failure: SimulationError,
    before: readonly Misfortune[],
    after: readonly Misfortune[],
  ): Shrunk {
    const misfortunes = this.#misfortunes(after);
    const result = {
      seed: this.#seed,
      misfortunes,
      failure,
      lost: { before: before.filter(isLoss).length, after: after.filter(isLoss).length },
      cuts: {
        before: this.#cuts.length,
        after: after.length - after.filter(isLoss).length,
        kept: this.#lastCuts.filter(({ name }) => !misfortunes.mend.includes(name)),
      },
      runs: this.#runs,
    };
    return { ...result, toString: () => describe(result) };
  }
}

const isLoss = (misfortune: Misfortune): boolean => 'index' in misfortune;

const haveSameMessage = (one: SimulationError, other: SimulationError): boolean =>
  withoutNumbers(one) === withoutNumbers(other);

function withoutNumbers({ cause }: SimulationError): string {
  return (cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)).replaceAll(
    /\d+(\.\d+)?/g,
    '#',
  );
}

function describe(shrunk: Omit<Shrunk, 'toString'>): string {
  const { seed, misfortunes, lost, cuts, runs, failure } = shrunk;
  const cause = failure.cause instanceof Error ? failure.cause.message : String(failure.cause);
  return [
    `seed ${seed} fails with ${lost.after} of ${lost.before} lost packets and ${cuts.after} of ${cuts.before} cuts (${runs} runs): ${cause}`,
    ...Object.entries(misfortunes.drop).map(
      ([direction, indexes]) => `  drop ${direction}: packet ${indexes.join(', ')}`,
    ),
    ...cuts.kept.map(
      ({ name, ends, atMs, endMs }) =>
        `  cut ${ends}: from ${inMs(atMs)} to ${endMs === null ? 'the end' : inMs(endMs)} (${name})`,
    ),
    'again:',
    `  simulate({ seed: ${seed}, misfortunes: ${JSON.stringify(misfortunes)} }, program)`,
  ].join('\n');
}

const inMs = (ms: number): string => `${Number(ms.toFixed(3))} ms`;
