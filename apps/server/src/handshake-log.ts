/**
 * What is said of TLS handshakes that fail: enough to see that something is wrong, a certificate that
 * nobody trusts or a client with `http://`, and never so much that whoever connects can fill a disk.
 */

import type { Clock } from '@netlayers/host';
import type { Log } from './log.js';

/** At most one line in this time, milliseconds, unless each is asked for. */
const INTERVAL_MS = 60_000;

/** Says failures as warnings: the first at once, and those of a minute in one line with the next one after it. */
export class HandshakeLog {
  readonly #log: Pick<Log, 'shows' | 'debug' | 'warn'>;
  readonly #clock: Pick<Clock, 'now'>;
  #nextMs = Number.NEGATIVE_INFINITY;
  #unsaid = 0;

  constructor(log: Pick<Log, 'shows' | 'debug' | 'warn'>, clock: Pick<Clock, 'now'>) {
    this.#log = log;
    this.#clock = clock;
  }

  /** @param message one line. */
  failed(message: string): void {
    if (this.#log.shows('debug')) {
      this.#log.debug(message);
      return;
    }
    const now = this.#clock.now();
    if (now < this.#nextMs) {
      this.#unsaid++;
      return;
    }
    const others = this.#unsaid === 0 ? '' : `; ${this.#unsaid} more since the last of these lines`;
    this.#log.warn(`${message}${others} (-v shows each, this is said once a minute)`);
    this.#nextMs = now + INTERVAL_MS;
    this.#unsaid = 0;
  }
}
