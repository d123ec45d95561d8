/**
 * The keys behind initial sequence numbers, timestamps and SYN cookies: drawn, or the same for several
 * layers that stand for one host, one after another or side by side. Then, with clocks that agree, each
 * of them goes on with the numbers of the others (RFC 6528, 3; RFC 7323, 5.4) and knows their cookies.
 */

import { readU32 } from '@netlayers/bytes';

/** Bytes of a shared secret: three keys of SipHash. */
const LENGTH = 48;

/** Where the keys come from. */
export interface KeySource {
  /** The next word of them, uint32. */
  readonly next: () => number;
  /** Whether others have the same. */
  readonly isShared: boolean;
}

/** @throws RangeError for a secret that is not 48 bytes long. */
export function keySource(secret: Uint8Array | undefined, randomU32: () => number): KeySource {
  if (secret === undefined) return { next: randomU32, isShared: false };
  if (secret.length !== LENGTH) {
    throw new RangeError(`sharedSecret is ${LENGTH} random bytes, not ${secret.length}`);
  }
  const words = secret.slice();
  let at = 0;
  const next = (): number => {
    const word = readU32(words, at);
    at += 4;
    return word;
  };
  return { next, isShared: true };
}
