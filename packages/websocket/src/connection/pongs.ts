/**
 * Answers to pings, bounded (RFC 6455, 5.5.2 and 5.5.3): each is answered while they are few and the
 * peer reads. A flood is answered by its latest, and so is a peer that asks and does not listen.
 */

/** Decides which pings are answered now. */
export class Pongs {
  readonly #most: number;
  readonly #send: (payload: Uint8Array) => boolean;
  #waiting: Uint8Array | null = null;
  #sent = 0;
  #isBlocked = false;

  /**
   * @param most pings of one delivery that are answered each.
   * @param send sends a pong, and tells whether there is room for another one.
   */
  constructor(most: number, send: (payload: Uint8Array) => boolean) {
    this.#most = most;
    this.#send = send;
  }

  /** Takes a ping. */
  handlePing(payload: Uint8Array): void {
    if (this.#isBlocked || this.#sent >= this.#most) this.#waiting = payload;
    else this.#answer(payload);
  }

  /** A delivery of the stream was read to its end. */
  endDelivery(): void {
    this.#sent = 0;
    this.#flush();
  }

  /** Whether the sink has room; told after every write, and when it has drained. */
  setRoom(hasRoom: boolean): void {
    this.#isBlocked = !hasRoom;
  }

  /** The sink has drained. */
  handleDrain(): void {
    this.#isBlocked = false;
    this.#flush();
  }

  /** Nothing is answered any more. */
  stop(): void {
    this.#waiting = null;
  }

  #flush(): void {
    const payload = this.#waiting;
    if (payload === null || this.#isBlocked) return;
    this.#waiting = null;
    this.#answer(payload);
  }

  #answer(payload: Uint8Array): void {
    this.#sent++;
    this.#isBlocked = !this.#send(payload);
  }
}
