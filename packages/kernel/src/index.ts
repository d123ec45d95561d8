/**
 * The operating system's TCP behind the `Transport` contract of `@netlayers/http`: the server and
 * the client run on it without root, on every platform of Node.
 *
 * @packageDocumentation
 */

export { type ByteStreamOfOptions, byteStreamOf } from './byte-stream-of.js';
export type { Carrier } from './carrier.js';
export { type KernelTransportOptions, kernelTransport } from './kernel-transport.js';
export { sendQueueOf } from './send-queues.js';
export { takeSocket } from './take-socket.js';
