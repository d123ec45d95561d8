/** What servers send, the same in all of them. */

/** The text of the smallest answer. */
export const HELLO = 'x'.repeat(100);

/** What a larger content is cut from; content up to this length is sent in one piece. */
export const WHOLE = Buffer.alloc(32 << 20, 7);

/** A piece of a content that is larger still. */
export const PIECE = Buffer.alloc(64 << 10, 7);

/** Content in pieces. */
export async function* pieces(length: number, piece: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let left = length; left > 0; left -= piece.length) {
    yield left < piece.length ? piece.subarray(0, left) : piece;
  }
}
