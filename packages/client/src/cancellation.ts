/**
 * Why a request may be given up from outside: its signal is aborted, or its total time is over.
 * One object accompanies a request through waiting, connecting, redirects and the body.
 */

import type { Clock } from '@netlayers/host';
import type { AbortLike } from '@netlayers/http';
import { ClientError } from './errors.js';
import { Timeout } from './timeout.js';

/** Tells one listener at a time, the stage that is under way, of the end of patience. */
export class Cancellation {
  /** Whether it has happened. */
  happened = false;
  /** What the request is to be rejected with. */
  reason: unknown = null;
  readonly #signal: AbortLike | null;
  readonly #total: Timeout;
  #listener: ((reason: unknown) => void) | null = null;
  readonly #aborted = (): void => {
    const given = this.#signal?.reason;
    this.cancel(given ?? new DOMException('The request was aborted.', 'AbortError'));
  };

  constructor(clock: Clock, signal: AbortLike | null, totalTimeoutMs: number) {
    this.#signal = signal;
    this.#total = new Timeout(clock, () => {
      const text = `the request took longer than ${totalTimeoutMs} ms in all: allow it more time`;
      this.cancel(new ClientError('total-timeout', text));
    });
    this.#total.restart(totalTimeoutMs);
    if (signal?.aborted) this.#aborted();
    else signal?.addEventListener('abort', this.#aborted);
  }

  /** Sets who is told, in place of the one before. */
  listen(listener: ((reason: unknown) => void) | null): void {
    this.#listener = listener;
  }

  /** @throws the reason, if it has happened. */
  check(): void {
    if (this.happened) throw this.reason;
  }

  /** The request is over: nothing is waited for any more. */
  finish(): void {
    this.#listener = null;
    this.#total.stop();
    this.#signal?.removeEventListener('abort', this.#aborted);
  }

  /** Makes it happen, for a reason of the caller's. */
  cancel(reason: unknown): void {
    if (this.happened) return;
    this.happened = true;
    this.reason = reason;
    const listener = this.#listener;
    this.finish();
    listener?.(reason);
  }
}
