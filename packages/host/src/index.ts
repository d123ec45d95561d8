/**
 * What a stack takes from the host it runs on: time, turns, randomness, and a wish to stop. The
 * contracts, and the one implementation of each on what Node, browsers, Deno and Bun share.
 *
 * @packageDocumentation
 */

export type { AbortLike } from './abort.js';
export { checkOptions, type OptionNames } from './check-options.js';
export type { Clock } from './clock.js';
export { HostClock } from './host-clock.js';
export { hostLatin1 } from './latin1.js';
export { ProgressDeadline } from './progress-deadline.js';
export { hostRandom } from './random.js';
export {
  hasChildProcess,
  hasPendingRequest,
  hostPause,
  watchUnlistedRequests,
} from './real-work.js';
export { hostScheduler, type TurnScheduler } from './scheduler.js';
