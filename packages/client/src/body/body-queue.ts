/**
 * Content between the connection, which brings it when it comes, and the program, which takes it
 * when it likes. Small pieces are gathered, so that a reader gets few large ones: a reader who waits
 * is served when all that has come in one delivery is there, be it a thousand chunks of one byte.
 *
 * Bounded by its user: {@link BodyQueue.size} says when the connection is to be paused.
 */

import { nextBlock } from './gathered-bytes.js';

type Waiting = {
  resolve(result: IteratorResult<Uint8Array, undefined>): void;
  reject(error: unknown): void;
};

const DONE: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/** Who is told what the reader does. */
export interface BodyQueueOwner {
  /** The reader has taken something. */
  handleTaken(): void;
  /** The reader wants no more, before the end. */
  handleCancel(): void;
}

/** A queue of bytes with one reader. */
export class BodyQueue implements AsyncIterableIterator<Uint8Array, undefined> {
  /** Bytes that wait for the reader. */
  size = 0;
  readonly #owner: BodyQueueOwner;
  readonly #full: Uint8Array[] = [];
  #block: Uint8Array | null = null;
  /** The size of the last block. */
  #room = 0;
  #filled = 0;
  #taken = 0;
  #state: 'open' | 'ended' | 'failed' = 'open';
  #error: unknown = null;
  readonly #waiting: Waiting[] = [];
  #serveScheduled = false;

  constructor(owner: BodyQueueOwner) {
    this.#owner = owner;
  }

  /** Copies `buf[start..end)` into the queue. */
  append(buf: Uint8Array, start: number, end: number): void {
    if (this.#state !== 'open') return;
    this.size += end - start;
    for (let at = start; at < end; ) {
      if (this.#block === null) {
        this.#room = nextBlock(this.#room);
        this.#block = new Uint8Array(this.#room);
        this.#filled = 0;
        this.#taken = 0;
      }
      const until = Math.min(end, at + this.#room - this.#filled);
      this.#block.set(buf.subarray(at, until), this.#filled);
      this.#filled += until - at;
      at = until;
      if (this.#filled === this.#room) {
        this.#full.push(this.#block.subarray(this.#taken));
        this.#block = null;
      }
    }
    if (this.#waiting.length > 0) this.#scheduleServe();
  }

  /** No more bytes come. */
  end(): void {
    if (this.#state !== 'open') return;
    this.#serve();
    this.#state = 'ended';
    for (const reader of this.#waiting.splice(0)) reader.resolve(DONE);
  }

  /** No more bytes come, and something is missing: the reader learns of it behind what is there. */
  fail(error: unknown): void {
    if (this.#state !== 'open') return;
    this.#serve();
    this.#state = 'failed';
    this.#error = error;
    for (const reader of this.#waiting.splice(0)) reader.reject(error);
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const value = this.#waiting.length === 0 ? this.#take() : null;
    if (value !== null) {
      this.#owner.handleTaken();
      return Promise.resolve({ done: false, value });
    }
    if (this.#state === 'ended') return Promise.resolve(DONE);
    if (this.#state === 'failed') return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#owner.handleTaken();
    });
  }

  /** Ends a `for await` early: what is not read is given up. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#full.length = 0;
    this.#block = null;
    this.size = 0;
    if (this.#state === 'open') {
      this.end();
      this.#owner.handleCancel();
    }
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #scheduleServe(): void {
    if (this.#serveScheduled) return;
    this.#serveScheduled = true;
    queueMicrotask(() => {
      this.#serveScheduled = false;
      this.#serve();
    });
  }

  /** Gives readers who wait what there is. */
  #serve(): void {
    while (this.#waiting.length > 0) {
      const value = this.#take();
      if (value === null) return;
      this.#waiting.shift()?.resolve({ done: false, value });
      this.#owner.handleTaken();
    }
  }

  #take(): Uint8Array | null {
    let value = this.#full.shift() ?? null;
    if (value === null && this.#block !== null && this.#filled > this.#taken) {
      value = this.#block.subarray(this.#taken, this.#filled);
      this.#taken = this.#filled;
    }
    if (value !== null) this.size -= value.length;
    return value;
  }
}
