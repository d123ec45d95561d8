/**
 * The client's half of the opening handshake (RFC 6455, 4.1): a request out, and what the server has
 * answered, looked at as strictly as that section asks.
 */

import { isToken, listHas, listMembers, Request, type ResponseHead } from '@netlayers/http';
import { CloseCode } from '../base/close-codes.js';
import { WebSocketError } from '../base/errors.js';
import type { DeflateOptions } from '../deflate/parameters.js';
import { type Agreement, VERSION } from './accept.js';
import { acceptOf, makeKey } from './accept-key.js';
import { formatExtension, parseExtensions } from './extension-list.js';
import { checkAnswer, offerOf, PERMESSAGE_DEFLATE } from './permessage-deflate.js';

/** What a client asks for. */
export interface OfferOptions {
  /** Subprotocols that are spoken here, the dearest first. */
  readonly protocols?: readonly string[];
  /** Compression. @default none */
  readonly deflate?: DeflateOptions | null;
  /** Further fields of the request: `Origin`, `Authorization`, `Cookie`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where a `ws:` or `wss:` URL leads (3). */
export interface WebSocketTarget {
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  /** What goes into the Host field: without the scheme's own port. */
  readonly authority: string;
  /** Path and query. */
  readonly resource: string;
}

/**
 * Takes a URL apart; `http:` and `https:` are taken for `ws:` and `wss:`.
 *
 * @throws WebSocketError `invalid-argument` for a URL that is none, has another scheme or a fragment.
 */
export function targetOf(url: string | URL): WebSocketTarget {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new WebSocketError('invalid-argument', `not a URL: ${JSON.stringify(url)}`);
  }
  const isSecure = parsed.protocol === 'wss:' || parsed.protocol === 'https:';
  if (!isSecure && parsed.protocol !== 'ws:' && parsed.protocol !== 'http:') {
    throw new WebSocketError('invalid-argument', `not the URL of a WebSocket: ${parsed.href}`);
  }
  if (parsed.hash !== '') {
    throw new WebSocketError('invalid-argument', 'the URL of a WebSocket has no fragment');
  }
  const port = parsed.port === '' ? (isSecure ? 443 : 80) : Number(parsed.port);
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  const resource = `${parsed.pathname}${parsed.search}`;
  return { isSecure, host, port, authority: parsed.host, resource };
}

/** One handshake, from its request to what was agreed on. */
export class HandshakeOffer {
  readonly request: Request;
  readonly #options: OfferOptions;
  readonly #accept: string;

  /**
   * @param random uint32s that nobody can guess.
   * @throws WebSocketError `invalid-argument` for subprotocols that are no tokens or come twice.
   */
  constructor(target: WebSocketTarget, options: OfferOptions, random: () => number) {
    const { protocols = [], deflate, headers } = options;
    if (!protocols.every(isToken) || new Set(protocols).size < protocols.length) {
      throw new WebSocketError('invalid-argument', 'subprotocols are tokens, and each comes once');
    }
    const key = makeKey(random);
    this.#options = options;
    this.#accept = acceptOf(key);
    this.request = new Request('GET', target.resource, { Host: target.authority, ...headers })
      .header('Upgrade', 'websocket')
      .header('Connection', 'Upgrade')
      .header('Sec-WebSocket-Key', key)
      .header('Sec-WebSocket-Version', VERSION);
    if (protocols.length > 0) {
      this.request.header('Sec-WebSocket-Protocol', protocols.join(', '));
    }
    if (deflate) {
      this.request.header('Sec-WebSocket-Extensions', formatExtension(offerOf(deflate)));
    }
  }

  /**
   * Reads what the server has answered.
   *
   * @throws WebSocketError `handshake-refused` for another status than 101, `invalid-handshake` for a
   *   101 that agrees to what was not offered, or does not prove that it read the request.
   */
  check({ status, headers }: Pick<ResponseHead, 'status' | 'headers'>): Agreement {
    if (status !== 101) {
      const message = `the server has answered ${status} instead of changing to WebSocket`;
      throw new WebSocketError('handshake-refused', message, CloseCode.Abnormal, status);
    }
    if (headers.get('upgrade')?.toLowerCase() !== 'websocket') throw broken('Upgrade');
    if (!listHas(headers.get('connection') ?? '', 'upgrade')) throw broken('Connection');
    if (headers.get('sec-websocket-accept') !== this.#accept) throw broken('Sec-WebSocket-Accept');
    return {
      protocol: this.#protocol(headers.get('sec-websocket-protocol')),
      deflate: this.#deflate(headers.get('sec-websocket-extensions')),
    };
  }

  #protocol(value: string | null): string {
    if (value === null) return '';
    const [chosen = '', ...others] = listMembers(value);
    if (others.length > 0 || !this.#options.protocols?.includes(chosen)) {
      throw broken('Sec-WebSocket-Protocol');
    }
    return chosen;
  }

  #deflate(value: string | null): Agreement['deflate'] {
    if (value === null) return null;
    const { deflate } = this.#options;
    const extensions = parseExtensions(value);
    if (extensions?.length === 0) return null;
    const [first, ...others] = extensions ?? [];
    const isOffered = first?.name === PERMESSAGE_DEFLATE && others.length === 0;
    const parameters = deflate && first && isOffered ? checkAnswer(first, deflate) : null;
    if (parameters === null) throw broken('Sec-WebSocket-Extensions');
    return parameters;
  }
}

const broken = (field: string): WebSocketError =>
  new WebSocketError('invalid-handshake', `the server's ${field} does not answer what was asked`);
