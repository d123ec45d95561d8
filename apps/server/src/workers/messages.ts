/**
 * What a primary and its workers tell each other.
 */

import type { ServerCommand } from '../options.js';

/** A packet that came to a worker without a connection for it. */
export interface StrayPacket {
  readonly bytes: Uint8Array;
  readonly checksum: 0 | 1 | 2;
  readonly segmentSize: number;
}

/** What a worker needs to begin. */
export interface WorkerSetup {
  readonly command: ServerCommand;
  /** How many workers there are. */
  readonly count: number;
  /** The same for all of them. */
  readonly secret: Uint8Array;
}

/** What a worker says. */
export type FromWorker =
  /** It is there, and asks for its setup. */
  | { readonly kind: 'booted' }
  /** It serves; these are the lines to print. */
  | { readonly kind: 'ready'; readonly lines: readonly string[] }
  /** It cannot serve, and ends. */
  | { readonly kind: 'failed'; readonly message: string }
  /** It has ended as it was told to; so many connections were cut off. */
  | { readonly kind: 'closed'; readonly cut: number }
  /** It got these, and has no connection for them. */
  | { readonly kind: 'strays'; readonly packets: readonly StrayPacket[] }
  /** The answer to `claim`: which of them were its. */
  | { readonly kind: 'claimed'; readonly id: number; readonly taken: readonly boolean[] };

/** What a worker is told. */
export type ToWorker =
  | { readonly kind: 'setup'; readonly setup: WorkerSetup }
  | { readonly kind: 'stop' }
  /** Takes what is its, and says so. */
  | { readonly kind: 'claim'; readonly id: number; readonly packets: readonly StrayPacket[] }
  /** What it had no connection for, nobody has: it may answer. */
  | { readonly kind: 'orphans'; readonly packets: readonly StrayPacket[] };
