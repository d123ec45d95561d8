/**
 * Why a request may be given up from outside: its signal is aborted, or its total time is over.
 * One object accompanies a request through waiting, connecting, redirects and the body.
 */

import type { Clock } from '@netlayers/host';
import type { AbortLike } from '@netlayers/http';
import { ClientError } from './errors.js';
import { Timeout } from './timeout.js';

/** Tells whatever is under way for a request of the end of patience. */
export class Cancellation {
  /** Whether it has happened. */
  happened = false;
  /** What the request is to be rejected with. */
  reason: unknown = null;
  readonly #signal: AbortLike | null;
  readonly #total: Timeout;
  readonly #whenOver: (cancellation: Cancellation) => void;
  readonly #listeners = new Set<(reason: unknown) => void>();
  /** The program has its answer; what is under way is only to be finished. */
  #answered = false;
  readonly #aborted = (): void => {
    const given = this.#signal?.reason;
    this.cancel(given ?? new DOMException('The request was aborted.', 'AbortError'));
  };

  /**
   * @param whenOver told once, when nothing is under way any more behind the answer or the
   *   cancellation.
   */
  constructor(
    clock: Clock,
    signal: AbortLike | null,
    totalTimeoutMs: number,
    whenOver: (cancellation: Cancellation) => void,
  ) {
    this.#signal = signal;
    this.#whenOver = whenOver;
    this.#total = new Timeout(clock, () => {
      const text = `the request took longer than ${totalTimeoutMs} ms in all: allow it more time`;
      this.cancel(new ClientError('total-timeout', text));
    });
    this.#total.restart(totalTimeoutMs);
    if (signal?.aborted) this.#aborted();
    else signal?.addEventListener('abort', this.#aborted);
  }

  /**
   * Tells `listener`, at once if it has happened, until the function that is returned is called.
   * What is listened for is under way.
   */
  listen(listener: (reason: unknown) => void): () => void {
    if (this.happened) {
      listener(this.reason);
      return () => {};
    }
    this.#listeners.add(listener);
    return () => {
      if (this.#listeners.delete(listener)) this.#lookIfOver();
    };
  }

  /** @throws the reason, if it has happened. */
  check(): void {
    if (this.happened) throw this.reason;
  }

  /** The program has its answer. */
  answer(): void {
    this.#answered = true;
    this.#lookIfOver();
  }

  /** Makes it happen, for a reason of the caller's. */
  cancel(reason: unknown): void {
    if (this.happened) return;
    this.happened = true;
    this.reason = reason;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener(reason);
    this.#finish();
  }

  #lookIfOver(): void {
    if (this.#answered && this.#listeners.size === 0 && !this.happened) this.#finish();
  }

  #finish(): void {
    this.#total.stop();
    this.#signal?.removeEventListener('abort', this.#aborted);
    this.#whenOver(this);
  }
}
