/**
 * Content that stands in the place of a request's body, collected as a whole. What can arrive of it
 * is bounded here and not by the length that was announced: a coding may hide any amount of octets.
 */

import { OctetQueue } from '@netlayers/bytes';
import { HttpError } from '../base/http-error.js';

/** Reads all pieces, at most `limit` bytes. Rejects with HttpError 413 over it. */
export async function collected(
  pieces: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<Uint8Array> {
  const queue = new OctetQueue();
  for await (const piece of pieces) {
    queue.append(piece, 0, piece.length);
    if (queue.length > limit) throw new HttpError(413, 'the content is too large');
  }
  return queue.takeAll();
}
