/**
 * Masking (RFC 6455, 5.3): octet i of a payload is XORed with octet i modulo 4 of the key. Masking
 * and unmasking are the same.
 *
 * It works on memory that begins at a word, four octets at a time, and only on our own copies: the
 * bytes of a stream are lent, and others may look at them.
 */

/** Memory that can be seen as octets and as words. */
export interface WordBuffer {
  readonly octets: Uint8Array;
  readonly words: Uint32Array;
}

/** Makes memory of that many octets, a multiple of four. */
export function wordBuffer(length: number): WordBuffer {
  const memory = new ArrayBuffer(length);
  return { octets: new Uint8Array(memory), words: new Uint32Array(memory) };
}

const rotated = wordBuffer(4);

/**
 * Applies the key to `buffer[start..end)`, whose first octet is octet `offset` of the payload.
 *
 * @param key four octets.
 */
export function applyMask(
  buffer: WordBuffer,
  start: number,
  end: number,
  key: Uint8Array,
  offset: number,
): void {
  const { octets, words } = buffer;
  let at = start;
  let phase = offset;
  for (; at < end && (at & 3) !== 0; at++) octets[at]! ^= key[phase++ & 3]!;
  // The key as it lies over words: in the host's own byte order, whichever that is.
  for (let i = 0; i < 4; i++) rotated.octets[i] = key[(phase + i) & 3]!;
  const word = rotated.words[0]!;
  const lastWord = end >>> 2;
  if (at < end) {
    for (let index = at >>> 2; index < lastWord; index++) words[index]! ^= word;
    at = Math.max(at, lastWord << 2);
  }
  for (; at < end; at++) octets[at]! ^= rotated.octets[at & 3]!;
}
