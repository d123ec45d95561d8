/**
 * Requests on kept connections: as many as they can, or at a constant rate, where the latency counts from
 * the moment when a request was due.
 */

import { quantile } from '../harness/statistics.js';
import type { Answer } from '../process/lines.js';
import { type Exchange, type LoadSettings, openExchange } from './exchange.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The connection that has waited longest asks next; those under way at the end are waited for. */
async function run(
  exchanges: readonly Exchange[],
  milliseconds: number,
  most: number,
): Promise<{ count: number; served: number; seconds: number }> {
  const idle = [...exchanges];
  const began = performance.now();
  const until = began + milliseconds;
  let count = 0;
  let served = 0;
  await new Promise<void>((resolve) => {
    let underWay = 0;
    const ask = (): void => {
      const exchange = idle.shift()!;
      underWay++;
      exchange.ask(() => {
        underWay--;
        served++;
        idle.push(exchange);
        if (performance.now() < until) {
          count++;
          ask();
        } else if (underWay === 0) resolve();
      });
    };
    while (underWay < most && idle.length > 0) ask();
  });
  return { count, served, seconds: milliseconds / 1000 };
}

/** Spins: a timer of Node's wakes up a millisecond late. */
async function rate(
  exchanges: readonly Exchange[],
  milliseconds: number,
  perSecond: number,
): Promise<{ latencies: number[]; late: number }> {
  const idle = [...exchanges];
  const latencies: number[] = [];
  const planned = Math.floor((milliseconds / 1000) * perSecond);
  let issued = 0;
  const began = performance.now();
  for (let now = began; now < began + milliseconds; now = performance.now()) {
    for (;;) {
      const due = began + (issued * 1000) / perSecond;
      if (issued >= planned || idle.length === 0 || due > now) break;
      const exchange = idle.shift()!;
      issued++;
      exchange.ask(() => {
        latencies.push((performance.now() - due) * 1000);
        idle.push(exchange);
      });
    }
    await turn();
  }
  while (idle.length < exchanges.length) await turn();
  return { latencies, late: planned - issued };
}

/** `run MS [MOST]` and `rate MS PER-SECOND`. */
export async function keepAnswers(
  settings: LoadSettings,
): Promise<Readonly<Record<string, Answer>>> {
  const open = Array.from({ length: settings.connections }, () => openExchange(settings));
  const exchanges = await Promise.all(open);
  return {
    run: (milliseconds, most) => run(exchanges, milliseconds!, most ?? exchanges.length),
    rate: async (milliseconds, perSecond) => {
      const { latencies, late } = await rate(exchanges, milliseconds!, perSecond!);
      return {
        count: latencies.length,
        late,
        p50: quantile(latencies, 0.5),
        p90: quantile(latencies, 0.9),
        p99: quantile(latencies, 0.99),
        p999: quantile(latencies, 0.999),
        max: quantile(latencies, 1),
      };
    },
  };
}
