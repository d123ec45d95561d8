/**
 * Input that came before its time: while nobody wants events, or from inside of a call that made the
 * stream deliver. It is copied, because the bytes of a stream are only lent. The sink is paused while
 * events are, so little more comes than what was on its way.
 */

/** Keeps octets in order. */
export class HeldInput {
  readonly #pieces: Uint8Array[] = [];

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  append(buf: Uint8Array, start: number, end: number): void {
    if (end > start) this.#pieces.push(buf.slice(start, end));
  }

  /** Puts a copy in front of what is there. */
  prepend(buf: Uint8Array, start: number, end: number): void {
    if (end > start) this.#pieces.unshift(buf.slice(start, end));
  }

  /** The next piece, which is the caller's; what it does not read it gives to {@link putBack}. */
  shift(): Uint8Array | undefined {
    return this.#pieces.shift();
  }

  /** Takes back the end of a piece that was shifted, without copying it. */
  putBack(rest: Uint8Array): void {
    if (rest.length > 0) this.#pieces.unshift(rest);
  }

  clear(): void {
    this.#pieces.length = 0;
  }
}
