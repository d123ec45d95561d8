/**
 * Content between the connection, which brings it when it comes, and the program, which takes it
 * when it likes. Small pieces are gathered, so that a reader who is slower than the network gets
 * few large ones.
 *
 * Bounded by its user: {@link BodyQueue.size} says when the connection is to be paused.
 */

/** Memory taken at a time. */
const BLOCK_SIZE = 0x1_0000;

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
  #filled = 0;
  #taken = 0;
  #state: 'open' | 'ended' | 'failed' = 'open';
  #error: unknown = null;
  readonly #waiting: Waiting[] = [];

  constructor(owner: BodyQueueOwner) {
    this.#owner = owner;
  }

  /** Copies `buf[start..end)` into the queue. */
  append(buf: Uint8Array, start: number, end: number): void {
    if (this.#state !== 'open') return;
    const reader = this.#waiting.shift();
    if (reader !== undefined) {
      // Not `buf.slice`: of Node's Buffer that would be a view, and the bytes are only lent.
      const value = new Uint8Array(end - start);
      value.set(buf.subarray(start, end));
      reader.resolve({ done: false, value });
      return;
    }
    this.size += end - start;
    for (let at = start; at < end; ) {
      if (this.#block === null) {
        this.#block = new Uint8Array(BLOCK_SIZE);
        this.#filled = 0;
        this.#taken = 0;
      }
      const until = Math.min(end, at + BLOCK_SIZE - this.#filled);
      this.#block.set(buf.subarray(at, until), this.#filled);
      this.#filled += until - at;
      at = until;
      if (this.#filled === BLOCK_SIZE) {
        this.#full.push(this.#block.subarray(this.#taken));
        this.#block = null;
      }
    }
  }

  /** No more bytes come. */
  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    for (const reader of this.#waiting.splice(0)) reader.resolve(DONE);
  }

  /** No more bytes come, and something is missing: the reader learns of it behind what is there. */
  fail(error: unknown): void {
    if (this.#state !== 'open') return;
    this.#state = 'failed';
    this.#error = error;
    for (const reader of this.#waiting.splice(0)) reader.reject(error);
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const value = this.#take();
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
