/**
 * A stream of content through a coder, asked for piece by piece: the source is read only as fast as
 * what comes out is taken, and whoever stops reading ends the coder and the source at once.
 *
 * A coder keeps what it is given until it has enough of it. When the source pauses, what is kept is
 * brought out (for gzip by Z_SYNC_FLUSH): an event has to arrive before the next one happens.
 */

import type { Clock } from '@netlayers/host';
import type { Coder } from './codings.js';
import { room } from './room.js';

/** How long a source may be silent before what it has given is sent. */
export interface FlushOptions {
  readonly clock: Clock;
  /** Milliseconds; 0 for no more than a turn of the event loop. */
  readonly flushMs: number;
}

/** Codes a stream. Nothing is made before the first piece is asked for. */
export class CodedStream implements AsyncIterableIterator<Uint8Array> {
  readonly #source: AsyncIterable<Uint8Array>;
  readonly #make: () => Coder;
  readonly #flush: FlushOptions;
  #pieces: AsyncIterator<Uint8Array> | null = null;
  #coder: Coder | null = null;
  #coded: AsyncIterator<Uint8Array> | null = null;
  #isOver = false;

  constructor(source: AsyncIterable<Uint8Array>, make: () => Coder, flush: FlushOptions) {
    this.#source = source;
    this.#make = make;
    this.#flush = flush;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#isOver) return Promise.resolve({ value: undefined, done: true });
    if (this.#coded === null) {
      this.#coder = this.#make();
      this.#coded = this.#coder[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
      this.#pieces = this.#source[Symbol.asyncIterator]();
      void this.#feed(this.#coder, this.#pieces);
    }
    const next = this.#coded.next() as Promise<IteratorResult<Uint8Array, undefined>>;
    return next.catch((error: unknown) => {
      // Who has left while a piece was waited for is not told that the coder has.
      if (this.#isOver) return { value: undefined, done: true };
      throw error;
    });
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#coder?.destroy();
      const pieces = this.#pieces ?? this.#source[Symbol.asyncIterator]();
      await pieces.return?.();
    }
    return { value: undefined, done: true };
  }

  async #feed(coder: Coder, pieces: AsyncIterator<Uint8Array>): Promise<void> {
    try {
      for (;;) {
        const { done, value } = await this.#orFlush(coder, Promise.resolve(pieces.next()));
        if (coder.destroyed) return;
        if (done === true) {
          coder.end();
          return;
        }
        if (value.length > 0 && !coder.write(value)) await room(coder);
        if (coder.destroyed) return;
      }
    } catch (error) {
      // It is thrown by `next`, where whoever reads finds it.
      coder.destroy(error as Error);
    }
  }

  /** Waits for a piece, and brings out what the coder keeps where that takes too long. */
  async #orFlush<T>(coder: Coder, piece: Promise<T>): Promise<T> {
    const { clock, flushMs } = this.#flush;
    const bringOut = (): void => {
      if (!coder.destroyed && coder.writable) coder.flush();
    };
    if (flushMs === 0) {
      const turn = setImmediate(bringOut);
      return piece.finally(() => clearImmediate(turn));
    }
    const timer = clock.setTimer(clock.now() + flushMs, bringOut);
    return piece.finally(() => clock.clearTimer(timer));
  }
}
