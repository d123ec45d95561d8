/**
 * Where a proxy is and how it is spoken to, as one URL says it: `http://user:password@host:port`,
 * `socks5://host`. What it says of who asks is for the proxy alone.
 */

import { ClientError } from '../base/errors.js';
import { basicCredentials, percentDecoded } from '../base/origin.js';

/** Chooses the proxy of a URL; `null` for none. */
export type ProxyRule = (url: URL) => string | URL | null;

/** A proxy, or what chooses one. */
export type ProxyOption = string | URL | ProxyRule;

/** A proxy. */
export interface ProxyServer {
  readonly kind: 'http' | 'socks5';
  /** IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** `host:port`, for messages. */
  readonly place: string;
  /** The value of `Proxy-Authorization` (RFC 9110, 11.7.2); `null` without credentials. */
  readonly authorization: string | null;
  /** For SOCKS, one character a byte. */
  readonly username: string;
  readonly password: string;
}

const DEFAULT_PORTS = { http: 80, socks5: 1080 };

/**
 * Reads the URL of a proxy. Without a scheme it is one of HTTP, as in the variables of curl.
 *
 * @throws ClientError `invalid-url`, `unsupported-protocol`, without the credentials in the message.
 */
export function parseProxy(given: string | URL): ProxyServer {
  const text = String(given);
  const withScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  // Of schemes that it does not know the platform checks neither host nor port.
  const scheme = withScheme.slice(0, withScheme.indexOf(':')).toLowerCase();
  const asHttp = `http${withScheme.slice(scheme.length)}`;
  if (!URL.canParse(asHttp)) {
    throw new ClientError('invalid-url', 'not the URL of a proxy: write it as http://host:port');
  }
  const kind = scheme === 'socks5h' ? 'socks5' : scheme;
  if (kind !== 'http' && kind !== 'socks5') {
    const message = `a proxy of ${scheme}:// is not supported: use http:// or socks5://`;
    throw new ClientError('unsupported-protocol', message);
  }
  const url = new URL(asHttp);
  // The platform leaves 80 out; it may have been written.
  const isWritten = /:0*80\/?$/.test(withScheme);
  const port = url.port === '' ? (isWritten ? 80 : DEFAULT_PORTS[kind]) : Number(url.port);
  const { hostname } = url;
  return {
    kind,
    host: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port,
    place: `${hostname}:${port}`,
    authorization: basicCredentials(url),
    username: percentDecoded(url.username),
    password: percentDecoded(url.password),
  };
}

/** The proxy of a URL. */
export function proxyOf(option: ProxyOption, url: URL): ProxyServer | null {
  const chosen = typeof option === 'function' ? option(url) : option;
  return chosen === null ? null : parseProxy(chosen);
}
