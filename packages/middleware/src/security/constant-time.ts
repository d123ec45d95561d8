/**
 * Comparison of secrets: it takes as long for a guess that is nearly right as for any other of its
 * length, as far as a language with a compiler at run time can promise.
 */

import { encodeUtf8 } from '@netlayers/bytes';

/** Whether two texts are the same; how long it takes depends on the length of `given` alone. */
export function isSameSecret(given: string, secret: string): boolean {
  const [left, right] = [encodeUtf8(given), encodeUtf8(secret)];
  let difference = left.length ^ right.length;
  for (let at = 0; at < left.length; at++) {
    // Of an empty secret nothing is the same but nothing, by its length.
    difference |= left[at]! ^ (right[at % right.length] ?? 0);
  }
  return difference === 0;
}
