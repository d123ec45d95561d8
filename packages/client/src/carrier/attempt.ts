/**
 * A connection that is being made, and the requests that wait for it: one where a connection carries one
 * exchange at a time, any number where it may carry many. It is given up when nobody waits any more.
 */

import type { Cancellation } from '../base/cancellation.js';
import type { Carrier } from './carrier.js';

/** What a request gets of the pool; without a carrier it asks once more. */
export interface Opened {
  readonly carrier: Carrier | null;
  /** Whether it is the first of its connection. */
  readonly isMade: boolean;
}

/** A request that waits. */
interface Waiting {
  /** Whether only the connection that is being made will do. */
  readonly fresh: boolean;
  settle(opened: Opened): void;
  fail(error: unknown): void;
}

/** One connection on its way. */
export class Attempt {
  readonly controller = new AbortController();
  /** How long it is tried. */
  readonly timeoutMs: number;
  readonly #waiting: Waiting[] = [];

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
  }

  /** Waits for the connection, or for another that is free before. */
  wait(fresh: boolean, cancellation: Cancellation): Promise<Opened> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        unlisten();
        const at = this.#waiting.indexOf(waiting);
        if (at >= 0) this.#waiting.splice(at, 1);
      };
      const waiting: Waiting = {
        fresh,
        settle: (opened) => {
          leave();
          resolve(opened);
        },
        fail: (error) => {
          leave();
          reject(error);
        },
      };
      this.#waiting.push(waiting);
      let unlisten = (): void => {};
      unlisten = cancellation.listen((reason) => {
        waiting.fail(reason);
        if (this.#waiting.length === 0) this.controller.abort(reason);
      });
    });
  }

  /** Gives another connection to the first request that may use it; the attempt goes on without it. */
  serve(carrier: Carrier): boolean {
    const found = this.#waiting.find(({ fresh }) => !fresh);
    found?.settle({ carrier, isMade: false });
    return found !== undefined;
  }

  /**
   * The connection is there: as many requests as it has room for get it, the others ask once more.
   *
   * @returns how many have it.
   */
  succeed(carrier: Carrier): number {
    const [first, ...others] = [...this.#waiting];
    if (first === undefined) return 0;
    first.settle({ carrier, isMade: true });
    let served = 1;
    for (const other of others) {
      const hasRoom = served < carrier.room;
      if (hasRoom) served++;
      other.settle({ carrier: hasRoom ? carrier : null, isMade: false });
    }
    return served;
  }

  /** Gives it up where every request that has waited has gone on with another connection. */
  giveUpUnlessAwaited(): void {
    if (this.#waiting.length === 0) this.controller.abort();
  }

  /** There will be no connection. */
  fail(error: unknown): void {
    for (const waiting of [...this.#waiting]) waiting.fail(error);
  }
}
