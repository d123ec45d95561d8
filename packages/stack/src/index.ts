/**
 * The event loop that owns one link device: sockets, listeners, ping and counters.
 *
 * @packageDocumentation
 */

export { type AcceptCallback, StackListener } from './listener.js';
export { isLocalhost, type Resolve } from './look-up.js';
export { STACK_OPTIONS } from './option-names.js';
export { PingError, type PingOptions, type PingReply } from './ping.js';
export type { SocketHandler } from './socket-handler.js';
export { createStack, Stack, type StackCounters } from './stack.js';
export type {
  StackConnectOptions,
  StackLink,
  StackListenOptions,
  StackOptions,
  UdpSocketOptions,
} from './stack-options.js';
export { StackTransport } from './stack-transport.js';
export { type CongestionControlChoice, type SocketInfo, TcpSocket } from './tcp-socket.js';
export { type UdpDestination, UdpSocket, type UdpSocketHandler, UdpSource } from './udp-socket.js';
export type { UnclaimedCallback } from './unclaimed.js';
