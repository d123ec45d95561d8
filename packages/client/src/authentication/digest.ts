/**
 * Digest authentication (RFC 7616) as an interceptor: a server's nonce is answered with a hash over it
 * and a password that is never sent, and counted as long as the server takes it.
 *
 * SHA-256 by the host's WebCrypto; MD5, which old servers know alone, only with a function for it.
 * `auth-int`, which hashes contents, is not done.
 */

import { hostRandom } from '@netlayers/host';
import type { ClientRequest, Interceptor } from '../options/interceptor.js';
import { type Challenge, challengesOf } from './challenges.js';
import { type Credentials, originMatcher } from './credentials.js';
import { answerTo, type Session } from './digest-answer.js';
import { isRepeatable } from './repeatable.js';

/** Hashes octets. */
export type HashOctets = (octets: Uint8Array) => Uint8Array | PromiseLike<Uint8Array>;

/** Credentials and what they are hashed with. */
export interface DigestOptions extends Credentials {
  /** MD5, for servers that know nothing else. @default they are not answered */
  readonly md5?: HashOctets;
  /** Uniform uint32s, for the client's nonces. @default the host's */
  readonly random?: () => number;
}

/** How often a request is answered: a second time only a nonce that has become stale. */
const MOST_ANSWERS = 2;

/**
 * An interceptor that answers 401 with a digest.
 *
 * @throws ClientError for an origin that is none.
 */
export function digestAuthentication(options: DigestOptions): Interceptor {
  const isOrigin = originMatcher(options);
  const random = options.random ?? hostRandom();
  let session: Session | null = null;
  const send = async (request: ClientRequest): Promise<ClientRequest> => {
    if (session === null) return request;
    const cnonce = [random(), random()].map((n) => n.toString(16).padStart(8, '0')).join('');
    const value = await answerTo(session, request, options, cnonce);
    return { ...request, headers: request.headers.clone().set('Authorization', value) };
  };
  return async (request, next) => {
    if (!isOrigin(request.url) || request.headers.has('authorization')) return next(request);
    for (let answers = 0; ; answers++) {
      const used: Session | null = session;
      const response = await next(await send(request));
      if (response.status !== 401) return response;
      const found = sessionOf(challengesOf(response.headers), options.md5 ?? null);
      // Another nonce after a refusal means a wrong password, unless the old one is said to be stale.
      const isRefused = used !== null && found?.isStale !== true;
      session = found?.session ?? null;
      if (isRefused && answers > 0) session = null;
      if (found === null || (isRefused && answers > 0) || answers === MOST_ANSWERS) return response;
      if (!isRepeatable(request.body)) return response;
      await response.discard();
    }
  };
}

/** The best of the challenges that can be answered: servers name them in the order of their liking. */
function sessionOf(
  challenges: readonly Challenge[],
  md5: HashOctets | null,
): { readonly session: Session; readonly isStale: boolean } | null {
  for (const { scheme, parameters } of challenges) {
    const algorithm = parameters.get('algorithm') ?? 'MD5';
    const octetsHash = hashOf(algorithm.toUpperCase(), md5);
    const realm = parameters.get('realm');
    const nonce = parameters.get('nonce');
    if (scheme !== 'digest' || octetsHash === null || realm === undefined || nonce === undefined) {
      continue;
    }
    const qop = parameters.get('qop');
    const hasQop = qop !== undefined && /(^|[,\s])auth($|[,\s])/i.test(qop);
    if (qop !== undefined && !hasQop) continue;
    const session: Session = {
      ...{ algorithm, realm, nonce, hasQop, count: 0 },
      hash: async (text) => hex(await octetsHash(octetsOf(text))),
      opaque: parameters.get('opaque') ?? null,
      userhash: parameters.get('userhash')?.toLowerCase() === 'true',
    };
    return { session, isStale: parameters.get('stale')?.toLowerCase() === 'true' };
  }
  return null;
}

function hashOf(algorithm: string, md5: HashOctets | null): HashOctets | null {
  const name = algorithm.replace(/-SESS$/, '');
  if (name === 'MD5') return md5;
  if (name !== 'SHA-256') return null;
  return async (octets) =>
    new Uint8Array(await crypto.subtle.digest('SHA-256', octets as Uint8Array<ArrayBuffer>));
}

const octetsOf = (text: string): Uint8Array =>
  Uint8Array.from(text, (character) => character.charCodeAt(0));

const hex = (octets: Uint8Array): string =>
  Array.from(octets, (octet) => octet.toString(16).padStart(2, '0')).join('');
