/**
 * What a program may pass as a body, brought to the forms that a request knows: bytes, text, or a
 * stream of bytes. Types of the web platform are turned into bytes by the platform itself, but for a
 * Blob that is large: it may stand for a file, and is read as it is sent.
 */

import type { Content } from '@netlayers/http';
import { argumentFailure, ClientError } from '../base/errors.js';
import { Multipart } from './multipart.js';
import { type MakeBody, made, type PreparedBody, repeatableStream } from './prepared-body.js';

/**
 * Content of a request. Anything but a stream (an `AsyncIterable`) can be sent again, which
 * redirections and retries may need; a function makes a stream again.
 */
export type RequestBody =
  | Content
  | MakeBody
  | Multipart
  | ArrayBuffer
  | ArrayBufferView
  | URLSearchParams
  | FormData
  | Blob;

/** No content. */
export const NO_BODY: PreparedBody = memoryBody(null, null);

/** What the platform serialises, by the name that it gives its types; other realms have the same. */
const PLATFORM_TYPES = new Set(['ArrayBuffer', 'Blob', 'File', 'FormData', 'URLSearchParams']);

/**
 * Brings a body to one of the three forms.
 *
 * @throws ClientError `invalid-body` for what is none.
 */
export async function prepareBody(body: RequestBody): Promise<PreparedBody> {
  if (body === null) return NO_BODY;
  if (typeof body === 'string') return memoryBody(body, 'text/plain; charset=utf-8');
  if (body instanceof Uint8Array) return memoryBody(body, null);
  if (typeof body === 'function') return madeBody(body);
  if (body instanceof Multipart) return body.prepare();
  const type = Object.prototype.toString.call(body).slice(8, -1);
  if (!PLATFORM_TYPES.has(type) && !ArrayBuffer.isView(body)) {
    if (typeof body === 'object' && Symbol.asyncIterator in body) return streamed(body);
    const text = `a body is a string, bytes, a form, a Blob or a stream of bytes, not ${type}: for JSON there is the option json`;
    throw new ClientError('invalid-body', text);
  }
  if ((type === 'Blob' || type === 'File') && (body as Blob).size > LARGE_BODY) {
    return blobBody(body as Blob);
  }
  // The platform serialises its own types, boundary and type of a form included.
  try {
    const encoded = new Response(body as BodyInit);
    const content = new Uint8Array(await encoded.arrayBuffer());
    return memoryBody(content, encoded.headers.get('content-type'));
  } catch (error) {
    throw argumentFailure(error, 'invalid-body');
  }
}

const streamed = (content: AsyncIterable<Uint8Array>): PreparedBody => ({
  content,
  contentType: null,
  repeatable: false,
  length: null,
});

function memoryBody(content: Uint8Array | string | null, contentType: string | null): PreparedBody {
  return { content, contentType, repeatable: true, length: null };
}

/** A body that is made when it is sent, and not before. */
function madeBody(make: MakeBody): PreparedBody {
  const content = repeatableStream(() => made(make));
  return { content, contentType: null, repeatable: true, length: null };
}

function blobBody(blob: Blob): PreparedBody {
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    for (let at = 0; at < blob.size; at += LARGE_BODY) {
      yield new Uint8Array(await blob.slice(at, at + LARGE_BODY).arrayBuffer());
    }
  }
  return {
    content: repeatableStream(pieces),
    contentType: blob.type === '' ? null : blob.type,
    repeatable: true,
    length: blob.size,
  };
}

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
  return memoryBody(content, 'application/json');
}

/** Memory beyond this is sent in pieces, so that the server's pace is seen. */
export const LARGE_BODY = 0x4_0000;

const PIECE = 0x1_0000;

/** Bytes as a stream of pieces, none of them copied. */
export async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE);
}
