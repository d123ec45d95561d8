/**
 * Whether bytes in pieces are UTF-8 (RFC 3629), told at the first byte that cannot be: a peer that
 * sends none is closed without waiting for the rest of its message (RFC 6455, 8.1).
 */

/** The range that the next continuation byte must be in, by lead bytes that narrow it (RFC 3629, 4). */
const lowest = (lead: number): number => (lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80);
const highest = (lead: number): number => (lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf);

function continuationsOf(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 1;
  if (lead >= 0xe0 && lead <= 0xef) return 2;
  return lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
}

/** Checks one text after the other. */
export class Utf8Check {
  /** Continuation bytes that the sequence at the end still needs. */
  #missing = 0;
  #low = 0x80;
  #high = 0xbf;

  /** Takes the next bytes; false when no text goes on like this. */
  accepts(buf: Uint8Array, start: number, end: number): boolean {
    let at = start;
    while (at < end) {
      const byte = buf[at++]!;
      if (this.#missing > 0) {
        if (byte < this.#low || byte > this.#high) return false;
        this.#missing--;
        this.#low = 0x80;
        this.#high = 0xbf;
      } else if (byte < 0x80) {
        while (at < end && buf[at]! < 0x80) at++;
      } else {
        this.#missing = continuationsOf(byte);
        if (this.#missing === 0) return false;
        this.#low = lowest(byte);
        this.#high = highest(byte);
      }
    }
    return true;
  }

  /** Ends a text; false when it stops inside of a character. The next one may begin. */
  ends(): boolean {
    const isWhole = this.#missing === 0;
    this.#missing = 0;
    this.#low = 0x80;
    this.#high = 0xbf;
    return isWhole;
  }
}
