/**
 * Streams that have left HTTP, as far as a server waits for them: until the promise of whoever took
 * one is settled. They count as no connections of it any more.
 */

import type { ByteStream } from '@netlayers/http';

/** The streams of one server. */
export class TakenStreams {
  readonly #streams = new Set<ByteStream>();
  readonly #whenEmpty: () => void;

  /** @param whenEmpty called each time that the last of them is over. */
  constructor(whenEmpty: () => void) {
    this.#whenEmpty = whenEmpty;
  }

  get size(): number {
    return this.#streams.size;
  }

  /** @param whenOver may reject: how it ended is the business of whoever took the stream. */
  add(stream: ByteStream, whenOver: PromiseLike<unknown>): void {
    this.#streams.add(stream);
    const over = (): void => {
      if (this.#streams.delete(stream) && this.#streams.size === 0) this.#whenEmpty();
    };
    whenOver.then(over, over);
  }

  /** Resets what is left. @returns how many there were. */
  reset(): number {
    const { size } = this.#streams;
    const streams = [...this.#streams];
    this.#streams.clear();
    for (const stream of streams) stream.abort();
    if (size > 0) this.#whenEmpty();
    return size;
  }
}
