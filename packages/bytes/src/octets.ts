/**
 * The check in front of everything that takes octets: what is no `Uint8Array` would go out as zeros,
 * or as nothing, without a word.
 */

const kindOf = (value: unknown): string =>
  Object.prototype.toString.call(value).slice('[object '.length, -1);

/** Whether it is a `Uint8Array`, of this realm or of another one (tests and `vm` have their own). */
export const isOctets = (value: unknown): value is Uint8Array =>
  value instanceof Uint8Array || (ArrayBuffer.isView(value) && kindOf(value) === 'Uint8Array');

/**
 * Checks the arguments of a `write(buf, start, end)`.
 *
 * @throws TypeError when `buf` is no `Uint8Array`; RangeError when `[start, end)` does not lie in it.
 */
export function checkOctets(buf: Uint8Array, start: number, end: number): void {
  if (!isOctets(buf)) {
    const cure =
      typeof buf === 'string'
        ? 'encode text first: new TextEncoder().encode(text)'
        : 'wrap other memory first: new Uint8Array(buffer, byteOffset, byteLength)';
    throw new TypeError(`octets are a Uint8Array, not ${kindOf(buf)}; ${cure}`);
  }
  if (!(start >= 0 && start <= end && end <= buf.length)) {
    throw new RangeError(`${start} to ${end} is no part of ${buf.length} octets`);
  }
}
