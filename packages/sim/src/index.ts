/**
 * Simulated networks of hosts on one virtual clock: loss, delay, reordering, rate, queues, MTU; and
 * scripts that play a TCP peer segment by segment.
 *
 * @packageDocumentation
 */

export { NameError, type NameErrorCode, SimError, type SimErrorCode } from './errors.js';
export { type Chance, type Cut, directionName, type Misfortunes } from './fortune.js';
export { ImpairedWire } from './impaired-wire.js';
export type { BurstLoss, Impairments, LinkWay, Reordering } from './impairments.js';
export { type LinkOptions, SimLink } from './link.js';
export type { LinkCounts } from './link-direction.js';
export {
  createNetwork,
  type PartitionSide,
  SimNetwork,
  type SimNode,
} from './network.js';
export type { NetworkOptions, RunOptions } from './network-options.js';
export { PacketScript, type PacketScriptOptions, packetScript } from './packet-script.js';
export { SimPartition } from './partition.js';
export { type LookUpFaults, type LookUpScope, type NamedHost, SimResolver } from './resolver.js';
export type { RouterCounts } from './router.js';
export { ScheduledEvent } from './scheduled-event.js';
export type { ScriptDatagram, SentDatagram } from './script-datagram.js';
export type { ScriptSegment, SentSegment } from './script-segment.js';
export { type EndpointOptions, SimEndpoint } from './sim-endpoint.js';
export { type HostOptions, SimHost } from './sim-host.js';
export { type RouterOptions, SimRouter } from './sim-router.js';
export type { PacketFate, WireEvent, WireObserver } from './wire-event.js';
