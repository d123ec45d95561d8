/**
 * A request on its way: what one hop of it sends, made from the program's options first and from
 * each redirection after.
 */

import { bytesOf, Headers, isStream, Request, type ResponseHead } from '@netlayers/http';
import type { Cancellation } from '../base/cancellation.js';
import { ClientError } from '../base/errors.js';
import { basicCredentials, parseUrl, shown, targetOf } from '../base/origin.js';
import type { PreparedBody } from '../body/prepared-body.js';
import { counted, type TellProgress } from '../body/progress.js';
import { jsonBody, LARGE_BODY, NO_BODY, piecesOf, prepareBody } from '../body/request-body.js';
import type { RequestDefaults, RequestOptions } from '../options/client-options.js';
import { withQuery } from '../options/query.js';
import { type GivenHeaders, givenHeaders } from '../options/request-headers.js';
import type { ProxyServer } from '../proxy/proxy-url.js';
import { type RedirectingResponse, redirectionOf, tooManyRedirects } from './redirect.js';

/** How long the content waits for 100 (Continue) before it is sent without. */
const CONTINUE_TIMEOUT_MS = 1000;

/** What the next hop needs to know. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  /** Names, in lower case, of fields that nothing adds unless `headers` has them. */
  readonly omitted: ReadonlySet<string>;
  readonly body: PreparedBody;
  /** The request target in place of the URL's; for the first hop only. */
  readonly target: string | null;
  /** How long the content waits for 100 (Continue); `null` without the expectation. */
  readonly continueTimeoutMs: number | null;
  readonly trailers: (() => Headers) | null;
  /** The URLs that were asked before. */
  readonly redirects: readonly URL[];
  readonly onUploadProgress: TellProgress | null;
  readonly onDownloadProgress: TellProgress | null;
  readonly onInterim: (response: ResponseHead) => void;
  readonly settings: Required<RequestDefaults>;
  readonly cancellation: Cancellation;
}

/** Makes the first hop of a request. */
export async function firstHop(
  url: string | URL,
  options: RequestOptions,
  context: {
    readonly baseUrl: URL | null;
    readonly clientHeaders: GivenHeaders;
    readonly settings: Required<RequestDefaults>;
    readonly cancellation: Cancellation;
  },
): Promise<Hop> {
  const { baseUrl } = context;
  const parsed = withQuery(parseUrl(url, baseUrl ?? undefined), options.query);
  const body =
    options.json === undefined ? await prepareBody(options.body ?? null) : jsonBody(options.json);
  const { headers, omitted } = withClientHeaders(
    givenHeaders(options.headers),
    context.clientHeaders,
  );
  const namesType = headers.has('content-type') || omitted.has('content-type');
  if (body.contentType !== null && !namesType) headers.set('Content-Type', body.contentType);
  const { expectContinue = false } = options;
  const waitMs = expectContinue === true ? CONTINUE_TIMEOUT_MS : expectContinue;
  return {
    url: parsed,
    method: options.method ?? 'GET',
    headers,
    omitted,
    body,
    target: options.target ?? null,
    continueTimeoutMs:
      waitMs === false || body.content === null || omitted.has('expect') ? null : waitMs,
    trailers: options.trailers === undefined ? null : checkedTrailers(options.trailers),
    redirects: [],
    onUploadProgress: options.onUploadProgress ?? null,
    onDownloadProgress: options.onDownloadProgress ?? null,
    onInterim: options.onInterim ?? (() => {}),
    settings: context.settings,
    cancellation: context.cancellation,
  };
}

/** What a request says of its fields, and for what it says nothing of, the client. */
function withClientHeaders(own: GivenHeaders, client: GivenHeaders): GivenHeaders {
  const { headers } = own;
  const isNamed = (name: string): boolean => headers.has(name) || own.omitted.has(name);
  const added = [...client.headers].filter(([name]) => !isNamed(name.toLowerCase()));
  const omitted =
    client.omitted.size === 0
      ? own.omitted
      : new Set([...own.omitted, ...[...client.omitted].filter((name) => !isNamed(name))]);
  for (const [name, value] of added) headers.append(name, value);
  return { headers, omitted };
}

/** Trailers that are made late are looked at when they are made. */
function checkedTrailers(make: () => Headers): () => Headers {
  return () => {
    const trailers = make();
    if (trailers instanceof Headers) return trailers;
    throw new ClientError('invalid-trailer', 'the option trailers of a request makes Headers');
  };
}

