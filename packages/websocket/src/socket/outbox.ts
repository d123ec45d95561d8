/**
 * The order of a program's messages, and how long it waits: a message is handed to the stream at once,
 * and its promise is kept until the stream has room again. While a message is sent in pieces, others
 * wait behind it (RFC 6455, 5.4).
 */

import { WebSocketError } from '../base/errors.js';
import { tolerated } from './tolerated.js';

const DONE = Promise.resolve();

/** Queues what may not be sent yet. */
export class Outbox {
  /** Settles when everything that was queued is sent; `null` when nothing is. */
  #last: Promise<void> | null = null;
  #isFull = false;
  #waiters: { resolve(): void; reject(error: unknown): void }[] = [];
  #error: unknown = null;

  /**
   * Sends now, or behind what is queued.
   *
   * @param send tells whether the stream has room.
   * @returns once it is sent and the stream has room; rejects with what `send` throws.
   */
  send(send: () => boolean): Promise<void> {
    if (this.#last !== null) return this.#enqueue(() => this.#sendNow(send));
    try {
      return this.#sendNow(send);
    } catch (error) {
      return tolerated(Promise.reject(error));
    }
  }

  /** Runs a task that sends several times, when its turn has come. */
  run(task: () => Promise<void>): Promise<void> {
    return this.#enqueue(task);
  }

  /** Takes what a write has told of the stream's room; resolves when there is some. */
  room(hasRoom: boolean): Promise<void> {
    if (this.#error !== null) return tolerated(Promise.reject(this.#error));
    if (!hasRoom) this.#isFull = true;
    if (!this.#isFull) return DONE;
    const promise = new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    return tolerated(promise);
  }

  /** The stream has room again. */
  handleDrain(): void {
    this.#isFull = false;
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  /** The stream is over: who waits learns it. */
  fail(): void {
    this.#error = new WebSocketError('not-open', 'the WebSocket was closed before this was sent');
    for (const { reject } of this.#waiters.splice(0)) reject(this.#error);
  }

  #sendNow(send: () => boolean): Promise<void> {
    return this.room(send());
  }

  #enqueue(task: () => Promise<void>): Promise<void> {
    const turn = (this.#last ?? DONE).then(task);
    const settled = turn.catch(() => {});
    this.#last = settled;
    void settled.then(() => {
      if (this.#last === settled) this.#last = null;
    });
    return turn;
  }
}
