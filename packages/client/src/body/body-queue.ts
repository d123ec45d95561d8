/**
 * Content between the connection, which brings it when it comes, and the program, which takes it
 * when it likes. Small pieces are gathered, so that a reader gets few large ones: a reader who waits
 * is served when all that has come in one delivery is there, be it a thousand chunks of one byte.
 *
 * Bounded by its user: {@link BodyQueue.size} says when the connection is to be paused.
 */

import { OctetQueue } from '@netlayers/bytes';

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
  readonly #owner: BodyQueueOwner;
  readonly #octets = new OctetQueue();
  #state: 'open' | 'ended' | 'failed' = 'open';
  #error: unknown = null;
  readonly #waiting: Waiting[] = [];
  #serveScheduled = false;

  constructor(owner: BodyQueueOwner) {
    this.#owner = owner;
  }

  /** Bytes that wait for the reader. */
  get size(): number {
    return this.#octets.length;
  }

  /** Copies `buf[start..end)` into the queue. */
  append(buf: Uint8Array, start: number, end: number): void {
    if (this.#state !== 'open') return;
    this.#octets.append(buf, start, end);
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
    const value = this.#waiting.length === 0 ? this.#octets.take() : null;
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
    this.#octets.clear();
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
      const value = this.#octets.take();
      if (value === null) return;
      this.#waiting.shift()?.resolve({ done: false, value });
      this.#owner.handleTaken();
    }
  }
}
