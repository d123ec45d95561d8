/**
 * The last octets of a stream, as far back as DEFLATE may refer (RFC 1951, 2): all that has to be
 * kept between two messages where the context is taken over (RFC 7692, 7.1.1).
 */

const FIRST = 1024;

/** A window over what has gone by. */
export class History {
  readonly #size: number;
  #buf = new Uint8Array(0);
  #length = 0;

  /** @param windowBits base-two logarithm of the window's octets. */
  constructor(windowBits: number) {
    this.#size = 2 ** windowBits;
  }

  /** The octets that are kept, in place until the next `append`; `null` without any. */
  get octets(): Uint8Array | null {
    return this.#length === 0 ? null : this.#buf.subarray(0, this.#length);
  }

  append(data: Uint8Array): void {
    const last = data.length > this.#size ? data.subarray(data.length - this.#size) : data;
    const kept = Math.min(this.#length, this.#size - last.length);
    const length = kept + last.length;
    const from = this.#length - kept;
    if (length > this.#buf.length) {
      const larger = new Uint8Array(Math.min(this.#size, Math.max(FIRST, 2 * length)));
      larger.set(this.#buf.subarray(from, this.#length));
      this.#buf = larger;
    } else {
      this.#buf.copyWithin(0, from, this.#length);
    }
    this.#buf.set(last, kept);
    this.#length = length;
  }

  clear(): void {
    this.#buf = new Uint8Array(0);
    this.#length = 0;
  }
}
