/**
 * A reverse proxy on any `Transport`: a handler of the server that asks other servers through the
 * client; and the PROXY protocol, versions 1 and 2, as a transport that wraps a transport.
 *
 * @packageDocumentation
 */

export type { ForwardedFields } from './message/forwarded.js';
export type { RewritePath } from './message/request-target.js';
export { parseProxyHeader } from './protocol/parse-header.js';
export type { Endpoint, HeaderFault, HeaderResult, ProxyHeader } from './protocol/proxy-header.js';
export {
  type ProxyProtocolCounters,
  type ProxyProtocolOptions,
  type ProxyProtocolTransport,
  proxyHeaderOf,
  proxyProtocol,
} from './protocol/proxy-protocol.js';
export { type ProxyCounters, proxy, type ReverseProxy } from './reverse/proxy.js';
export type { ProxyOptions, ProxyTimeouts } from './reverse/proxy-options.js';
export {
  type ConnectProxyOptions,
  type ConnectTarget,
  connectProxy,
} from './tunnel/connect-proxy.js';
export type { Balance, HashKey } from './upstream/balancer.js';
export type { PassiveHealth } from './upstream/failure-window.js';
export type { ActiveHealth } from './upstream/health-check.js';
export type { RetryOptions } from './upstream/retry-budget.js';
export type { UpstreamCounters, UpstreamOptions } from './upstream/upstream.js';
export type { QueueOptions } from './upstream/upstreams.js';
