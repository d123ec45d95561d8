/**
 * The connections of a client: at most so many per origin, the one used last is used next, and
 * requests beyond the limit wait in line, first come, first served.
 *
 * A request begins in the moment in which a carrier is taken for it: between the two nobody else can
 * take the room. One that waits takes its carrier a moment after it has become free, so that a close
 * that came with the last response is seen. Who has a connection made for it takes a free one if that is
 * there before: the new one is then for the next.
 *
 * Where a connection may turn out to carry many requests, those that come while it is being made wait for
 * it, instead of each making its own; when it carries one only, they do.
 */

import type { Cancellation } from '../base/cancellation.js';
import { closedAtOnce, queueTimeout } from '../base/errors.js';
import type { Origin } from '../base/origin.js';
import { Timeout } from '../base/timeout.js';
import { Attempt } from './attempt.js';
import type { Carrier, CarrierOwner, CarrierSettings } from './carrier.js';
import { type ConnectorSettings, connectTo } from './connector.js';

/** What the pool is told once. */
export interface PoolSettings extends CarrierSettings, ConnectorSettings {
  readonly maxConnectionsPerOrigin: number;
  /** Lets be told what the host has received already; `null` where everything is told at once. */
  readonly look: (() => Promise<void>) | null;
}

/** What a request wants of the pool. */
export interface Wanted<T> {
  /** Whether the connection must not have been used before. */
  readonly fresh: boolean;
  /**
   * Whether the request cannot be sent twice: before it goes on a kept connection, it is looked whether
   * the server has closed that already.
   */
  readonly careful: boolean;
  readonly connectTimeoutMs: number;
  /** In line for a connection, while nothing moves on those that there are. */
  readonly queueTimeoutMs: number;
  readonly cancellation: Cancellation;
  /** Begins the request on a carrier that has room. */
  begin(carrier: Carrier): T;
}

/** A request in line; it is given a carrier with room, or `null`: it may be able to make one. */
interface Waiter {
  readonly fresh: boolean;
  take(carrier: Carrier | null): void;
}

/** What is known of one origin. */
interface Place {
  /** Carriers with room, the one used last at the end. */
  readonly free: Carrier[];
  /** Connections that exist or are being made. */
  count: number;
  readonly line: Waiter[];
  /** Connections that are being made. */
  readonly attempts: Set<Attempt>;
  /** Whether a connection may carry many requests, so that one that is being made is waited for. */
  mayShare: boolean;
}

/** Keeps connections. */
export class ConnectionPool implements CarrierOwner {
  readonly #settings: PoolSettings;
  readonly #places = new Map<string, Place>();
  readonly #carriers = new Set<Carrier>();
  #closed = false;

  constructor(settings: PoolSettings) {
    this.#settings = settings;
  }

  /** Connections that exist, in use or free. */
  get size(): number {
    return this.#carriers.size;
  }

  /** Whether connections to an origin may carry many requests at once. */
  mayShare(origin: Origin): boolean {
    return this.#settings.protocols.mayShare(origin);
  }

  /** Finds or makes a carrier, and begins the request on it. */
  async acquire<T>(origin: Origin, wanted: Wanted<T>): Promise<T> {
    const { cancellation, fresh } = wanted;
    let offered: Carrier | null = null;
    let hasWaited = false;
    let wasInLine = false;
    for (; ; hasWaited = true) {
      const place = this.#placeOf(origin);
      // Given up just when its turn had come: the next one gets it.
      if (cancellation.happened && hasWaited) this.#passOn(place, offered);
      cancellation.check();
      if (offered !== null && offered.room > 0) return this.#begin(place, offered, wanted);
      const found = fresh ? null : this.#takeFree(place);
      if (found !== null) {
        const { look } = this.#settings;
        if (!wanted.careful || found.room > 1 || look === null) {
          return this.#begin(place, found, wanted);
        }
        // Nobody else finds it meanwhile.
        await look();
        offered = found;
        continue;
      }
      const joined = this.#attemptFor(place, wanted);
      if (fresh && joined === null) this.#makeRoom(place);
      if (joined !== null || place.count < this.#settings.maxConnectionsPerOrigin) {
        const attempt = joined ?? this.#open(origin, place, wanted.connectTimeoutMs);
        const { carrier, isMade } = await attempt.wait(fresh, cancellation);
        // Not tried again and again: such a server closes the next one as well.
        if (isMade && carrier?.room === 0) throw closedAtOnce(origin.authority);
        offered = carrier;
      } else {
        offered = await this.#wait(origin, place, wanted, wasInLine);
        wasInLine = true;
      }
    }
  }

  handleRoom(carrier: Carrier): void {
    const place = this.#placeOf(carrier.origin);
    let room = this.#serveLine(place, carrier, carrier.room);
    for (const attempt of place.attempts) while (room > 0 && attempt.serve(carrier)) room--;
    if (room <= 0) return;
    if (this.#closed) {
      carrier.retire();
      return;
    }
    if (!place.free.includes(carrier)) place.free.push(carrier);
    place.line.shift()?.take(null);
  }

