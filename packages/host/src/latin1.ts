/**
 * Text of bytes, one character a byte (ISO 8859-1), by the host's own code: several times as fast as
 * TypeScript's for the length of a head.
 */

type Latin1 = (buf: Uint8Array, start: number, end: number) => string;

/** Node, and what imitates it; the web has none (its decoder of that name is for windows-1252). */
interface Host {
  Buffer?: {
    prototype?: { latin1Slice?: (this: Uint8Array, start: number, end: number) => string };
  };
}

/** The host's own way to decode `buf[start..end)`; `null` where it has none. */
export function hostLatin1(): Latin1 | null {
  const slice = (globalThis as Host).Buffer?.prototype?.latin1Slice;
  return slice === undefined ? null : (buf, start, end) => slice.call(buf, start, end);
}
