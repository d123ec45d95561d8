/**
 * TLS as a transport that stands on any other (RFC 8446; RFC 5246): the kernel's TCP, ours, a pipe in
 * memory. The protocol is that of `node:tls`; what is under it and above it are byte streams.
 */

import { isIP } from 'node:net';
import type { AbortLike, ByteStream, Listener, Transport } from '@netlayers/http';
import { TlsAcceptor, type TlsCounters } from './tls-acceptor.js';
import { TlsConnector } from './tls-connector.js';
import { TlsContexts } from './tls-contexts.js';
import {
  type TlsIdentities,
  type TlsSettings,
  type TlsTransportOptions,
  tlsSettingsOf,
} from './tls-options.js';

const NO_IDENTITY = 'a server of TLS needs a certificate: give tlsTransport an identity, or names';

/** A transport whose streams are TLS. */
export class TlsTransport implements Transport {
  readonly #inner: Transport;
  readonly #settings: TlsSettings;
  readonly #connector: TlsConnector;
  #contexts: TlsContexts;
  #acceptor: TlsAcceptor | null = null;
  readonly #listeners = new Set<Listener>();

  constructor(inner: Transport, options: TlsTransportOptions) {
    this.#inner = inner;
    this.#settings = tlsSettingsOf(options);
    this.#contexts = new TlsContexts(options, this.#settings);
    this.#connector = new TlsConnector(this.#contexts, this.#settings);
  }

  /** What has become of the handshakes of its servers. */
  counters(): TlsCounters {
    const {
      handshakes = 0,
      secured = 0,
      failed = 0,
      plain = 0,
      refused = 0,
    } = this.#acceptor ?? {};
    return { handshakes, secured, failed, plain, refused };
  }

  /**
   * Takes other certificates, keys and roots for the handshakes to come; what is connected stays.
   *
   * @throws an error for what cannot be used: the old ones stay.
   */
  reload(identities: TlsIdentities): void {
    const contexts = new TlsContexts(identities, this.#settings);
    if (this.#acceptor !== null && contexts.server === null) throw new TypeError(NO_IDENTITY);
    this.#contexts = contexts;
    this.#acceptor?.reload(contexts);
    this.#connector.reload(contexts);
  }

  /** `accept` gets streams whose handshake is over; those under way are reset when the listener closes. */
  async listen(
    options: { readonly host?: string; readonly port: number; readonly backlog?: number },
    accept: (stream: ByteStream) => void,
  ): Promise<Listener> {
    if (this.#contexts.server === null) throw new TypeError(NO_IDENTITY);
    this.#acceptor ??= new TlsAcceptor(this.#contexts, this.#settings);
    const acceptor = this.#acceptor;
    const inner = await this.#inner.listen(options, (stream) => acceptor.take(stream, accept));
    const listener: Listener = {
      address: inner.address,
      port: inner.port,
      close: () => {
        this.#listeners.delete(listener);
        acceptor.drop(accept);
        return inner.close();
      },
    };
    this.#listeners.add(listener);
    return listener;
  }

  /**
   * Connects, and agrees on TLS; `alpn` is offered in place of that of the transport's options.
   *
   * @throws rejects with what the transport beneath rejects with; with a code of OpenSSL's, such as
   *   `CERT_HAS_EXPIRED`, or of Node's, such as `ERR_TLS_CERT_ALTNAME_INVALID`; with `ETIMEDOUT`.
   */
  async connect(options: {
    readonly host: string;
    readonly port: number;
    readonly alpn?: readonly string[];
    readonly signal?: AbortLike;
  }): Promise<ByteStream> {
    const { host, port, signal } = options;
    const { resolve = null } = this.#settings;
    const address = resolve === null || isIP(host) !== 0 ? host : await resolve(host, signal);
    const place = { host: address, port, ...(signal !== undefined && { signal }) };
    const stream = await this.#inner.connect(place);
    return this.#connector.secure(stream, options);
  }

  /** Closes its listeners; the transport beneath stays its owner's. */
  async close(): Promise<void> {
    await Promise.all(Array.from(this.#listeners, (listener) => listener.close()));
  }
}

/**
 * Puts TLS on a transport, for servers and for clients. Its streams are `secure`, and `alpn` is what was
 * agreed on.
 *
 * `end()` sends `close_notify` and then the end of the stream beneath (RFC 8446, 6.1). A peer that ends
 * without it has not ended: the stream closes with `ECONNRESET`. `unacknowledged` counts what TLS makes
 * of the octets, some 22 more for each 16 KiB.
 *
 * @throws an error for a certificate or key that cannot be used; TypeError for a name that is no option.
 */
export const tlsTransport = (inner: Transport, options: TlsTransportOptions = {}): TlsTransport =>
  new TlsTransport(inner, options);
