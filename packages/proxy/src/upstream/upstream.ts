/**
 * One server behind the proxy: the client that asks it, how it is, and how much it has to do.
 */

import { Client, type ClientOptions } from '@netlayers/client';
import type { Clock } from '@netlayers/host';
import type { Transport } from '@netlayers/http';
import { FailureWindow, type PassiveHealth } from './failure-window.js';
import { marked } from './marked-transport.js';

/** A server, as a program names it. */
export interface UpstreamOptions {
  /** `http://host:port`, with the path that all requests go below, if any. */
  readonly url: string | URL;
  /** Its share, beside those of others. @default 1 */
  readonly weight?: number;
}

/** What an upstream has done, and how it is. */
export interface UpstreamCounters {
  readonly url: string;
  /** `down` by an active check, `out` for its failures, `draining` since it was removed. */
  readonly state: 'up' | 'down' | 'out' | 'draining';
  /** Requests and tunnels that run. */
  readonly active: number;
  readonly connections: number;
  /** Requests that were sent, repetitions included. */
  readonly requests: number;
  /** Responses whose head has come. */
  readonly responses: number;
  readonly failures: number;
  /** Times it was put out for its failures. */
  readonly ejections: number;
}

/** What all upstreams of a proxy share. */
export interface UpstreamSettings {
  readonly clock: Clock;
  readonly client: ClientOptions & { readonly secureTransport?: Transport };
  readonly passive: PassiveHealth;
  readonly slowStartMs: number;
  readonly maxConnections: number;
}

/** The smallest share of its weight that a server has when it begins. */
const SLOWEST_START = 0.1;

/** A server. */
export class Upstream {
  readonly url: URL;
  /** The path of the URL, without a slash at its end. */
  readonly base: string;
  readonly client: Client;
  /** For smooth round robin: what it is ahead of the others. */
  lead = 0;
  /** What the active check says. */
  isDown = false;
  isDraining = false;
  active = 0;
  /** Ways to reset the tunnels that run. */
  readonly tunnels = new Set<() => void>();
  responses = 0;
  readonly #settings: UpstreamSettings;
  readonly #window: FailureWindow;
  readonly #weight: number;
  #upSince: number;
  #requests = 0;
  #failures = 0;
  #ejections = 0;
  #whenIdle: (() => void) | null = null;

  /** @throws TypeError for a URL that is none to ask, or a weight that is none. */
  constructor(
    options: UpstreamOptions | string | URL,
    settings: UpstreamSettings,
    isFirst: boolean,
  ) {
    const named = typeof options === 'string' || options instanceof URL;
    const { url, weight = 1 } = named ? { url: options } : options;
    this.url = checkedUrl(url);
    if (!(weight > 0) || weight === Number.POSITIVE_INFINITY) {
      throw new TypeError(`the weight of an upstream is a number above 0: ${weight}`);
    }
    this.base = this.url.pathname.replace(/\/$/, '');
    this.#weight = weight;
    this.#settings = settings;
    this.#window = new FailureWindow(settings.passive);
    // Those that a proxy begins with need no slow start: there is nobody else.
    this.#upSince = isFirst ? Number.NEGATIVE_INFINITY : settings.clock.now();
    const { transport, secureTransport } = settings.client;
    this.client = new Client({
      ...settings.client,
      // What the client did not say is not said for it.
      headers: { 'User-Agent': null, Accept: null },
      transport: marked(transport),
      ...(secureTransport === undefined ? {} : { secureTransport: marked(secureTransport) }),
    });
  }

  /** Whether requests may be sent to it at all. */
  get isUsable(): boolean {
    return !this.isDown && !this.isDraining;
  }

  get hasRoom(): boolean {
    return this.active < this.#settings.maxConnections;
  }

  /** Whether it is out for its failures. */
  isOut(now: number): boolean {
    return this.#window.isOut(now);
  }

  /** Its share now: less while it starts slowly. */
  weightAt(now: number): number {
    const { slowStartMs } = this.#settings;
    if (slowStartMs <= 0) return this.#weight;
    const part = (now - this.#upSince) / slowStartMs;
    return this.#weight * Math.min(1, Math.max(SLOWEST_START, part));
  }

  /** A request is about to be sent. */
  begin(): void {
    this.active++;
    this.#requests++;
    this.#window.begin();
  }

  /** It has answered. */
  handleResponse(): void {
    this.responses++;
    if (this.#window.succeed()) this.#upSince = this.#settings.clock.now();
  }

  /** It has failed. */
  handleFailure(): void {
    this.#failures++;
    if (this.#window.fail(this.#settings.clock.now())) this.#ejections++;
  }

  /** What {@link begin} began is over. */
  end(): void {
    this.active--;
    this.#window.release();
    if (this.active === 0) this.#whenIdle?.();
  }

  /** The active check has changed its mind. */
  setDown(isDown: boolean): void {
    if (this.isDown && !isDown) this.#upSince = this.#settings.clock.now();
    this.isDown = isDown;
  }

  /** Takes no more requests; resolves when those that run are over, which are reset at last. */
  async drain(graceMs: number): Promise<void> {
    this.isDraining = true;
    const { clock } = this.#settings;
    if (this.active > 0) {
      const timer = clock.setTimer(clock.now() + graceMs, () => this.#abort());
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
      clock.clearTimer(timer);
    }
    await this.client.close();
  }

  #abort(): void {
    for (const abort of [...this.tunnels]) abort();
    this.client.abort();
  }

  counters(): UpstreamCounters {
    const isOut = this.isOut(this.#settings.clock.now());
    return {
      url: this.url.href,
      state: this.isDraining ? 'draining' : this.isDown ? 'down' : isOut ? 'out' : 'up',
      active: this.active,
      connections: this.client.connections,
      requests: this.#requests,
      responses: this.responses,
      failures: this.#failures,
      ejections: this.#ejections,
    };
  }
}

function checkedUrl(given: string | URL): URL {
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    throw new TypeError(
      `not the URL of an upstream: ${String(given)}: write it as http://host:port`,
    );
  }
  const { protocol, username, password, search, hash } = url;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new TypeError(`an upstream is asked over http or https, not ${protocol}`);
  }
  if (username !== '' || password !== '' || search !== '' || hash !== '') {
    throw new TypeError('the URL of an upstream has a host, a port and a path, and nothing else');
  }
  return url;
}
