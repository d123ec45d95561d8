/**
 * What a stack stands on: the `LinkDevice` contract, an in-memory wire, and devices that wrap a
 * device: capture, tracer, faults.
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
export { type CaptureSink, type PcapngOptions, PcapngWriter } from './pcapng.js';
export { type PacketObserver, traceDevice } from './trace-device.js';
export { completeTransportChecksum } from './transport-checksum.js';
export { type PacketDirection, WrappedDevice } from './wrapped-device.js';
