/**
 * All upstreams of a proxy, and the requests that wait for room at one.
 *
 * Of those that are not down, those that have not failed too often are asked; when that is none, the
 * others are: a guess is better than a refusal. A request waits only while all that it may go to are
 * full, in a line of bounded length and for a bounded time.
 */

import type { Clock } from '@netlayers/host';
import type { ServerRequest } from '@netlayers/server';
import type { Choose } from './balancer.js';
import { type ActiveHealth, HealthCheck } from './health-check.js';
import { Upstream, type UpstreamOptions, type UpstreamSettings } from './upstream.js';

/** The line of requests that wait. */
export interface QueueOptions {
  /** Requests in it; further ones get 503. @default 1024 */
  readonly limit?: number;
  /** How long one waits; then it gets 503. @default 5_000 */
  readonly timeoutMs?: number;
}

/** What the upstreams of a proxy are told. */
export interface UpstreamsSettings extends UpstreamSettings {
  readonly choose: Choose;
  readonly queue: QueueOptions;
  readonly check: ActiveHealth | null;
}

/** Why there is no upstream for a request. */
export type Unavailable = 'none' | 'queue-full' | 'queue-timeout' | 'gone';

/** A request in line. */
interface Waiter {
  /** Tries again; returns whether the request has left the line. */
  retry(): boolean;
}

/** Keeps upstreams. */
export class Upstreams {
  readonly #settings: UpstreamsSettings;
  readonly #clock: Clock;
  readonly #all = new Map<string, Upstream>();
  readonly #checks = new Map<Upstream, HealthCheck>();
  readonly #line = new Set<Waiter>();
  /** Those that were removed and still have something to do. */
  readonly #leaving = new Set<Upstream>();

  constructor(first: readonly (UpstreamOptions | string | URL)[], settings: UpstreamsSettings) {
    this.#settings = settings;
    this.#clock = settings.clock;
    for (const one of first) this.#add(one, true);
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.#line.size;
  }

  /** In the order of their coming, those that leave last. */
  get all(): Upstream[] {
    return [...this.#all.values(), ...this.#leaving];
  }

  /** @throws TypeError for one that is there already. */
  add(options: UpstreamOptions | string | URL): void {
    this.#add(options, false);
    this.#serveLine();
  }

  /** Sends nothing to it any more; resolves when what runs there is over, at last by a reset. */
  async remove(url: string | URL, graceMs: number): Promise<boolean> {
    const key = new URL(url).href;
    const upstream = this.#all.get(key);
    if (upstream === undefined) return false;
    this.#all.delete(key);
    this.#checks.get(upstream)?.stop();
    this.#checks.delete(upstream);
    this.#leaving.add(upstream);
    // Who waited for it may have to be told that there is none.
    upstream.isDraining = true;
    this.#serveLine();
    await upstream.drain(graceMs);
    this.#leaving.delete(upstream);
    return true;
  }

  /**
   * Finds an upstream, and begins a request there.
   *
   * @param tried those that have failed for this request already.
   */
  acquire(
    request: ServerRequest,
    tried: ReadonlySet<Upstream>,
  ): Upstream | Unavailable | Promise<Upstream | Unavailable> {
    const found = this.#find(request, tried);
    if (found !== null) return found;
    const { limit = 1024 } = this.#settings.queue;
    return this.#line.size >= limit ? 'queue-full' : this.#wait(request, tried);
  }

  /** Whether a request may go to one beside those that have failed for it. */
  hasOther(tried: ReadonlySet<Upstream>): boolean {
    for (const one of this.#all.values()) if (one.isUsable && !tried.has(one)) return true;
    return false;
  }

  /** A request there is over. */
  release(upstream: Upstream): void {
    upstream.end();
    this.#serveLine();
  }

  /** Removes all of them. */
  async close(graceMs: number): Promise<void> {
    await Promise.all([...this.#all.keys()].map((url) => this.remove(url, graceMs)));
  }

  #add(options: UpstreamOptions | string | URL, isFirst: boolean): void {
    const upstream = new Upstream(options, this.#settings, isFirst);
    const { href } = upstream.url;
    if (this.#all.has(href)) throw new TypeError(`there is an upstream ${href} already`);
    this.#all.set(href, upstream);
    const { check } = this.#settings;
    if (check === null) return;
    const changed = (): void => this.#serveLine();
    this.#checks.set(upstream, new HealthCheck(upstream, this.#clock, check, changed));
  }

  /** One with room, a reason why there will be none, or `null` while all are full. */
  #find(request: ServerRequest, tried: ReadonlySet<Upstream>): Upstream | 'none' | null {
    const usable = [...this.#all.values()].filter((one) => one.isUsable && !tried.has(one));
    if (usable.length === 0) return 'none';
    const now = this.#clock.now();
    const well = usable.filter((one) => !one.isOut(now));
    const free = (well.length > 0 ? well : usable).filter((one) => one.hasRoom);
    if (free.length === 0) return null;
    const chosen = free.length === 1 ? free[0]! : this.#settings.choose(free, request, now);
    chosen.begin();
    return chosen;
  }

  #wait(request: ServerRequest, tried: ReadonlySet<Upstream>): Promise<Upstream | Unavailable> {
    const { timeoutMs = 5000 } = this.#settings.queue;
    const { signal } = request;
    return new Promise((resolve) => {
      const leave = (outcome: Upstream | Unavailable): void => {
        this.#line.delete(waiter);
        this.#clock.clearTimer(timer);
        signal.removeEventListener('abort', giveUp);
        resolve(outcome);
      };
      const giveUp = (): void => leave('gone');
      const waiter: Waiter = {
        retry: () => {
          const found = this.#find(request, tried);
          if (found !== null) leave(found);
          return found !== null;
        },
      };
      const timer = this.#clock.setTimer(this.#clock.now() + timeoutMs, () =>
        leave('queue-timeout'),
      );
      this.#line.add(waiter);
      signal.addEventListener('abort', giveUp);
      if (signal.aborted) giveUp();
    });
  }

  /** Lets those go on for whom there is room, the first in line first. */
  #serveLine(): void {
    for (const waiter of [...this.#line]) {
      // Who has failed at one upstream waits for another: those behind may go to the first.
      if (!waiter.retry() && this.#isFull) return;
    }
  }

  get #isFull(): boolean {
    for (const one of this.#all.values()) if (one.isUsable && one.hasRoom) return false;
    return true;
  }
}
