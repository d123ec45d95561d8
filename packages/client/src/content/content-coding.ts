/**
 * Content codings (RFC 9110, 8.4) as streams: how a body that was compressed is read. gzip and
 * deflate come with the web platform; a program adds others, as Node's brotli.
 */

import { OctetQueue } from '@netlayers/bytes';
import { type Headers, listMembers } from '@netlayers/http';
import { ClientError } from '../base/errors.js';

/** Turns coded content into what it stands for. */
export type ContentDecoder = (body: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** Decoders by the name of their coding, in lower case. */
export type ContentDecoders = Readonly<Record<string, ContentDecoder>>;

/** A decoder and the coding that it is for. */
export interface NamedDecoder {
  readonly name: string;
  readonly decode: ContentDecoder;
}

/** More codings on one message than this are an attack, not a choice. */
const MAX_CODINGS = 4;

/** Codings that some hosts know, by the name of their format there. */
const NEWER_FORMATS = { zstd: 'zstd', br: 'brotli' };

/** What the host itself can decode. */
export function hostDecoders(): ContentDecoders {
  if (typeof DecompressionStream === 'undefined') return {};
  const newer = Object.entries(NEWER_FORMATS)
    .map(([name, format]) => [name, format as CompressionFormat] as const)
    .filter(([, format]) => isKnown(format))
    .map(([name, format]): [string, ContentDecoder] => [
      name,
      (body) => decompress(body, () => format),
    ]);
  return {
    gzip: (body) => decompress(body, () => 'gzip'),
    'x-gzip': (body) => decompress(body, () => 'gzip'),
    deflate: (body) => decompress(body, kindOfDeflate),
    'x-deflate': (body) => decompress(body, kindOfDeflate),
    ...Object.fromEntries(newer),
  };
}

function isKnown(format: CompressionFormat): boolean {
  try {
    return new DecompressionStream(format) !== null;
  } catch {
    return false;
  }
}

/** What `Accept-Encoding` says of some decoders. */
export const acceptedCodings = (decoders: ContentDecoders): string =>
  Object.keys(decoders)
    .filter((name) => !name.startsWith('x-'))
    .join(', ');

/**
 * The decoders to apply in turn to a message with these fields; empty where there is nothing to do,
 * also for a coding that is not known, whose content is passed on as it is.
 */
export function decodersFor(headers: Headers, decoders: ContentDecoders): NamedDecoder[] {
  const field = headers.get('content-encoding');
  if (field === null) return [];
  const names = listMembers(field.toLowerCase()).filter((name) => name !== 'identity');
  if (names.length > MAX_CODINGS) {
    const text = `content in ${names.length} codings at once is refused`;
    throw new ClientError('bad-content-encoding', text);
  }
  const found: NamedDecoder[] = [];
  for (const name of names.reverse()) {
    const decoder = Object.hasOwn(decoders, name) ? decoders[name] : undefined;
    if (decoder === undefined) return [];
    found.push({ name, decode: decoder });
  }
  return found;
}

/**
 * A body through a decoder. Whatever the decoder throws is a `bad-content-encoding`; what the body
 * itself fails with, the reason of an abort for one, comes out as it is.
 */
export async function* decoded(
  body: AsyncIterable<Uint8Array>,
  { name, decode }: NamedDecoder,
  place: string,
): AsyncGenerator<Uint8Array, void> {
  let failure: { readonly error: unknown } | null = null;
  const watched = {
    [Symbol.asyncIterator]: (): AsyncIterator<Uint8Array> => {
      const source = body[Symbol.asyncIterator]();
      return {
        next: () =>
          source.next().catch((error: unknown) => {
            failure = { error };
            throw error;
          }),
        return: async (value) => (await source.return?.(value)) ?? { done: true, value },
      };
    },
  };
  try {
    yield* decode(watched);
  } catch (error) {
    if (failure !== null) throw (failure as { readonly error: unknown }).error;
    if (error instanceof ClientError) throw error;
    const text = `${place}: the content is not valid ${name}: ask for it without compression`;
    throw new ClientError('bad-content-encoding', text, error);
  }
}

/** What goes by the name of deflate: with a header (RFC 1950), or, of some servers, without one. */
function kindOfDeflate(start: Uint8Array): 'deflate' | 'deflate-raw' {
  const [first = 0, second = 0] = start;
  const hasHeader = (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
  return hasHeader ? 'deflate' : 'deflate-raw';
}

/**
 * Reads a body through a decompressor of the platform, which holds back whoever is faster. No content
 * at all stands for no content, though no coding writes that.
 */
async function* decompress(
  body: AsyncIterable<Uint8Array>,
  formatOf: (start: Uint8Array) => CompressionFormat,
): AsyncGenerator<Uint8Array, void> {
  const source = body[Symbol.asyncIterator]();
  const start = await firstBytes(source, 2);
  if (start.length === 0) return;
  const { readable, writable } = new DecompressionStream(formatOf(start));
  const writer = writable.getWriter();
  const feed = async (): Promise<void> => {
    for (let chunk = start; ; ) {
      await writer.write(chunk as Uint8Array<ArrayBuffer>);
      const { done, value } = await source.next();
      if (done) break;
      chunk = value;
    }
    await writer.close();
  };
  feed()
    .catch((error: unknown) => writer.abort(error))
    .catch(() => {});
  const reader = readable.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
  } finally {
    // Both: the one may be stuck in waiting for the other's peer.
    source.return?.().catch(() => {});
    await reader.cancel().catch(() => {});
  }
}

/** The first pieces, joined, until they are so many bytes; less where there are not. */
async function firstBytes(source: AsyncIterator<Uint8Array>, count: number): Promise<Uint8Array> {
  const gathered = new OctetQueue();
  while (gathered.length < count) {
    const { done, value } = await source.next();
    if (done) break;
    gathered.append(value, 0, value.length);
  }
  return gathered.takeAll();
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
