/**
 * Something a test has put down to happen at a moment: a link that goes down, a host that crashes.
 */

import type { Clock } from '@netlayers/host';

/** An event of a script; made by `network.at`. */
export class ScheduledEvent {
  readonly #clock: Clock;
  readonly #timer: number;

  /**
   * @param action may be async; time goes on while it waits.
   * @param fail is told what the action throws or rejects with.
   * @throws RangeError for a time that is past, or none.
   */
  constructor(clock: Clock, atMs: number, action: () => unknown, fail: (error: unknown) => void) {
    if (!(atMs >= clock.now() && atMs < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`an event at ${atMs} ms cannot happen: it is ${clock.now()} ms`);
    }
    const act = async (): Promise<void> => {
      try {
        await action();
      } catch (error) {
        fail(error);
      }
    };
    this.#clock = clock;
    this.#timer = clock.setTimer(atMs, () => void act());
  }

  /** Takes the event out; one that has begun is not stopped. */
  cancel(): void {
    this.#clock.clearTimer(this.#timer);
  }
}
