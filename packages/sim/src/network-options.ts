/**
 * What a network is made of, and how long its programs may take.
 */

import type { Misfortunes } from './fortune.js';
import type { WireObserver } from './wire-event.js';

/** What a network is made of. */
export interface NetworkOptions {
  /** Any integer; it decides everything that is random. @default 1 */
  readonly seed?: number;
  /** Wall time at the beginning, in ms since 1970-01-01 UTC. @default 2000-01-01 */
  readonly startMs?: number;
  /** Records every packet on every link; see `capture()`. @default false */
  readonly capture?: boolean;
  /** Is told about every packet that is put on a link. */
  readonly observe?: WireObserver;
  /** What goes wrong in place of what would by chance. @default what chance and the program say */
  readonly misfortunes?: Misfortunes;
}

/** How long a program may take. */
export interface RunOptions {
  /** Virtual time in ms after which it fails with ELIMIT. @default one hour */
  readonly limitMs?: number;
}
