/**
 * A transport that reaches hosts through a proxy, standing on the transport that reaches the proxy.
 * TLS stands on it as on any other: `tlsTransport(throughProxy(kernelTransport(), proxy))`.
 */

import type { AbortLike, ByteStream, Listener, Transport } from '@netlayers/http';
import { connectFailure } from '../base/errors.js';
import { askTunnel } from './connect-tunnel.js';
import { type ProxyOption, type ProxyServer, proxyOf } from './proxy-url.js';
import { askSocks5 } from './socks5.js';
import { withDialogue } from './stream-dialogue.js';

/** Where to connect to. */
interface Target {
  readonly host: string;
  readonly port: number;
  readonly signal?: AbortLike;
}

/**
 * Connects through a proxy: by CONNECT (RFC 9110, 9.3.6) or by SOCKS 5 (RFC 1928). It has no time-outs
 * of its own: `signal` gives up.
 *
 * @param scheme of the URL that a rule is asked about.
 */
export function throughProxy(
  inner: Transport,
  proxy: ProxyOption,
  scheme: 'http' | 'https' = 'https',
): Transport {
  return new ProxiedTransport(inner, proxy, scheme);
}

class ProxiedTransport implements Transport {
  readonly #inner: Transport;
  readonly #proxy: ProxyOption;
  readonly #scheme: string;

  constructor(inner: Transport, proxy: ProxyOption, scheme: string) {
    this.#inner = inner;
    this.#proxy = proxy;
    this.#scheme = scheme;
  }

  listen(
    options: { readonly host?: string; readonly port: number; readonly backlog?: number },
    accept: (stream: ByteStream) => void,
  ): PromiseLike<Listener> {
    return this.#inner.listen(options, accept);
  }

  async connect(options: Target): Promise<ByteStream> {
    const { host, port, signal } = options;
    const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    const proxy = proxyOf(this.#proxy, new URL(`${this.#scheme}://${authority}`));
    if (proxy === null) return this.#inner.connect(options);
    const stream = await this.#reach(proxy, options);
    return withDialogue(stream, proxy.place, signal, (dialogue) =>
      proxy.kind === 'socks5'
        ? askSocks5(dialogue, proxy, { host, port })
        : askTunnel(dialogue, proxy, { host, port }),
    );
  }

  /** Connects to the proxy itself: of a failure its name is told, and not that of the host behind it. */
  async #reach({ host, port, place }: ProxyServer, options: Target): Promise<ByteStream> {
    try {
      return await this.#inner.connect({ ...options, host, port });
    } catch (error) {
      throw options.signal?.aborted ? error : connectFailure(error, `the proxy ${place}`);
    }
  }

  close(): PromiseLike<void> {
    return this.#inner.close();
  }
}