  handleGone(carrier: Carrier): void {
    if (!this.#carriers.delete(carrier)) return;
    const place = this.#placeOf(carrier.origin);
    const at = place.free.indexOf(carrier);
    if (at >= 0) place.free.splice(at, 1);
    this.#leave(carrier.origin, place);
  }

  /** Keeps nothing from now on: ends the connections that carry nothing, and others when they do. */
  close(): void {
    this.#closed = true;
    for (const place of [...this.#places.values()]) {
      for (const attempt of place.attempts) attempt.giveUpUnlessAwaited();
      for (const carrier of [...place.free]) carrier.retire();
    }
  }

  /** Resets all connections. */
  abort(): void {
    this.#closed = true;
    for (const { attempts } of this.#places.values()) {
      for (const attempt of attempts) attempt.giveUpUnlessAwaited();
    }
    for (const carrier of [...this.#carriers]) carrier.abort();
  }

  /** Gives a carrier to those in line, so many at most; says how many more could have it. */
  #serveLine({ line }: Place, carrier: Carrier, most: number): number {
    let room = most;
    for (; room > 0 && line[0]?.fresh === false; room--) line.shift()?.take(carrier);
    return room;
  }

  #placeOf(origin: Origin): Place {
    let place = this.#places.get(origin.key);
    if (place === undefined) {
      const mayShare = this.#settings.protocols.mayShare(origin);
      place = { free: [], count: 0, line: [], attempts: new Set(), mayShare };
      this.#places.set(origin.key, place);
    }
    return place;
  }

  #takeFree(place: Place): Carrier | null {
    for (let found = place.free.pop(); found !== undefined; found = place.free.pop()) {
      if (found.room > 0) return found;
    }
    return null;
  }

  #begin<T>(place: Place, carrier: Carrier, wanted: Wanted<T>): T {
    const result = wanted.begin(carrier);
    // One that carries many has room still.
    if (carrier.room > 0 && !place.free.includes(carrier)) place.free.push(carrier);
    return result;
  }

  /** A fresh connection may take the place of a free one. */
  #makeRoom(place: Place): void {
    if (place.count >= this.#settings.maxConnectionsPerOrigin) place.free[0]?.retire();
  }

  /** One connection less: its place is for the next in line. */
  #leave(origin: Origin, place: Place): void {
    place.count--;
    place.line.shift()?.take(null);
    if (place.count === 0 && place.line.length === 0) this.#places.delete(origin.key);
  }

  /** Waits for a turn: a carrier, or the chance of one. */
  #wait<T>(
    origin: Origin,
    place: Place,
    wanted: Wanted<T>,
    first: boolean,
  ): Promise<Carrier | null> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        fresh: wanted.fresh,
        take: (carrier) => {
          timeout.stop();
          unlisten();
          resolve(carrier);
        },
      };
      if (first) place.line.unshift(waiter);
      else place.line.push(waiter);
      const leave = (): void => {
        timeout.stop();
        const at = place.line.indexOf(waiter);
        if (at >= 0) place.line.splice(at, 1);
      };
      let moved = this.#movedTo(origin);
      const timeout = new Timeout(this.#settings.clock, () => {
        const before = moved;
        moved = this.#movedTo(origin);
        if (moved !== before) {
          timeout.restart(wanted.queueTimeoutMs);
          return;
        }
        leave();
        unlisten();
        reject(queueTimeout(origin.authority, place.count, wanted.queueTimeoutMs));
      });
      timeout.restart(wanted.queueTimeoutMs);
      const unlisten = wanted.cancellation.listen(() => {
        leave();
        resolve(null);
      });
    });
  }

  /** A number that changes when anything moves on the connections to an origin. */
  #movedTo(origin: Origin): number {
    let moved = 0;
    for (const carrier of this.#carriers) {
      if (carrier.origin.key === origin.key) moved += (carrier.moved ?? 0) + carrier.opened;
    }
    return moved;
  }

  /** Gives a turn that is not used to the next one. */
  #passOn(place: Place, offered: Carrier | null): void {
    if (offered !== null && offered.room > 0) this.handleRoom(offered);
    else place.line.shift()?.take(null);
  }

  /** A connection that is being made and that a request may wait for with others. */
  #attemptFor<T>(place: Place, { connectTimeoutMs }: Wanted<T>): Attempt | null {
    if (!place.mayShare) return null;
    for (const attempt of place.attempts) {
      if (attempt.timeoutMs === connectTimeoutMs) return attempt;
    }
    return null;
  }

  /** Begins to make a connection. */
  #open(origin: Origin, place: Place, timeoutMs: number): Attempt {
    const attempt = new Attempt(timeoutMs);
    place.count++;
    place.attempts.add(attempt);
    this.#make(origin, place, attempt).then(
      (carrier) => {
        const served = attempt.succeed(carrier);
        if (served === 0) this.handleRoom(carrier);
        else this.#serveLine(place, carrier, carrier.room - served);
      },
      (error: unknown) => attempt.fail(error),
    );
    return attempt;
  }

  async #make(origin: Origin, place: Place, attempt: Attempt): Promise<Carrier> {
    try {
      const stream = await connectTo(origin, this.#settings, attempt.timeoutMs, attempt.controller);
      const carrier = this.#settings.protocols.carrierOf(origin, stream, this.#settings, this);
      place.mayShare = carrier.isShared;
      this.#carriers.add(carrier);
      return carrier;
    } catch (error) {
      this.#leave(origin, place);
      throw error;
    } finally {
      place.attempts.delete(attempt);
    }
  }
}
