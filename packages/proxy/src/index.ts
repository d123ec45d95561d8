/**
 * A reverse proxy on any `Transport`: a handler of the server that asks other servers through the
 * client; and the PROXY protocol, versions 1 and 2, as a transport that wraps a transport.
 *
 * @packageDocumentation
 */

export { parseProxyHeader } from './protocol/parse-header.js';
export type { Endpoint, HeaderFault, HeaderResult, ProxyHeader } from './protocol/proxy-header.js';
export {
  type ProxyProtocolCounters,
  type ProxyProtocolOptions,
  type ProxyProtocolTransport,
  proxyHeaderOf,
  proxyProtocol,
} from './protocol/proxy-protocol.js';
