/**
 * Active health: an upstream is asked from time to time whether it is well, and is left out while it
 * says no or nothing.
 */

import type { Clock } from '@netlayers/host';
import type { Upstream } from './upstream.js';

/** How upstreams are asked. */
export interface ActiveHealth {
  /** The path that is asked for, below that of the upstream. */
  readonly path: string;
  /** From one answer to the next question. @default 5_000 */
  readonly intervalMs?: number;
  /** For the answer. @default 2_000 */
  readonly timeoutMs?: number;
  /** Answers in a row that bring one back. @default 2 */
  readonly rise?: number;
  /** Failures in a row that take one out. @default 2 */
  readonly fall?: number;
  /** Which statuses are well. @default those of 200 to 399 */
  readonly expect?: (status: number) => boolean;
}

const isWell = (status: number): boolean => status >= 200 && status <= 399;

/** Asks one upstream. */
export class HealthCheck {
  readonly #upstream: Upstream;
  readonly #clock: Clock;
  readonly #options: ActiveHealth;
  readonly #changed: () => void;
  #timer = 0;
  #stopped = false;
  /** Answers that contradict what is held of it, in a row. */
  #contradictions = 0;

  /** @param changed told when the upstream is down or back. */
  constructor(upstream: Upstream, clock: Clock, options: ActiveHealth, changed: () => void) {
    this.#upstream = upstream;
    this.#clock = clock;
    this.#options = options;
    this.#changed = changed;
    void this.#ask();
  }

  stop(): void {
    this.#stopped = true;
    this.#clock.clearTimer(this.#timer);
  }

  async #ask(): Promise<void> {
    const isUp = await this.#answers();
    if (this.#stopped) return;
    this.#judge(isUp);
    const { intervalMs = 5000 } = this.#options;
    this.#timer = this.#clock.setTimer(this.#clock.now() + intervalMs, () => void this.#ask());
  }

  async #answers(): Promise<boolean> {
    const { path, timeoutMs = 2000, expect = isWell } = this.#options;
    const { client, url, base } = this.#upstream;
    try {
      const response = await client.request(url, {
        target: base + path,
        headers: { 'User-Agent': 'netlayers', Accept: '*/*' },
        redirect: 'manual',
        totalTimeoutMs: timeoutMs,
      });
      void response.discard();
      return expect(response.status);
    } catch {
      return false;
    }
  }

  #judge(isUp: boolean): void {
    const { rise = 2, fall = 2 } = this.#options;
    if (isUp !== this.#upstream.isDown) {
      this.#contradictions = 0;
      return;
    }
    if (++this.#contradictions < (isUp ? rise : fall)) return;
    this.#contradictions = 0;
    this.#upstream.setDown(!isUp);
    this.#changed();
  }
}
