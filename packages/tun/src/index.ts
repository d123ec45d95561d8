/**
 * TUN devices of the operating system as `LinkDevice`: raw IP packets in and out of this machine's
 * kernel.
 *
 * @packageDocumentation
 */

export { type BusyPollOptions, busyPoll } from './busy-poll.js';
export { companionOf } from './companion.js';
export { createTun } from './create-tun.js';
export { TunError, type TunErrorCode } from './errors.js';
export { checkTunOptions, type TunOptions } from './options.js';
export {
  createPersistentTun,
  type PersistentTun,
  type PersistentTunOptions,
  removePersistentTun,
} from './persistent-tun.js';
export type { TunCounters, TunDevice, TunDriver } from './tun-device.js';
