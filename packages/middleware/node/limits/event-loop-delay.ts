/**
 * How far the event loop lags behind, by Node's own measure.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { checkOptions, type OptionNames } from '@netlayers/host';

/** Settings of {@link eventLoopDelay}. */
export interface EventLoopDelayOptions {
  /** Over how long the delay is averaged, milliseconds. @default 500 */
  readonly sampleMs?: number;
}

const OPTIONS: OptionNames<EventLoopDelayOptions> = {
  sampleMs: 'optional',
};

/** How often Node looks, milliseconds. */
const RESOLUTION = 10;

/**
 * Begins to watch.
 *
 * @returns the average lag of the last sample, milliseconds. It keeps no process alive.
 * @throws TypeError for an option that is none.
 */
export function eventLoopDelay(options: EventLoopDelayOptions = {}): () => number {
  checkOptions('eventLoopDelay', options, OPTIONS);
  const { sampleMs = 500 } = options;
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
  histogram.enable();
  let sampledAt = performance.now();
  let last = 0;
  return () => {
    const now = performance.now();
    if (now - sampledAt >= sampleMs) {
      sampledAt = now;
      last = Number.isNaN(histogram.mean) ? 0 : Math.max(0, histogram.mean / 1e6 - RESOLUTION);
      histogram.reset();
    }
    return last;
  };
}
