/**
 * A link between two nodes of a network: two directions that know nothing of each other.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import { type Cut, endsName, type Fortune } from './fortune.js';
import {
  checkImpairments,
  checkWay,
  IMPAIRMENTS,
  type Impairments,
  type LinkWay,
} from './impairments.js';
import type { LinkCounts, LinkDirection } from './link-direction.js';

/** How a link is made. What is given at the top holds in both directions. */
export interface LinkOptions extends Impairments {
  /** The largest IP packet, 68 to 65,535 bytes. @default 1500 */
  readonly mtu?: number;
  /** Only from the first node to the second, in place of what holds for both. */
  readonly there?: Impairments;
  /** Only from the second node to the first. */
  readonly back?: Impairments;
}

const LINK_OPTIONS: OptionNames<LinkOptions> = {
  ...IMPAIRMENTS,
  mtu: 'optional',
  there: 'optional',
  back: 'optional',
};

/** @throws TypeError for an unknown name, at the top or of one way. */
export function checkLinkOptions(options: LinkOptions): void {
  checkOptions('link', options, LINK_OPTIONS);
  for (const way of ['there', 'back'] as const) {
    const impairments = options[way];
    if (impairments !== undefined) checkImpairments(`${way} of link`, impairments);
  }
}

/** A cut and what it has taken down. */
interface OpenCut {
  readonly cut: Cut;
  readonly directions: readonly LinkDirection[];
}

/** A link; made by `network.link`. */
export class SimLink {
  readonly mtu: number;
  readonly #there: LinkDirection;
  readonly #back: LinkDirection;
  readonly #fortune: Fortune;
  #cuts: OpenCut[] = [];

  constructor(mtu: number, there: LinkDirection, back: LinkDirection, fortune: Fortune) {
    this.mtu = mtu;
    this.#fortune = fortune;
    this.#there = there;
    this.#back = back;
  }

  /** What was counted from the first node to the second; live. */
  get there(): Readonly<LinkCounts> {
    return this.#there.counts;
  }

  /** What was counted from the second node to the first; live. */
  get back(): Readonly<LinkCounts> {
    return this.#back.counts;
  }

  /** Changes what is given, from the next packet on; what is under way arrives as it would have. */
  impair(impairments: Impairments, way?: LinkWay): void {
    for (const direction of this.#directions(way)) direction.impair(impairments);
  }

  /**
   * Loses every packet that is sent from now on: a peer that vanishes, a cable that is pulled. What
   * is under way arrives, and so does what waits in the queue of a link with a rate: both were sent.
   */
  down(way?: LinkWay): void {
    const directions = this.#directions(way);
    const cut = this.#fortune.cut('down', endsName(this.#there.from, this.#there.to, way));
    if (cut === null) return;
    this.#cuts.push({ cut, directions });
    for (const direction of directions) direction.isDown = true;
  }

  /** Carries packets again; those that were lost stay lost. */
  up(way?: LinkWay): void {
    for (const direction of this.#directions(way)) direction.isDown = false;
    this.#cuts = this.#cuts.filter(({ cut, directions }) => {
      const lasts = directions.some(({ isDown }) => isDown);
      if (!lasts) this.#fortune.end(cut);
      return lasts;
    });
  }

  #directions(way: LinkWay | undefined): LinkDirection[] {
    checkWay(way);
    if (way === 'there') return [this.#there];
    return way === 'back' ? [this.#back] : [this.#there, this.#back];
  }
}
