/**
 * What a program's body comes to, whatever it was.
 */

import { bytesOf, type Content, isStream } from '@netlayers/http';

/**
 * Makes the content of a request, anew each time that it is sent: opens a file, for one. What it
 * gives goes out in chunks unless the request has a `Content-Length`.
 */
export type MakeBody = () => Content | PromiseLike<Content>;

/** A body with what must be said of it. */
export interface PreparedBody {
  readonly content: Content;
  /** The type to declare where the program declares none. */
  readonly contentType: string | null;
  /** Whether sending it once does not use it up. */
  readonly repeatable: boolean;
  /** Bytes of content that is a stream; `null` where only its end will tell. */
  readonly length: number | null;
}

/** Streams of ours, that begin anew each time that they are asked. */
const REPEATABLE = new WeakSet<object>();

/** Whether content that is a stream was made here so that it can be sent again. */
export const isRepeatableStream = (content: object): boolean => REPEATABLE.has(content);

/** A stream that begins anew each time that it is asked. */
export function repeatableStream(
  make: () => AsyncGenerator<Uint8Array, void>,
): AsyncIterable<Uint8Array> {
  const content = { [Symbol.asyncIterator]: make };
  REPEATABLE.add(content);
  return content;
}

/** The content that a program's function makes, when it is asked for. */
export async function* made(make: MakeBody): AsyncGenerator<Uint8Array, void> {
  const content = await make();
  if (isStream(content)) yield* content;
  else if (content !== null) yield bytesOf(content);
}
