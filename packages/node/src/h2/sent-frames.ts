/**
 * Watches the frames that a connection sends for the end of it (GOAWAY, RFC 9113, 6.8): nghttp2 ends a
 * connection whose peer breaks the protocol by it, and then says nothing and hears nothing. Node tells
 * nobody.
 */

const GOAWAY = 0x7;
const HEAD = 9;
/** The last stream and the code. */
const GOAWAY_HEAD = 8;

/** Reads the frames of one direction (RFC 9113, 4.1). */
export class SentFrames {
  readonly #told: (code: number) => void;
  /** What is read of a frame until now: its head, and the beginning of a GOAWAY. */
  readonly #read = new Uint8Array(HEAD + GOAWAY_HEAD);
  #filled = 0;
  /** Octets that mean nothing here. */
  #toSkip: number;

  /**
   * @param preface octets in front of the first frame.
   * @param told the code of each GOAWAY.
   */
  constructor(preface: number, told: (code: number) => void) {
    this.#toSkip = preface;
    this.#told = told;
  }

  /** Octets that are sent next. */
  pass(octets: Uint8Array): void {
    for (let at = 0; at < octets.length; ) {
      const skipped = Math.min(this.#toSkip, octets.length - at);
      this.#toSkip -= skipped;
      at += skipped;
      while (at < octets.length && this.#toSkip === 0) this.#take(octets[at++] as number);
    }
  }

  #take(octet: number): void {
    const read = this.#read;
    read[this.#filled++] = octet;
    const isGoAway = read[3] === GOAWAY;
    if (this.#filled < HEAD || (isGoAway && this.#filled < read.length)) return;
    const view = new DataView(read.buffer);
    const length = view.getUint32(0) >>> 8;
    const rest = length - (this.#filled - HEAD);
    const code = isGoAway ? view.getUint32(HEAD + 4) : 0;
    this.#toSkip = Math.max(0, rest);
    this.#filled = 0;
    if (isGoAway) this.#told(code);
  }
}
