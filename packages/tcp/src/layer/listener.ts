/**
 * A listening port (RFC 9293, 3.10.1, passive OPEN): the SYN queue and the accept queue.
 *
 * Half-open connections are bounded: where the queue is full, SYNs are answered with cookies, or,
 * by setting, the oldest half-open connection makes room. Established connections that nobody has
 * accepted are bounded by the backlog: while it is full, new SYNs are dropped, and the peers try again.
 */

import { type IpAddress, keepAddress } from '@netlayers/ip';
import type { TcpConnection } from '../connection/connection.js';
import type { PassiveOpen } from '../connection/context.js';
import type { TcpSettings } from '../connection/settings.js';

/** What a listener is told of its port. */
export interface TcpListenerHandler {
  /** An established connection waits to be taken with `accept()`. */
  handleAcceptable(): void;
}

/** Where to listen. */
export interface TcpListenOptions {
  /** One of our addresses; `null` = all of them. @default null */
  readonly address?: IpAddress | null;
  /** 1 to 65535; 0 = every port (of every address: a catch-all). */
  readonly port: number;
  /** Established connections that may wait to be accepted. @default 511 */
  readonly backlog?: number;
  /** Half-open connections at once; beyond them see `TcpSettings.synCookies`. @default 1024 */
  readonly halfOpenLimit?: number;
  /** Settings of the connections accepted here. */
  readonly settings?: Partial<TcpSettings>;
}

/** The layer as its listeners see it. */
export interface ListenerOwner {
  /** A connection waits: the listener's handler has to hear of it in the next round of events. */
  requestAccept(listener: TcpListener): void;
  removeListener(listener: TcpListener): void;
}

/** A passive open. */
export class TcpListener implements PassiveOpen<TcpConnection> {
  /** `null` = every address. */
  readonly address: IpAddress | null;
  readonly port: number;
  readonly backlog: number;
  readonly halfOpenLimit: number;
  readonly settings: TcpSettings;
  /** When a SYN was last answered with a cookie. */
  cookieSentAt = Number.NEGATIVE_INFINITY;
  readonly #handler: TcpListenerHandler;
  readonly #owner: ListenerOwner;
  /** Connections in SYN-RECEIVED, oldest first. */
  readonly #halfOpen = new Set<TcpConnection>();
  /** Established and not accepted, oldest first. */
  readonly #pending: TcpConnection[] = [];
  #closed = false;

  constructor(
    options: TcpListenOptions,
    settings: TcpSettings,
    handler: TcpListenerHandler,
    owner: ListenerOwner,
  ) {
    const address = options.address ?? null;
    this.address = address === null ? null : keepAddress(address);
    this.port = options.port;
    this.backlog = options.backlog ?? 511;
    this.halfOpenLimit = options.halfOpenLimit ?? 1024;
    this.settings = settings;
    this.#handler = handler;
    this.#owner = owner;
    if (this.backlog < 1) throw new RangeError('backlog has to be at least 1');
    if (this.halfOpenLimit < 1) throw new RangeError('halfOpenLimit has to be at least 1');
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Connections in SYN-RECEIVED. */
  get halfOpen(): number {
    return this.#halfOpen.size;
  }

  /** Whether a SYN more is answered with a cookie. */
  get wantsCookie(): boolean {
    const { synCookies } = this.settings;
    if (synCookies === 'auto') return this.#halfOpen.size >= this.halfOpenLimit;
    return synCookies === 'always';
  }

  /** Established connections that wait to be accepted. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Whether no connection may be added to those that wait. */
  get isFull(): boolean {
    return this.#pending.length >= this.backlog;
  }

  /** Takes the oldest established connection; `null` when none waits. */
  accept(): TcpConnection | null {
    return this.#pending.shift() ?? null;
  }

  /** Stops listening. Half-open and unaccepted connections are reset, accepted ones live on. */
  close(now: number): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#owner.removeListener(this);
    for (const connection of [...this.#halfOpen, ...this.#pending]) connection.abort(now);
    this.#halfOpen.clear();
    this.#pending.length = 0;
  }

  /** Takes note of a new half-open connection; returns the one to evict for it, if any. */
  addHalfOpen(connection: TcpConnection): TcpConnection | null {
    let evicted: TcpConnection | null = null;
    if (this.settings.synCookies === 'never' && this.#halfOpen.size >= this.halfOpenLimit) {
      evicted = this.#halfOpen.values().next().value ?? null;
      if (evicted !== null) this.#halfOpen.delete(evicted);
    }
    this.#halfOpen.add(connection);
    return evicted;
  }

  /** A half-open connection of this listener has become established. */
  promote(connection: TcpConnection): void {
    this.#halfOpen.delete(connection);
    this.#pending.push(connection);
    this.#owner.requestAccept(this);
  }

  /** Tells the application of one connection that waits, unless it has gone meanwhile. */
  announce(): void {
    if (this.#pending.length > 0) this.#handler.handleAcceptable();
  }

  /** A connection of this listener is CLOSED. */
  forget(connection: TcpConnection): void {
    if (this.#halfOpen.delete(connection)) return;
    const index = this.#pending.indexOf(connection);
    if (index >= 0) this.#pending.splice(index, 1);
  }
}
