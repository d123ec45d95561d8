/**
 * Where a URL leads (RFC 9110, 4.2): which server to connect to, what to call it, what to ask for.
 *
 * The name in `Host` and the name that is connected to are both those of the URL; an address that
 * the name is resolved to never shows in a message.
 */

import { ClientError } from './errors.js';

/** A server by scheme, name and port. */
export interface Origin {
  /** Scheme, name and port in one string: equal for equal origins. */
  readonly key: string;
  /** Whether HTTP/1.1 alone will do: for a proxy, or for a connection that is to leave HTTP. */
  readonly isPlain: boolean;
  /** Whether a proxy of HTTP makes a tunnel to it although it is not https. */
  readonly isTunnelled: boolean;
  readonly secure: boolean;
  /** A name in ascii, or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** What `Host` says: the port only where it is not the scheme's own. */
  readonly authority: string;
}

/**
 * Reads a URL, relative to `base` where there is one.
 *
 * @throws ClientError `invalid-url` or `unsupported-protocol`, without the credentials in the message.
 */
export function parseUrl(url: string | URL, base?: URL): URL {
  let parsed: URL;
  let text = '';
  try {
    text = String(url);
    parsed = new URL(text, base);
  } catch {
    // The platform's own error would show the credentials.
    const given = JSON.stringify(text.replace(/\/\/[^/?#]*@/, '//'));
    const isRelative = base === undefined && /^[/.?]/.test(text);
    const or = isRelative ? ', or give the client a baseUrl' : '';
    const message = `not a URL: ${given}: write it as http://host:port/path${or}`;
    throw new ClientError('invalid-url', message);
  }
  if (parsed.protocol === 'http:' || parsed.protocol === 'https:') return parsed;
  const message = `${parsed.protocol}// is not supported: use a URL that starts with http://`;
  throw new ClientError('unsupported-protocol', message);
}

/** The origin of a URL that {@link parseUrl} has let pass. */
export function originOf(url: URL): Origin {
  const secure = url.protocol === 'https:';
  const { hostname } = url;
  return {
    key: url.origin,
    isPlain: false,
    isTunnelled: false,
    secure,
    host: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    authority: url.host,
  };
}

/** The same server, spoken to in HTTP/1.1 alone; its connections are others. */
export const plainOrigin = (origin: Origin): Origin =>
  origin.isPlain ? origin : { ...origin, key: `${origin.key} http/1.1`, isPlain: true };

/** The same server behind a tunnel: a proxy passes no connection on that leaves HTTP (RFC 9110, 7.8). */
export const tunnelledOrigin = (origin: Origin): Origin => ({
  ...plainOrigin(origin),
  key: `${origin.key} tunnel`,
  isTunnelled: true,
});

/** A URL for messages and logs, without the credentials in it. */
export const shown = (url: URL): string => withoutCredentials(url).href;

/** A URL of its own without credentials. */
export function withoutCredentials(url: URL): URL {
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  return copy;
}

/** The request target of a URL in origin form (RFC 9112, 3.2.1). */
export const targetOf = (url: URL): string => url.pathname + url.search;

/**
 * The credentials of a URL as a value for `Authorization` (RFC 7617), `null` without any. A URL has
 * escaped whatever is not ascii, as UTF-8; what is no escape is sent as it is. They
 * stand in the URL as a person typed them, so they are sent to that origin and shown nowhere else.
 */
export function basicCredentials(url: URL): string | null {
  if (url.username === '' && url.password === '') return null;
  const text = `${percentDecoded(url.username)}:${percentDecoded(url.password)}`;
  return `Basic ${btoa(text)}`;
}

/** Bytes, one character each; a percent sign that starts no escape stands for itself. */
export const percentDecoded = (text: string): string =>
  text.replace(/%([\da-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
