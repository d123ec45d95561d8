/**
 * The port to whoever compresses: DEFLATE (RFC 1951) without a header, as two functions. They keep
 * nothing between calls: what a stream has to remember, its window, is passed in.
 */

/** What a message compresses to nothing but trouble as. */
export type DeflateFault = 'invalid-deflate' | 'message-too-large';

/** Compresses and decompresses blocks of DEFLATE. */
export interface RawDeflate {
  /**
   * Compresses octets behind those of `dictionary`, into blocks of which none is the last, flushed to
   * a whole octet by an empty one: the result ends with 00 00 ff ff (zlib's `Z_SYNC_FLUSH`).
   *
   * @param windowBits base-two logarithm of how far back it may refer, 8 to 15.
   */
  compress(data: Uint8Array, dictionary: Uint8Array | null, windowBits: number): Uint8Array;
  /**
   * Decompresses what `compress` makes, without the 00 00 ff ff at its end, behind the octets of
   * `dictionary`: whole blocks, also of several streams one behind the other. It makes no more than
   * `limit` octets on the way.
   */
  decompress(
    data: Uint8Array,
    dictionary: Uint8Array | null,
    windowBits: number,
    limit: number,
  ): Uint8Array | DeflateFault;
}
