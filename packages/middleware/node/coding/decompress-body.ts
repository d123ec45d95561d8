/**
 * Takes content codings off the bodies of requests (RFC 9110, 8.4): whoever reads the body gets what
 * was coded. A few octets may stand for gigabytes: what comes out is bounded in size and, once it is
 * more than a little, in proportion to what came in.
 */

import type { Transform } from 'node:stream';
import { checkOptions, type OptionNames } from '@netlayers/host';
import { errorResponse, HttpError, type Middleware } from '@netlayers/server';
import { type Coding, codingsOf } from './codings.js';
import { room } from './room.js';

/** Settings of {@link decompressBody}. */
export interface DecompressOptions {
  /** What may come out of a coding, in bytes; over it 413. @default 64 MiB */
  readonly maxBytes?: number;
  /** How many times the octets that came may come out, once it is more than 1 MiB; over it 413. @default 200 */
  readonly maxRatio?: number;
}

const OPTIONS: OptionNames<DecompressOptions> = {
  maxBytes: 'optional',
  maxRatio: 'optional',
};

const PROPORTION_COUNTS_FROM = 1024 * 1024;

/** Answers 415 with the codings that are known (RFC 9110, 15.5.16), also where several are chained. */
function unsupported(codings: ReadonlyMap<string, Coding>) {
  const known = [...codings.keys()].join(', ');
  return errorResponse(415, 'no such content coding').header('Accept-Encoding', known);
}

/** Makes the middleware. @throws TypeError for an option that is none. */
export function decompressBody(options: DecompressOptions = {}): Middleware {
  checkOptions('decompressBody', options, OPTIONS);
  const { maxBytes = 64 * 1024 * 1024, maxRatio = 200 } = options;
  const codings = codingsOf();
  return (request, next) => {
    const field = request.headers.get('content-encoding');
    if (field === null || !request.hasBody) return next();
    const name = field.trim().toLowerCase();
    if (name === 'identity' || name === '') return next();
    const coding = codings.get(name === 'x-gzip' ? 'gzip' : name);
    if (coding === undefined) return unsupported(codings);
    request.headers.delete('Content-Encoding');
    request.headers.delete('Content-Length');
    request.replaceContent((raw) => decoded(raw, coding, maxBytes, maxRatio));
    return next();
  };
}

async function* decoded(
  raw: AsyncIterable<Uint8Array>,
  coding: Coding,
  maxBytes: number,
  maxRatio: number,
): AsyncGenerator<Uint8Array> {
  const decoder = coding.decoder();
  const fed = { bytes: 0, error: null as unknown };
  const pieces = raw[Symbol.asyncIterator]();
  void feed(pieces, decoder, fed);
  let bytes = 0;
  try {
    for await (const piece of decoder as AsyncIterable<Uint8Array>) {
      bytes += piece.length;
      const isBomb = bytes > PROPORTION_COUNTS_FROM && bytes > fed.bytes * maxRatio;
      if (bytes > maxBytes || isBomb) throw new HttpError(413, 'the content is too large');
      yield piece;
    }
  } catch (error) {
    // What the client did or did not send comes first; else the octets are no such coding.
    if (fed.error !== null) throw fed.error;
    throw error instanceof HttpError
      ? error
      : new HttpError(400, `the content is not ${coding.name}`);
  } finally {
    decoder.destroy();
    void pieces.return?.();
  }
}

/** Gives the body to the decoder, as fast as what comes out is taken. */
async function feed(
  pieces: AsyncIterator<Uint8Array>,
  decoder: Transform,
  fed: { bytes: number; error: unknown },
): Promise<void> {
  try {
    for (;;) {
      const { done, value } = await pieces.next();
      if (decoder.destroyed) return;
      if (done === true) break;
      fed.bytes += value.length;
      if (!decoder.write(value)) await room(decoder);
    }
    decoder.end();
  } catch (error) {
    fed.error = error;
    decoder.destroy(error as Error);
  }
}
