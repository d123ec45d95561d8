/**
 * What a response keeps in memory while its connection is full, as its server counts it: the content,
 * or the piece of it, and what was taken of it.
 */

/** Who adds up what all responses keep. */
export interface HeldCounter {
  /** So many octets more are kept; less, if negative. */
  countHeld(octets: number): void;
}

/** The octets that one response keeps. */
export class HeldOctets {
  readonly #counter: HeldCounter;
  #held = 0;

  constructor(counter: HeldCounter) {
    this.#counter = counter;
  }

  /** Whether the connection is full. */
  get isWaiting(): boolean {
    return this.#held > 0;
  }

  /** The connection is full, with so many octets in memory: more than none. */
  wait(octets: number): void {
    this.#held = octets;
    this.#counter.countHeld(octets);
  }

  /** There is room, or nobody waits for it any more. */
  release(): void {
    this.#counter.countHeld(-this.#held);
    this.#held = 0;
  }
}
