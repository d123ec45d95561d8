/**
 * Time as the client sees it: the part of the project's `Clock` that it needs. The clock of a
 * simulation fits, and then every time-out of the client runs in virtual time.
 */

/** A source of time and of one-shot timers. */
export interface ClientClock {
  /** Monotonic time in milliseconds. */
  now(): number;
  /** Calls back once `now()` has reached `atMs`, never inside this call. Returns an id. */
  setTimer(atMs: number, callback: () => void): number;
  /** Forgets a timer; an id that has fired is ignored. */
  clearTimer(id: number): void;
}

/** Longer delays would fire at once. */
const LONGEST_DELAY_MS = 0x7fff_ffff;

/** The clock of the host. */
export const hostClock: ClientClock = {
  now: () => performance.now(),
  setTimer: (atMs, callback) => {
    const delayMs = Math.min(Math.max(0, Math.ceil(atMs - performance.now())), LONGEST_DELAY_MS);
    // Node gives an object, which stands for a number too.
    return Number(setTimeout(callback, delayMs));
  },
  clearTimer: (id) => clearTimeout(id),
};

/**
 * A time-out that is often restarted and seldom fires. Restarting only moves the deadline: the
 * timer below stays, and when it fires too early it is set again.
 */
export class Timeout {
  readonly #clock: ClientClock;
  readonly #fire: () => void;
  #deadline = Number.POSITIVE_INFINITY;
  #timer = 0;
  #timerAt = Number.POSITIVE_INFINITY;

  constructor(clock: ClientClock, fire: () => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  /** Starts over. */
  restart(ms: number): void {
    this.#deadline = this.#clock.now() + ms;
    if (this.#deadline >= this.#timerAt) return;
    this.#clear();
    this.#arm();
  }

  /** Stops, and leaves no timer behind. */
  stop(): void {
    this.#deadline = Number.POSITIVE_INFINITY;
    this.#clear();
  }

  /** Stops for a while: cheap, but the timer below stays until it has fired for nothing. */
  suspend(): void {
    this.#deadline = Number.POSITIVE_INFINITY;
  }

  #clear(): void {
    if (this.#timerAt === Number.POSITIVE_INFINITY) return;
    this.#clock.clearTimer(this.#timer);
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  #arm(): void {
    this.#timerAt = this.#deadline;
    this.#timer = this.#clock.setTimer(this.#deadline, () => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      if (this.#deadline === Number.POSITIVE_INFINITY) return;
      // The host may fire a fraction of a millisecond early.
      if (this.#clock.now() + 1 < this.#deadline) {
        this.#arm();
        return;
      }
      this.#deadline = Number.POSITIVE_INFINITY;
      this.#fire();
    });
  }
}
