/**
 * The bytes of a transfer: a seeded pattern that any number of bytes can be taken from and compared
 * with, a block at a time, without being kept.
 */

import { seededRandom } from '@netlayers/testkit';

/** A prime, so that no power of two hides a block that came twice or in the wrong place. */
export const PERIOD = 65_521;

/** The pattern twice, so that any run of a period is one slice. */
export const PATTERN = ((): Buffer => {
  const period = seededRandom(9293).bytes(PERIOD);
  return Buffer.concat([period, period]);
})();

/** Compares what arrives with the pattern. */
export class PatternSink {
  received = 0;
  /** Position of the block in which a byte was first wrong; -1 while none was. */
  differsAt = -1;
  readonly #origin: number;

  /** @param origin where in the pattern the first byte lies. */
  constructor(origin: number) {
    this.#origin = origin;
  }

  take(buf: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; ) {
      const length = Math.min(end - at, PERIOD);
      const wanted = (this.#origin + this.received) % PERIOD;
      const isSame = PATTERN.compare(buf, at, at + length, wanted, wanted + length) === 0;
      if (!isSame && this.differsAt < 0) this.differsAt = this.received;
      at += length;
      this.received += length;
    }
  }
}

/** Where a source writes to. */
export interface Outlet {
  write(buf: Uint8Array, start: number, end: number): boolean;
}

/** Writes the pattern for as long as it is taken. */
export class PatternSource {
  sent = 0;
  /** Bytes to send in all; may grow. */
  limit: number;
  readonly #origin: number;

  constructor(origin: number, limit: number) {
    this.#origin = origin;
    this.limit = limit;
  }

  /** Writes until the outlet says to wait. Returns whether everything has been written. */
  pump(outlet: Outlet): boolean {
    while (this.sent < this.limit) {
      const at = (this.#origin + this.sent) % PERIOD;
      const length = Math.min(this.limit - this.sent, PERIOD);
      this.sent += length;
      if (!outlet.write(PATTERN, at, at + length)) break;
    }
    return this.sent === this.limit;
  }
}
