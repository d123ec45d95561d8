/**
 * What a stack stands on: the `LinkDevice` and `Clock` contracts, an in-memory wire, and devices
 * that wrap a device.
 *
 * @packageDocumentation
 */

export type { Clock } from './clock.js';
export type { LinkCapabilities, LinkDevice, PacketReceiver } from './link-device.js';
export { ChecksumState } from './link-device.js';
