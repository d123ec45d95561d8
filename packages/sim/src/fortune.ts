/**
 * What may go wrong in a network, decided in place of chance and of the program: for whoever runs a
 * failure again with fewer misfortunes, until only those are left that it takes.
 */

import { type Clock, checkOptions, type OptionNames } from '@netlayers/host';
import type { LinkWay } from './impairments.js';

/** What chance may do to packets: everything; all but losing them; nothing. */
export type Chance = 'all' | 'no-loss' | 'none';

/** What is to go wrong. */
export interface Misfortunes {
  /** @default 'all' */
  readonly chance?: Chance;
  /**
   * Packets that are dropped, by direction (`app.test > api.test`), counted from 0 as the `drop` of
   * `Impairments` counts them. @default none
   */
  readonly drop?: Readonly<Record<string, readonly number[]>>;
  /**
   * Cuts that the program makes and that are none: `partition 1` is its first partition, `down 2` the
   * second time that it takes a link down. @default none
   */
  readonly mend?: readonly string[];
}

const MISFORTUNES: OptionNames<Misfortunes> = {
  chance: 'optional',
  drop: 'optional',
  mend: 'optional',
};

const CHANCES: readonly unknown[] = ['all', 'no-loss', 'none'];

/** A partition, or a link that is down. */
export interface Cut {
  /** As `mend` calls it. */
  readonly name: string;
  /** Between whom: `app.test <> api.test`, or `app.test > api.test` one way only. */
  readonly ends: string;
  readonly atMs: number;
  /** `null` = it lasts. One that is mended ends as it begins. */
  endMs: number | null;
}

/** Decides what goes wrong in one network. */
export class Fortune {
  readonly chance: Chance;
  readonly #drops = new Map<string, ReadonlySet<number>>();
  readonly #mended: ReadonlySet<string>;
  readonly #counts = new Map<string, number>();
  readonly #clock: Pick<Clock, 'now'>;
  /** Every cut that was begun, in order. */
  readonly cuts: Cut[] = [];

  /** @throws TypeError for an unknown name, or another chance than there are. */
  constructor(clock: Pick<Clock, 'now'>, misfortunes: Misfortunes = {}) {
    this.#clock = clock;
    checkOptions('misfortunes', misfortunes, MISFORTUNES);
    const { chance = 'all', drop = {}, mend = [] } = misfortunes;
    if (!CHANCES.includes(chance)) {
      throw new TypeError(`chance of misfortunes is one of ${CHANCES.join(', ')}, not ${chance}`);
    }
    this.chance = chance;
    for (const [direction, indexes] of Object.entries(drop)) {
      this.#drops.set(direction, new Set(indexes));
    }
    this.#mended = new Set(mend);
  }

  /** The packets of a direction that are dropped; `null` = none. */
  dropsOf(from: string, to: string): ReadonlySet<number> | null {
    return this.#drops.get(directionName(from, to)) ?? null;
  }

  /** Begins a cut; `null` = there is none, it is mended. */
  cut(kind: 'partition' | 'down', ends: string): Cut | null {
    const ordinal = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, ordinal);
    const cut: Cut = { name: `${kind} ${ordinal}`, ends, atMs: this.#clock.now(), endMs: null };
    this.cuts.push(cut);
    if (!this.#mended.has(cut.name)) return cut;
    this.end(cut);
    return null;
  }

  /** Ends a cut. */
  end(cut: Cut): void {
    cut.endMs ??= this.#clock.now();
  }
}

/** What a direction is called. */
export const directionName = (from: string, to: string): string => `${from} > ${to}`;

/** What both directions, or one of them, are called. */
export function endsName(a: string, b: string, way: LinkWay | undefined): string {
  if (way === undefined) return `${a} <> ${b}`;
  return way === 'there' ? directionName(a, b) : directionName(b, a);
}
