/**
 * Content codings (RFC 9110, 8.4) as streams: how a body that was compressed is read. gzip and
 * deflate come with the web platform; a program adds others, as Node's brotli.
 */

import { type Headers, listMembers } from '@netlayers/http';
import { ClientError } from '../base/errors.js';

/** Turns coded content into what it stands for. */
export type ContentDecoder = (body: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** Decoders by the name of their coding, in lower case. */
export type ContentDecoders = Readonly<Record<string, ContentDecoder>>;

/** More codings on one message than this are an attack, not a choice. */
const MAX_CODINGS = 4;

/** What the host itself can decode. */
export const hostDecoders: ContentDecoders =
  typeof DecompressionStream === 'undefined'
    ? {}
    : {
        gzip: (body) => decompress(body, 'gzip'),
        'x-gzip': (body) => decompress(body, 'gzip'),
        deflate: (body) => decompress(body, 'deflate'),
      };

/** What `Accept-Encoding` says of some decoders. */
export const acceptedCodings = (decoders: ContentDecoders): string =>
  Object.keys(decoders)
    .filter((name) => !name.startsWith('x-'))
    .join(', ');

/**
 * The decoders to apply in turn to a message with these fields; empty where there is nothing to do,
 * also for a coding that is not known, whose content is passed on as it is.
 */
export function decodersFor(headers: Headers, decoders: ContentDecoders): ContentDecoder[] {
  const field = headers.get('content-encoding');
  if (field === null) return [];
  const names = listMembers(field.toLowerCase()).filter((name) => name !== 'identity');
  if (names.length > MAX_CODINGS) {
    const text = `content in ${names.length} codings at once is refused`;
    throw new ClientError('bad-content-encoding', text);
  }
  const found: ContentDecoder[] = [];
  for (const name of names.reverse()) {
    const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
    if (decoder === undefined) return [];
    found.push(decoder);
  }
  return found;
}

/** Reads a body through a decompressor of the platform, which holds back whoever is faster. */
async function* decompress(
  body: AsyncIterable<Uint8Array>,
  format: 'gzip' | 'deflate',
): AsyncGenerator<Uint8Array, void> {
  const { readable, writable } = new DecompressionStream(format);
  const writer = writable.getWriter();
  let sourceError: unknown = null;
  const feed = async (): Promise<void> => {
    try {
      for await (const chunk of body) await writer.write(chunk as Uint8Array<ArrayBuffer>);
      await writer.close();
    } catch (error) {
      sourceError = error;
      await writer.abort(error);
    }
  };
  const feeding = feed().catch(() => {});
  const reader = readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    await feeding;
  } catch (error) {
    if (sourceError instanceof ClientError) throw sourceError;
    const text = `the content is not valid ${format}: ask for it without compression`;
    throw new ClientError('bad-content-encoding', text, error);
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Passes on at most `limit` bytes. */
export async function* limited(
  body: AsyncIterable<Uint8Array>,
  limit: number,
  place: string,
): AsyncGenerator<Uint8Array, void> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) {
      const text = `${place}: the response is larger than the ${limit} bytes allowed`;
      throw new ClientError('response-too-large', text);
    }
    yield chunk;
  }
}
