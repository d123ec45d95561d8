/**
 * Numbers of the process that every scraper knows by these names.
 */

import type { MetricSource } from '../../src/operation/metrics.js';
import type { MetricFamily } from '../../src/operation/open-metrics.js';
import { eventLoopDelay } from '../limits/event-loop-delay.js';

/** Makes a source for `Metrics.add`: time of the processor, memory, start, how late the event loop is. */
export function processMetrics(): MetricSource {
  const startedAt = Date.now() / 1000 - process.uptime();
  const delay = eventLoopDelay();
  return function* (): Generator<MetricFamily> {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    yield {
      name: 'process_cpu_seconds',
      type: 'counter',
      unit: 'seconds',
      help: 'Time of the processor, user and system.',
      samples: [{ suffix: '_total', value: (user + system) / 1e6 }],
    };
    const gauges = [
      ['process_resident_memory_bytes', 'bytes', 'Memory that is resident.', rss],
      ['nodejs_heap_size_used_bytes', 'bytes', 'Memory that objects use.', heapUsed],
      ['process_start_time_seconds', 'seconds', 'When the process began, since 1970.', startedAt],
      ['nodejs_eventloop_lag_seconds', 'seconds', 'How late the event loop is.', delay() / 1000],
    ] as const;
    for (const [name, unit, help, value] of gauges) {
      yield { name, type: 'gauge', unit, help, samples: [{ value }] };
    }
  };
}
