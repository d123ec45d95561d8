/**
 * Pings of a program and the pongs that answer them (RFC 6455, 5.5.3): a pong answers every ping up to
 * the one whose payload it repeats.
 */

import { readU32, writeU32 } from '@netlayers/bytes';

interface Waiting {
  readonly id: number;
  readonly sentMs: number;
  resolve(ms: number): void;
  reject(error: unknown): void;
}

/** Octets of a payload of ours. */
const LENGTH = 4;

/** Measures round trips. */
export class PingTimes {
  readonly #waiting: Waiting[] = [];
  #lastId = 0;

  /** The payload of the next ping, and the promise of its time in milliseconds. */
  begin(now: number): { readonly payload: Uint8Array; readonly time: Promise<number> } {
    this.#lastId = (this.#lastId + 1) >>> 0;
    const id = this.#lastId;
    const payload = new Uint8Array(LENGTH);
    writeU32(payload, 0, id);
    const time = new Promise<number>((resolve, reject) => {
      this.#waiting.push({ id, sentMs: now, resolve, reject });
    });
    return { payload, time };
  }

  /** Takes a pong; one that answers nothing of ours means nothing. */
  handlePong(payload: Uint8Array, now: number): void {
    if (payload.length !== LENGTH) return;
    const id = readU32(payload, 0);
    const index = this.#waiting.findIndex((waiting) => waiting.id === id);
    for (const { sentMs, resolve } of this.#waiting.splice(0, index + 1)) resolve(now - sentMs);
  }

  /** No pong comes any more. */
  fail(error: unknown): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}
