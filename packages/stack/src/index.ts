/**
 * The event loop that owns one link device: sockets, listeners, ping and counters.
 *
 * @packageDocumentation
 */

export { type AcceptCallback, StackListener } from './listener.js';
export { PingError, type PingOptions, type PingReply } from './ping.js';
export type { SocketHandler } from './socket-handler.js';
export {
  createStack,
  Stack,
  type StackConnectOptions,
  type StackCounters,
  type StackListenOptions,
  type StackOptions,
} from './stack.js';
export { StackTransport } from './stack-transport.js';
export { type SocketInfo, TcpSocket } from './tcp-socket.js';
