/**
 * The PROXY protocol (HAProxy's `proxy-protocol.txt`, versions 1 and 2): what a proxy says ahead of a
 * connection's bytes of the connection that it has accepted itself.
 */

/** One end of a connection. */
export interface Endpoint {
  /** An IP address as text, or `unix:` and a path. */
  readonly address: string;
  /** 0 where there are no ports. */
  readonly port: number;
}

/** What a header says. */
export interface ProxyHeader {
  readonly version: 1 | 2;
  /** Who has connected to the proxy; `null` where it says nothing (LOCAL, UNKNOWN, UNSPEC). */
  readonly source: Endpoint | null;
  /** What it has connected to; `null` with {@link source}. */
  readonly destination: Endpoint | null;
  /** What the client and the proxy have agreed on by ALPN. */
  readonly alpn: string | null;
  /** The name that the client has asked for: SNI. */
  readonly authority: string | null;
  /** The proxy's name for the connection. */
  readonly uniqueId: Uint8Array | null;
  /** Whether the client speaks TLS to the proxy. */
  readonly secure: boolean;
}

/** Why bytes are no header; a connection with such a one is reset. */
export type HeaderFault =
  | 'no-header'
  | 'bad-line'
  | 'bad-version'
  | 'bad-family'
  | 'bad-length'
  | 'bad-field'
  | 'bad-checksum'
  | 'too-long';

/** What is at the start of some bytes. */
export type HeaderResult =
  | { readonly status: 'complete'; readonly header: ProxyHeader; readonly consumed: number }
  | { readonly status: 'partial' }
  | { readonly status: 'error'; readonly fault: HeaderFault };

/** More bytes are needed. @internal */
export const PARTIAL: HeaderResult = { status: 'partial' };

/** No header. @internal */
export const faulty = (fault: HeaderFault): HeaderResult => ({ status: 'error', fault });

/** A header that says nothing of the connection. @internal */
export const silentHeader = (version: 1 | 2): ProxyHeader => ({
  version,
  source: null,
  destination: null,
  alpn: null,
  authority: null,
  uniqueId: null,
  secure: false,
});
