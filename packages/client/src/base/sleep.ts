/**
 * Waiting, for a request that may be given up meanwhile.
 */

import type { Clock } from '@netlayers/host';
import type { Cancellation } from './cancellation.js';

/** Resolves after so many milliseconds; rejects with the reason of the cancellation. */
export function sleep(clock: Clock, ms: number, cancellation: Cancellation): Promise<void> {
  return new Promise((resolve, reject) => {
    let unlisten: () => void = () => {};
    const timer = clock.setTimer(clock.now() + ms, () => {
      unlisten();
      resolve();
    });
    unlisten = cancellation.listen((reason) => {
      clock.clearTimer(timer);
      reject(reason);
    });
  });
}
