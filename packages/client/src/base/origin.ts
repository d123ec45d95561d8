/**
 * Where a URL leads (RFC 9110, 4.2): which server to connect to, what to call it, what to ask for.
 *
 * The name in `Host` and the name that is connected to are both those of the URL; an address that
 * the name is resolved to never shows in a message.
 */

import { encodeUtf8 } from '@netlayers/bytes';
import { ClientError } from './errors.js';

/** A server by scheme, name and port. */
export interface Origin {
  /** Scheme, name and port in one string: equal for equal origins. */
  readonly key: string;
  readonly secure: boolean;
  /** A name in ascii, or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** What `Host` says: the port only where it is not the scheme's own. */
  readonly authority: string;
}

/** Reads a URL, relative to `base` where there is one. */
export function parseUrl(url: string | URL, base?: URL): URL {
  let parsed: URL;
  try {
    parsed = new URL(url, base);
  } catch (error) {
    const text = `not a URL: ${JSON.stringify(String(url))}: write it as http://host:port/path`;
    throw new ClientError('invalid-url', text, error);
  }
  if (parsed.protocol === 'http:' || parsed.protocol === 'https:') return parsed;
  const text = `${parsed.protocol}// is not supported: use a URL that starts with http://`;
  throw new ClientError('unsupported-protocol', text);
}

/** The origin of a URL that {@link parseUrl} has let pass. */
export function originOf(url: URL): Origin {
  const secure = url.protocol === 'https:';
  const { hostname } = url;
  return {
    key: url.origin,
    secure,
    host: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
    authority: url.host,
  };
}

/** The request target of a URL in origin form (RFC 9112, 3.2.1). */
export const targetOf = (url: URL): string => url.pathname + url.search;

/**
 * The credentials of a URL as a value for `Authorization` (RFC 7617), `null` without any. They
 * stand in the URL as a person typed them, so they are sent to that origin and shown nowhere else.
 */
export function basicCredentials(url: URL): string | null {
  if (url.username === '' && url.password === '') return null;
  const text = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return `Basic ${btoa(String.fromCharCode(...encodeUtf8(text)))}`;
}
