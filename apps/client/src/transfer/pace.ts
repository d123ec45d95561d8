/**
 * Holds a stream of bytes to a rate (`--limit-rate`).
 */

import { setTimeout as sleep } from 'node:timers/promises';

/** A rate to keep. */
export class Pace {
  readonly #bytesPerMs: number;
  readonly #start = performance.now();
  #bytes = 0;

  constructor(bytesPerSecond: number) {
    this.#bytesPerMs = bytesPerSecond / 1000;
  }

  /** Resolves when so many more bytes are within the rate. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    this.#bytes += bytes;
    const ms = this.#start + this.#bytes / this.#bytesPerMs - performance.now();
    if (ms > 1) await sleep(ms, undefined, { signal });
  }
}

/** The same bytes at a rate. */
export async function* paced(
  bytes: AsyncIterable<Uint8Array>,
  rate: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const pace = new Pace(rate);
  for await (const chunk of bytes) {
    await pace.take(chunk.length, signal);
    yield chunk;
  }
}
