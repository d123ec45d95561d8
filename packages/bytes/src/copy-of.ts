/**
 * Copies to keep of bytes that are only lent.
 */

/**
 * A copy of `buf[start..end)` in a memory of its own, never a Buffer (of that, `slice` would be a view).
 *
 * An array that is made from another one is not filled with zeros first; one that is made by its length is,
 * and for a large one that costs more than the copy.
 */
export const copyOf = (buf: Uint8Array, start: number, end: number): Uint8Array =>
  new Uint8Array(buf.subarray(start, end));
