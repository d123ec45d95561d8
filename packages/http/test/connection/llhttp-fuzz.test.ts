/**
 * Requests that are nearly right, through our parser and through llhttp, Node's own: what we take, it
 * has to read the same way. It may refuse what we take only for a reason that is listed.
 */

import { fuzzSeed, seededRandom } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { METHODS, type ReadRequest, readWithNode, readWithOurs } from '../support/llhttp.js';
import { mutate } from '../support/mutate.js';
import { bytes } from '../support/pair.js';
import { SMUGGLING_CORPUS } from '../support/smuggling-corpus.js';

const SEED = fuzzSeed(9113);
const GOOD = SMUGGLING_CORPUS.filter(([, text]) => text.length < 400).map(([, text]) =>
  bytes(text),
);
const ROUNDS = 60_000;
const NEXT = bytes('GET /next HTTP/1.1\r\nHost: a\r\n\r\n');

/** What llhttp refuses and we take: its code, when that is meant, and the clause that lets us. */
const REFUSED_THERE: readonly (readonly [
  code: string | null,
  isMeant: (request: ReadRequest, before: ReadRequest | undefined) => boolean,
  because: string,
])[] = [
  [
    'HPE_INVALID_METHOD',
    ({ method }) => !METHODS.includes(method),
    'RFC 9110, 9.1: any token is a method; the server answers 501',
  ],
  [
    'HPE_INVALID_TRANSFER_ENCODING',
    isChunked,
    'RFC 9112, 5.1, and RFC 9110, 5.6.1.2: blanks around a value and empty members say nothing',
  ],
  [
    'HPE_INVALID_CONTENT_LENGTH',
    ({ fields }) => fields.some((text) => /^\d+$/.test(text)),
    'RFC 9112, 5.1: blanks around a value say nothing',
  ],
  [
    'HPE_INVALID_URL',
    ({ target }) => /^[a-z][a-z0-9+.-]*:\/\//i.test(target),
    'RFC 3986, 3.1: a scheme has digits and signs, too',
  ],
  [
    'HPE_CLOSED_CONNECTION',
    (_, before) => before !== undefined && isChunked(before),
    'RFC 9110, 6.5.1: a trailer is no connection option',
  ],
  [
    null,
    (request) => isChunked(request) && request.fields.includes('upgrade'),
    'the length in the trailers again, behind an upgrade: llhttp waits for that many octets',
  ],
  [
    'HPE_INVALID_CONTENT_LENGTH',
    isChunked,
    'RFC 9110, 6.5.1: a trailer that frames is dropped, as trailers are never merged into the head',
  ],
  [
    'HPE_UNEXPECTED_CONTENT_LENGTH',
    isChunked,
    'the same, where llhttp finds a length beside chunks in the trailers',
  ],
  ['HPE_INVALID_CHUNK_SIZE', isChunked, 'RFC 9112, 7.1.1: blanks in front of ";" are allowed'],
  ['HPE_STRICT', isChunked, 'RFC 9112, 7.1.1: blanks around "=" and ";" are allowed'],
  [
    'HPE_INVALID_VERSION',
    ({ version }) => version === '1.1',
    'RFC 9110, 6.2: a higher minor version is read as the highest one known',
  ],
];

/** Whether the framing of a request is chunks and nothing else, whatever stands in front of them. */
function isChunked({ fields }: ReadRequest): boolean {
  const names = fields.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
  return names.includes('transfer-encoding') && !names.includes('content-length');
}

/** How two readings of one request differ; `null` where they do not. */
function difference(ours: ReadRequest, theirs: ReadRequest): string | null {
  for (const part of ['method', 'target', 'version', 'body'] as const) {
    if (ours[part] !== theirs[part]) return `${part}: ${ours[part]} and ${theirs[part]}`;
  }
  if (ours.fields.join('\n') !== theirs.fields.join('\n')) return 'the fields';
  // We drop trailers that must not be any; what is left is theirs.
  const isOfTheirs = ours.trailers.every((text) => theirs.trailers.includes(text));
  return isOfTheirs ? null : 'the trailers';
}

/** Reads one input twice; what is wrong about it, or `null`. */
function judge(data: Uint8Array): string | null {
  const ours = readWithOurs(data);
  const theirs = readWithNode(data);
  for (const [at, request] of ours.requests.entries()) {
    const there = theirs.requests[at];
    if (there === undefined) {
      const isListed = REFUSED_THERE.some(
        ([code, isMeant]) => code === theirs.error && isMeant(request, ours.requests[at - 1]),
      );
      return isListed ? null : `llhttp: ${theirs.error ?? 'wants more'}, behind ${at} requests`;
    }
    const found = difference(request, there);
    if (found !== null) return found;
  }
  return null;
}

describe(`requests from seed ${SEED}`, () => {
  it('that are taken are read as llhttp reads them, or refused there for a listed reason [RFC 9112 11.2]', () => {
    for (let n = 0; n < ROUNDS; n++) {
      const random = seededRandom(SEED + n);
      const mutated = mutate(random, GOOD[random.below(GOOD.length)]!);
      const data = new Uint8Array([...mutated, ...NEXT]);
      const fault = judge(data);
      if (fault === null) continue;
      const text = JSON.stringify(Buffer.from(data).toString('latin1'));
      throw new Error(`seed ${SEED + n}: ${fault}: ${text}`);
    }
  });

  it('would be told apart if they were not [RFC 9112 11.2]', () => {
    expect(judge(bytes('GET / HTTP/1.1\r\nHost: a\r\n\r\n'))).toBeNull();
    const [request] = readWithOurs(NEXT).requests;
    expect(difference(request!, { ...request!, body: 'x' })).toBe('body:  and x');
    expect(difference(request!, { ...request!, fields: ['Host', 'b'] })).toBe('the fields');
    expect(difference({ ...request!, trailers: ['x', 'y'] }, request!)).toBe('the trailers');
  });
});
