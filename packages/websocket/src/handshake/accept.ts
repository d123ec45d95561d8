/**
 * The server's half of the opening handshake (RFC 6455, 4.2): the head of a request in, a response
 * out, which is a 101 or says what is wrong.
 */

import { type Headers, isToken, listHas, listMembers, Response } from '@netlayers/http';
import type { DeflateOptions, DeflateParameters } from '../deflate/parameters.js';
import { acceptOf, isKey } from './accept-key.js';
import { formatExtension, parseExtensions } from './extension-list.js';
import { answerOffers } from './permessage-deflate.js';

/** What is looked at of a request: a `RequestHead` has it, and a `ServerRequest`. */
export interface HandshakeRequest {
  readonly method: string;
  readonly version: string;
  readonly headers: Headers;
}

/** What a server agrees to. */
export interface AcceptHandshakeOptions {
  /** Subprotocols that are spoken here; of those the client names, its first is chosen (4.2.2). */
  readonly protocols?: readonly string[];
  /** Compression. @default none */
  readonly deflate?: DeflateOptions | null;
  /**
   * Whether a page of this origin may connect (10.2); `null` where there is none, as with programs.
   * Others are answered 403. @default every one
   */
  readonly allowsOrigin?: (origin: string | null) => boolean;
  /** Further fields of the 101. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What two ends have agreed on. */
export interface Agreement {
  /** The subprotocol; empty for none. */
  readonly protocol: string;
  /** Compression; `null` for none. */
  readonly deflate: DeflateParameters | null;
}

/** What comes of a request; without an agreement the response refuses it. */
export interface HandshakeAnswer {
  readonly response: Response;
  readonly agreement: Agreement | null;
}

/** The only version there is (4.1, 9). */
export const VERSION = '13';

/** Answers the request for a WebSocket. */
export function answerHandshake(
  request: HandshakeRequest,
  options: AcceptHandshakeOptions = {},
): HandshakeAnswer {
  const refusal = refusalOf(request, options);
  if (refusal !== null) return { response: refusal, agreement: null };
  const { headers } = request;
  const offers = parseExtensions(headers.get('sec-websocket-extensions') ?? '');
  if (offers === null) return refuse('Sec-WebSocket-Extensions is malformed');
  const offered = listMembers(headers.get('sec-websocket-protocol') ?? '');
  if (!offered.every(isToken) || new Set(offered).size < offered.length) {
    return refuse('Sec-WebSocket-Protocol is malformed');
  }
  const protocol = offered.find((name) => options.protocols?.includes(name)) ?? '';
  const deflate = options.deflate ? answerOffers(offers, options.deflate) : null;
  const response = new Response(101, { ...options.headers })
    .header('Upgrade', 'websocket')
    .header('Connection', 'Upgrade')
    .header('Sec-WebSocket-Accept', acceptOf(headers.get('sec-websocket-key') ?? ''));
  if (protocol !== '') response.header('Sec-WebSocket-Protocol', protocol);
  if (deflate !== null) {
    response.header('Sec-WebSocket-Extensions', formatExtension(deflate.extension));
  }
  return { response, agreement: { protocol, deflate: deflate?.parameters ?? null } };
}

/** Looks at what 4.2.1 demands, in its order. */
function refusalOf(request: HandshakeRequest, options: AcceptHandshakeOptions): Response | null {
  const { method, version, headers } = request;
  if (method !== 'GET')
    return answer(405, 'a WebSocket is asked for with GET').header('Allow', 'GET');
  // RFC 8441: what carries HTTP/2 hands an extended CONNECT on as the upgrade that is meant.
  if (version === '1.0') return answer(400, 'a WebSocket needs HTTP/1.1');
  if (!listHas(headers.get('upgrade') ?? '', 'websocket')) {
    // RFC 9110, 15.5.22: 426 says what to change to.
    return answer(426, 'this is a WebSocket')
      .header('Upgrade', 'websocket')
      .header('Connection', 'Upgrade')
      .header('Sec-WebSocket-Version', VERSION);
  }
  if (!listHas(headers.get('connection') ?? '', 'upgrade')) {
    return answer(400, 'Connection does not name Upgrade');
  }
  // 4.4: whoever speaks another version is told which ones there are.
  if (headers.get('sec-websocket-version') !== VERSION) {
    return answer(426, `the WebSocket version is ${VERSION}`)
      .header('Upgrade', 'websocket')
      .header('Connection', 'Upgrade')
      .header('Sec-WebSocket-Version', VERSION);
  }
  const keys = headers.getAll('sec-websocket-key');
  if (keys.length !== 1 || !isKey(keys[0]!)) {
    return answer(400, 'Sec-WebSocket-Key is not sixteen octets in base64');
  }
  if (options.allowsOrigin?.(headers.get('origin')) === false) {
    return answer(403, 'this origin may not connect');
  }
  return null;
}

const answer = (status: number, text: string): Response =>
  new Response(status, { 'Content-Type': 'text/plain; charset=utf-8' }).body(`${text}\n`);

/** Every 400 says the version too: whoever got this far may have got it from a table of versions. */
const refuse = (text: string): HandshakeAnswer => ({
  response: answer(400, text).header('Sec-WebSocket-Version', VERSION),
  agreement: null,
});
