/**
 * Node's shapes for byte streams and stacks: Node's own sockets and servers over a native handle that
 * speaks to a stack of ours.
 *
 * @packageDocumentation
 */

export { type ByteStreamOfOptions, byteStreamOf } from '@netlayers/kernel';
export {
  agentFor,
  type DispatcherOptions,
  dispatcherFor,
  type HostAgents,
  type UndiciAgent,
} from './agents.js';
export { dgramOf, type StackDgram } from './dgram-of.js';
export { type DuplexOfOptions, duplexOf, type StreamDuplex } from './duplex-of.js';
export type { Http2ClientOptions } from './h2/h2-client-options.js';
export type { Http2Options } from './h2/h2-options.js';
export { http2 } from './h2/http2.js';
export { http2Client } from './h2/http2-client.js';
export type { ChooseHost, SocketRequest } from './handle-choice.js';
export { installHooks } from './hooks.js';
export { installStack, loopbackOnKernel, type StackRule } from './install-stack.js';
export { netOf, type StackNet } from './net-of.js';
export { ServerHandle } from './server-handle.js';
export type {
  DatagramHost,
  HostConnectOptions,
  HostDatagrams,
  HostStream,
  SocketHost,
} from './socket-host.js';
export { StreamHandle } from './stream-handle.js';
export {
  type IdentityFiles,
  type IdentityWatch,
  readIdentity,
  type WatchOptions,
  watchIdentity,
} from './tls/identity-files.js';
export type { TlsCounters } from './tls/tls-acceptor.js';
export { tlsSocketOf } from './tls/tls-carrier.js';
export type {
  HandshakeFailure,
  Pem,
  TlsIdentities,
  TlsIdentity,
  TlsTransportOptions,
} from './tls/tls-options.js';
export { TlsTransport, tlsTransport } from './tls/tls-transport.js';
