/**
 * Brotli (RFC 7932), which Node can decode and the web platform cannot.
 */

import { Readable } from 'node:stream';
import { createBrotliDecompress } from 'node:zlib';
import { ClientError, type ContentDecoders } from '@netlayers/client';

async function* brotli(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const source = Readable.from(body, { objectMode: false });
  const decoder = createBrotliDecompress();
  source.on('error', (error) => decoder.destroy(error));
  try {
    for await (const chunk of source.pipe(decoder)) yield chunk as Uint8Array;
  } catch (error) {
    if (error instanceof ClientError) throw error;
    const text = 'the content is not valid brotli: ask for it without --compressed';
    throw new ClientError('bad-content-encoding', text, error);
  } finally {
    source.destroy();
    decoder.destroy();
  }
}

/** Decoders beyond those of the platform. */
export const decoders: ContentDecoders = { br: brotli };