/**
 * The hop that a response asks for, or `null` where the response is the answer.
 *
 * @throws ClientError when the request must not or cannot go there.
 */
export function nextHop(hop: Hop, response: RedirectingResponse): Hop | null {
  const { redirect, maxRedirects, redirectHeaders } = hop.settings;
  const next = redirect === 'manual' ? null : redirectionOf(response, hop, redirectHeaders);
  if (next === null) return null;
  if (redirect === 'error') {
    const text = `${hop.url.host} redirects to ${shown(next.url)}: allow redirections, or ask there`;
    throw new ClientError('redirect-refused', text);
  }
  if (hop.redirects.length >= maxRedirects) throw tooManyRedirects(maxRedirects, next.url);
  if (next.keepsBody && !hop.body.repeatable) {
    const text = `${hop.url.host} wants the request repeated at ${shown(next.url)}, but its body was a stream: send bytes or a function that makes the stream, or ask there`;
    throw new ClientError('body-not-repeatable', text);
  }
  return {
    ...hop,
    url: next.url,
    method: next.method,
    headers: next.headers,
    body: next.keepsBody ? hop.body : NO_BODY,
    target: null,
    continueTimeoutMs: next.keepsBody ? hop.continueTimeoutMs : null,
    redirects: [...hop.redirects, hop.url],
  };
}

/**
 * The message of a hop: the program's fields, and what they leave out.
 *
 * @param proxy who is sent the request in place of the origin; nobody else learns who asks of it.
 * @param codings what `Accept-Encoding` says where the hop wants decoded content.
 */
export function requestOf(hop: Hop, codings: string, proxy: ProxyServer | null): Request {
  const headers = new Headers();
  headers.set('Host', hop.headers.get('host') ?? hop.url.host);
  for (const [name, value] of hop.headers) {
    if (name.toLowerCase() !== 'host') headers.append(name, value);
  }
  const defaults: Record<string, string | null> = {
    'User-Agent': 'netlayers',
    Accept: '*/*',
    Authorization: basicCredentials(hop.url),
    'Accept-Encoding': hop.settings.decompress && codings !== '' ? codings : null,
  };
  for (const [name, value] of Object.entries(defaults)) {
    if (value === null || headers.has(name) || hop.omitted.has(name.toLowerCase())) continue;
    headers.set(name, value);
  }
  if (hop.continueTimeoutMs !== null) headers.set('Expect', '100-continue');
  if (proxy === null) headers.delete('proxy-authorization');
  else if (proxy.authorization !== null) headers.set('Proxy-Authorization', proxy.authorization);
  const target = hop.target ?? targetOf(hop.url);
  // Absolute form (RFC 9112, 3.2.2); the whole of a server has no path there (3.2.4).
  const absolute = hop.url.origin + (target === '*' ? '' : target);
  const request = new Request(hop.method, proxy === null ? target : absolute, headers);
  return withContent(request, hop);
}

function withContent(request: Request, hop: Hop): Request {
  const { content, length } = hop.body;
  const { headers } = request;
  const isFramed = headers.has('content-length') || headers.has('transfer-encoding');
  if (length !== null && !isFramed && hop.trailers === null) {
    headers.set('Content-Length', String(length));
  }
  const isTold = hop.onUploadProgress !== null;
  const isLarge = content !== null && !isStream(content) && (isTold || content.length > LARGE_BODY);
  if (isLarge && hop.trailers === null && !request.headers.has('transfer-encoding')) {
    const bytes = bytesOf(content);
    if (!request.headers.has('content-length')) {
      request.header('Content-Length', String(bytes.length));
    }
    return request.body(told(piecesOf(bytes), request, hop));
  }
  if (hop.trailers !== null && content !== null && !isStream(content)) {
    request.trailers = hop.trailers();
  }
  return request.body(isStream(content) ? told(content, request, hop) : content);
}

/** Content whose way is told, where somebody wants to know. */
function told(
  content: AsyncIterable<Uint8Array>,
  { headers }: Request,
  { onUploadProgress }: Hop,
): AsyncIterable<Uint8Array> {
  if (onUploadProgress === null) return content;
  const length = headers.get('content-length');
  return counted(content, length === null ? null : Number(length), onUploadProgress);
}
