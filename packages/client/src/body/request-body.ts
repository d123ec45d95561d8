/**
 * What a program may pass as a body, brought to the forms that a request knows: bytes, text, or a
 * stream of bytes. Types of the web platform are turned into bytes by the platform itself.
 */

import type { Content } from '@netlayers/http';

/**
 * Content of a request. Anything but a stream (an `AsyncIterable`) can be sent again, which
 * redirects and retries may need.
 */
export type RequestBody = Content | ArrayBuffer | URLSearchParams | FormData | Blob;

/** A body with what must be said of it. */
export interface PreparedBody {
  readonly content: Content;
  /** The type to declare where the program declares none. */
  readonly contentType: string | null;
  /** Whether sending it once does not use it up. */
  readonly repeatable: boolean;
}

/** Brings a body to one of the three forms. */
export async function prepareBody(body: RequestBody): Promise<PreparedBody> {
  if (body === null) return { content: null, contentType: null, repeatable: true };
  if (typeof body === 'string') {
    return { content: body, contentType: 'text/plain; charset=utf-8', repeatable: true };
  }
  if (body instanceof Uint8Array) return { content: body, contentType: null, repeatable: true };
  if (Symbol.asyncIterator in body) return { content: body, contentType: null, repeatable: false };
  // The platform serialises its own types, boundary and type of a form included.
  const encoded = new Response(body);
  const content = new Uint8Array(await encoded.arrayBuffer());
  return { content, contentType: encoded.headers.get('content-type'), repeatable: true };
}

/** Memory beyond this is sent in pieces, so that the server's pace is seen. */
export const LARGE_BODY = 0x4_0000;

const PIECE = 0x1_0000;

/** Bytes as a stream of pieces, none of them copied. */
export async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}
