/**
 * What a stack stands on: the `LinkDevice` contract, an in-memory wire, devices over WebSockets,
 * ports and streams, and devices that wrap a device: capture, tracer, faults.
 *
 * @packageDocumentation
 */

export { type CaptureOptions, captureDevice } from './capture-device.js';
export {
  type Fault,
  type FaultCounts,
  type FaultDecision,
  type FaultDevice,
  faultDevice,
} from './fault-device.js';
export type { LinkCapabilities, LinkDevice, PacketReceiver } from './link-device.js';
export { ChecksumState } from './link-device.js';
export { LoopbackDevice } from './loopback-device.js';
export { type MemoryDevice, type MemoryWireOptions, memoryWire } from './memory-wire.js';
export { type MessagePortLike, messagePortDevice } from './message-port-device.js';
export {
  type NodeReadable,
  type NodeStreamPair,
  type NodeWritable,
  nodeStreamDevice,
} from './node-stream-device.js';
export { type CaptureSink, type PcapngOptions, PcapngWriter } from './pcapng.js';
export { type PacketObserver, traceDevice } from './trace-device.js';
export { completeTransportChecksum } from './transport-checksum.js';
export {
  TransportDevice,
  type TransportDeviceOptions,
  type TransportDrops,
  type TransportLink,
} from './transport-device.js';
export {
  type WebSocketDeviceOptions,
  type WebSocketLike,
  webSocketDevice,
} from './web-socket-device.js';
export { type WebStreamPair, webStreamDevice } from './web-stream-device.js';
export { type PacketDirection, WrappedDevice } from './wrapped-device.js';
