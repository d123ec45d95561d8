/**
 * What may go wrong in a network, decided in place of chance and of the program: for whoever runs a
 * failure again with fewer misfortunes, until only those are left that it takes.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';

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

/** Decides what goes wrong in one network. */
export class Fortune {
  readonly chance: Chance;
  readonly #drops = new Map<string, ReadonlySet<number>>();
  readonly #mended: ReadonlySet<string>;
  readonly #counts = new Map<string, number>();
  /** Every cut that was asked about, in order. */
  readonly cuts: string[] = [];

  /** @throws TypeError for an unknown name, or another chance than there are. */
  constructor(misfortunes: Misfortunes = {}) {
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

  /** Whether a cut that is made now is one. */
  cutsNow(kind: 'partition' | 'down'): boolean {
    const ordinal = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, ordinal);
    const name = `${kind} ${ordinal}`;
    this.cuts.push(name);
    return !this.#mended.has(name);
  }
}

/** What a direction is called. */
export const directionName = (from: string, to: string): string => `${from} > ${to}`;
