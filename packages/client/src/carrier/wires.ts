/**
 * The transports of a client, with its proxy between them and the program's: TLS stands on the proxy,
 * which sees nothing of what is inside, and the names of hosts are the proxy's to resolve.
 */

import type { Transport } from '@netlayers/http';
import { type ProxyOption, proxyOf } from '../proxy/proxy-url.js';
import { throughProxy } from '../proxy/through-proxy.js';
import type { ConnectorSettings, ResolveName } from './connector.js';

/** Ways to origins. */
export type Wires = Pick<
  ConnectorSettings,
  'transport' | 'secureTransport' | 'tunnelTransport' | 'resolve'
>;

/** What of a client's options they are made of. */
export interface WireOptions {
  readonly transport: Transport;
  readonly secureTransport?: Transport | ((inner: Transport) => Transport);
  readonly resolve?: ResolveName;
  readonly proxy?: ProxyOption;
}

/** @throws TypeError for a proxy that https would go around. */
export function wiresOf(options: WireOptions): Wires {
  const { transport, proxy, resolve = null, secureTransport: secure = null } = options;
  const secured = (inner: Transport): Transport | null =>
    typeof secure === 'function' ? secure(inner) : secure;
  if (proxy === undefined) {
    const secureTransport = secured(transport);
    return { transport, secureTransport, tunnelTransport: transport, resolve };
  }
  if (secure !== null && typeof secure !== 'function') {
    throw new TypeError(
      'with a proxy the option secureTransport of Client is a function that puts TLS on a transport',
    );
  }
  const inner = resolve === null ? transport : resolving(transport, resolve);
  return {
    transport: throughProxy(inner, onlySocks(proxy), 'http'),
    secureTransport: secured(throughProxy(inner, proxy, 'https')),
    tunnelTransport: throughProxy(inner, proxy, 'http'),
    resolve: null,
  };
}

/** A proxy of HTTP gets requests for http as they are, and is the one that is connected to. */
const onlySocks =
  (proxy: ProxyOption): ProxyOption =>
  (url) => {
    const chosen = typeof proxy === 'function' ? proxy(url) : proxy;
    return chosen !== null && proxyOf(chosen, url)?.kind === 'socks5' ? chosen : null;
  };

/** A transport that has names resolved. */
const resolving = (inner: Transport, resolve: ResolveName): Transport => ({
  listen: (options, accept) => inner.listen(options, accept),
  connect: async (options) => {
    const { host, signal = new AbortController().signal } = options;
    const isName = !/^[\d.]+$|:/.test(host);
    return inner.connect({ ...options, host: isName ? await resolve(host, signal) : host });
  },
  close: () => inner.close(),
});
