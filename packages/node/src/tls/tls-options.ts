/**
 * What a TLS transport can be told. Certificates, keys and roots are PEM, as text or octets.
 */

import {
  type AbortLike,
  type Clock,
  checkOptions,
  HostClock,
  type OptionNames,
} from '@netlayers/host';

/** PEM, as text or octets; several where there are several. */
export type Pem = string | Uint8Array;

/** A certificate, with those between it and its root behind it, and its private key. */
export interface TlsIdentity {
  readonly cert: Pem;
  readonly key: Pem;
  /** Of an encrypted key. */
  readonly passphrase?: string;
  /** The files that both came from, which errors name. */
  readonly files?: { readonly cert: string; readonly key: string };
}

/** What can be exchanged while connections are accepted. */
export interface TlsIdentities {
  /** Who this end is: a server to every client, a client where a server asks. @default nobody */
  readonly identity?: TlsIdentity;
  /** Further ones of a server by the name that the client asks for: `a.example`, or `*.example` (RFC 6066, 3). */
  readonly names?: Readonly<Record<string, TlsIdentity>>;
  /** The roots that a peer's certificate is traced to. @default those that Node has */
  readonly ca?: Pem | readonly Pem[];
}

/** What happened to a handshake that failed. */
export interface HandshakeFailure {
  /** With a `code`; its message is one line. */
  readonly error: Error;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** Settings of a TLS transport. */
export interface TlsTransportOptions extends TlsIdentities {
  /** Names of protocols to agree on, best first (RFC 7301). @default ['http/1.1'] */
  readonly alpn?: readonly string[];
  /** The oldest version that is spoken. @default 'TLSv1.2' */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /**
   * Whether a server asks for the client's certificate: `required` refuses those without one that
   * leads to {@link ca}; `optional` takes those without, and refuses one that does not. @default 'none'
   */
  readonly clientCertificates?: 'none' | 'optional' | 'required';
  /** The name that a client asks for and the certificate must have. @default the host it connects to */
  readonly servername?: string;
  /**
   * Finds the address of a name for the transport beneath, where that cannot; TLS keeps the name.
   *
   * @default the transport beneath is given the name
   */
  readonly resolve?: (name: string, signal: AbortLike | undefined) => PromiseLike<string>;
  /** Whether a client refuses a certificate that it cannot trace or that is another host's. @default true */
  readonly rejectUnauthorized?: boolean;
  /** For the whole handshake, in ms. @default 10,000 */
  readonly handshakeTimeoutMs?: number;
  /** Handshakes of a server under way at once; further connections are reset. @default 1,000 */
  readonly maxHandshakes?: number;
  /** Octets waiting in a stream from which `write` returns false. @default 131,072 */
  readonly highWaterMark?: number;
  /** Time and timers. @default the host's */
  readonly clock?: Clock;
  /** Runs a callback in a turn of the event loop of its own. @default setImmediate */
  readonly defer?: (callback: () => void) => void;
  /** Told of each handshake of a server that fails. */
  readonly onHandshakeError?: (failure: HandshakeFailure) => void;
}

const OPTIONS: OptionNames<TlsTransportOptions> = {
  identity: 'optional',
  names: 'optional',
  ca: 'optional',
  alpn: 'optional',
  minVersion: 'optional',
  clientCertificates: 'optional',
  servername: 'optional',
  resolve: 'optional',
  rejectUnauthorized: 'optional',
  handshakeTimeoutMs: 'optional',
  maxHandshakes: 'optional',
  highWaterMark: 'optional',
  clock: 'optional',
  defer: 'optional',
  onHandshakeError: 'optional',
};

/** The options with every default filled in; a wait of `Infinity` has no end. */
export interface TlsSettings {
  readonly alpn: string[];
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly clientCertificates: 'none' | 'optional' | 'required';
  readonly servername: string | null;
  readonly resolve: TlsTransportOptions['resolve'] | null;
  readonly rejectUnauthorized: boolean;
  readonly handshakeTimeoutMs: number;
  readonly maxHandshakes: number;
  readonly highWaterMark: number | null;
  readonly clock: Clock;
  /** How to run something in a turn of its own. */
  readonly turns: Pick<TlsTransportOptions, 'defer'>;
  readonly onHandshakeError: (failure: HandshakeFailure) => void;
}

const HANDSHAKE_TIMEOUT_MS = 10_000;
const MAX_HANDSHAKES = 1000;

/**
 * Completes options.
 *
 * @throws RangeError for a bound that is none; TypeError for a name that is no option.
 */
export function tlsSettingsOf(options: TlsTransportOptions): TlsSettings {
  checkOptions('tlsTransport', options, OPTIONS);
  const { handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS, maxHandshakes = MAX_HANDSHAKES } = options;
  if (!(handshakeTimeoutMs > 0)) throw new RangeError('handshakeTimeoutMs is a time above 0');
  if (!(maxHandshakes > 0)) throw new RangeError('maxHandshakes is a number above 0');
  return {
    alpn: [...(options.alpn ?? ['http/1.1'])],
    minVersion: options.minVersion ?? 'TLSv1.2',
    clientCertificates: options.clientCertificates ?? 'none',
    servername: options.servername ?? null,
    resolve: options.resolve ?? null,
    rejectUnauthorized: options.rejectUnauthorized ?? true,
    handshakeTimeoutMs,
    maxHandshakes,
    highWaterMark: options.highWaterMark ?? null,
    clock: options.clock ?? new HostClock(),
    turns: options.defer === undefined ? {} : { defer: options.defer },
    onHandshakeError: options.onHandshakeError ?? (() => {}),
  };
}
