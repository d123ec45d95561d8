/**
 * What a program may pass as a body, brought to the forms that a request knows: bytes, text, or a
 * stream of bytes. Types of the web platform are turned into bytes by the platform itself.
 */

import type { Content } from '@netlayers/http';
import { argumentFailure, ClientError } from '../base/errors.js';

/**
 * Content of a request. Anything but a stream (an `AsyncIterable`) can be sent again, which
 * redirects and retries may need.
 */
export type RequestBody =
  | Content
  | ArrayBuffer
  | ArrayBufferView
  | URLSearchParams
  | FormData
  | Blob;

/** A body with what must be said of it. */
export interface PreparedBody {
  readonly content: Content;
  /** The type to declare where the program declares none. */
  readonly contentType: string | null;
  /** Whether sending it once does not use it up. */
  readonly repeatable: boolean;
}

/** What the platform serialises, by the name that it gives its types; other realms have the same. */
const PLATFORM_TYPES = new Set(['ArrayBuffer', 'Blob', 'File', 'FormData', 'URLSearchParams']);

/**
 * Brings a body to one of the three forms.
 *
 * @throws ClientError `invalid-body` for what is none.
 */
export async function prepareBody(body: RequestBody): Promise<PreparedBody> {
  if (body === null) return { content: null, contentType: null, repeatable: true };
  if (typeof body === 'string') {
    return { content: body, contentType: 'text/plain; charset=utf-8', repeatable: true };
  }
  if (body instanceof Uint8Array) return { content: body, contentType: null, repeatable: true };
  const type = Object.prototype.toString.call(body).slice(8, -1);
  if (!PLATFORM_TYPES.has(type) && !ArrayBuffer.isView(body)) {
    if (typeof body === 'object' && Symbol.asyncIterator in body) return streamed(body);
    const text = `a body is a string, bytes, a form, a Blob or a stream of bytes, not ${type}: for JSON there is the option json`;
    throw new ClientError('invalid-body', text);
  }
  // The platform serialises its own types, boundary and type of a form included.
  try {
    const encoded = new Response(body as BodyInit);
    const content = new Uint8Array(await encoded.arrayBuffer());
    return { content, contentType: encoded.headers.get('content-type'), repeatable: true };
  } catch (error) {
    throw argumentFailure(error, 'invalid-body');
  }
}

const streamed = (content: AsyncIterable<Uint8Array>): PreparedBody => ({
  content,
  contentType: null,
  repeatable: false,
});

/**
 * A value as JSON.
 *
 * @throws ClientError `invalid-body` for what JSON cannot say.
 */
export function jsonBody(value: unknown): PreparedBody {
  let content: string | undefined;
  try {
    content = JSON.stringify(value);
  } catch (error) {
    throw argumentFailure(error, 'invalid-body');
  }
  if (content === undefined) {
    throw new ClientError('invalid-body', `JSON has no way to say a ${typeof value}`);
  }
  return { content, contentType: 'application/json', repeatable: true };
}

/** Memory beyond this is sent in pieces, so that the server's pace is seen. */
export const LARGE_BODY = 0x4_0000;

const PIECE = 0x1_0000;

/** Bytes as a stream of pieces, none of them copied. */
export async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}
