/**
 * The time-out of a socket: so long without a byte either way. While a peer still takes what was
 * written, it is not idle.
 */

/** One time-out, which does not keep the process alive. */
export class IdleTimer {
  /** 0 = no time-out. */
  ms = 0;
  readonly #expired: () => void;
  readonly #waiting: () => number;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #waited = 0;

  /** @param waiting bytes that the peer has not taken. */
  constructor(expired: () => void, waiting: () => number) {
    this.#expired = expired;
    this.#waiting = waiting;
  }

  /** @throws RangeError for what is no time. */
  start(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`${ms} is no time-out: choose 0 or more ms`);
    this.stop();
    this.ms = ms;
    if (ms > 0) this.#timer = setTimeout(() => this.#timedOut(), ms).unref();
  }

  /** Begins the time again. */
  refresh(): void {
    this.#timer?.refresh();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #timedOut(): void {
    const waiting = this.#waiting();
    const isMoving = waiting > 0 && waiting !== this.#waited;
    this.#waited = waiting;
    if (isMoving) this.refresh();
    else this.#expired();
  }
}
