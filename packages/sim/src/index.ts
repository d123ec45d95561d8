/**
 * Simulated networks of hosts on one virtual clock: loss, delay, reordering, rate, queues, MTU; and
 * scripts that play a TCP peer segment by segment.
 *
 * @packageDocumentation
 */

export { SimError, type SimErrorCode } from './errors.js';
export { ImpairedWire } from './impaired-wire.js';
export type { BurstLoss, Impairments, Reordering } from './impairments.js';
export { type LinkOptions, type LinkWay, SimLink } from './link.js';
export type { LinkCounts } from './link-direction.js';
export {
  createNetwork,
  type EndpointOptions,
  type NetworkOptions,
  type PartitionSide,
  type RouterOptions,
  type RunOptions,
  SimEndpoint,
  SimNetwork,
  type SimNode,
  SimRouter,
} from './network.js';
export { PacketScript, type PacketScriptOptions, packetScript } from './packet-script.js';
export { SimPartition } from './partition.js';
export type { RouterCounts } from './router.js';
export { ScheduledEvent } from './scheduled-event.js';
export type { ScriptSegment, SentSegment } from './script-segment.js';
export { type HostOptions, SimHost } from './sim-host.js';
export type { PacketFate, WireEvent, WireObserver } from './wire-event.js';
