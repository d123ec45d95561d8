/**
 * Destinations whose path carries less than the route says, as routers have reported it (RFC 1191,
 * 5): what is larger leaves in fragments that routers may cut further.
 *
 * A report is believed for ten minutes (RFC 1191, 6.3) and never below what every host takes, as
 * anybody can send one. The table is small and bounded, the oldest report giving way; it is empty
 * nearly always, and then it costs nothing.
 */

import { type IpAddress, keepAddress, sameAddress } from '@netlayers/ip';

const LIFETIME_MS = 600_000;
const MOST = 64;

interface Entry {
  readonly destination: IpAddress;
  readonly mtu: number;
  readonly expiry: number;
}

/** What is known of paths. */
export class PathMtus {
  /** Oldest first. */
  #entries: Entry[] = [];

  /** The largest packet to a destination; `Infinity` = nothing was reported. */
  mtuTo(destination: IpAddress): number {
    const entries = this.#entries;
    for (let i = 0; i < entries.length; i++) {
      if (sameAddress(entries[i]!.destination, destination)) return entries[i]!.mtu;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Takes a report, which replaces an earlier one only if it says less. */
  report(destination: IpAddress, mtu: number, now: number): void {
    const smallest = Math.min(mtu, this.mtuTo(destination));
    this.#entries = this.#entries.filter((entry) => !sameAddress(entry.destination, destination));
    if (this.#entries.length === MOST) this.#entries.shift();
    this.#entries.push({
      destination: keepAddress(destination),
      mtu: smallest,
      expiry: now + LIFETIME_MS,
    });
  }

  /** Forgets what is too old. */
  expire(now: number): void {
    this.#entries = this.#entries.filter(({ expiry }) => expiry > now);
  }

  /** When `expire` is due, in monotonic ms; `Infinity` = never. */
  get nextDeadline(): number {
    return this.#entries[0]?.expiry ?? Number.POSITIVE_INFINITY;
  }
}
