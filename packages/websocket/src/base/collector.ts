/**
 * Puts the pieces of a message together. Memory grows with what has come, not with what a frame
 * announces: a header alone makes nobody reserve anything.
 */

const NOTHING = new Uint8Array(0);
/** What the first of many pieces reserves, at least. */
const FIRST = 256;

/** Collects octets. */
export class Collector {
  #buf = NOTHING;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds a copy of `buf[start..end)`. */
  append(buf: Uint8Array, start: number, end: number): void {
    const needed = this.#length + end - start;
    if (needed > this.#buf.length) {
      // The first piece is mostly the only one: its memory is then the message's own.
      const room = this.#length === 0 ? needed : Math.max(FIRST, 2 * needed);
      const larger = new Uint8Array(room);
      larger.set(this.#buf.subarray(0, this.#length));
      this.#buf = larger;
    }
    this.#buf.set(start === 0 && end === buf.length ? buf : buf.subarray(start, end), this.#length);
    this.#length = needed;
  }

  /** Gives away what was collected, and begins anew. */
  take(): Uint8Array {
    const taken = this.#length === this.#buf.length ? this.#buf : this.#buf.slice(0, this.#length);
    this.#buf = NOTHING;
    this.#length = 0;
    return taken;
  }
}
