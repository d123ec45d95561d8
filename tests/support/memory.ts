/**
 * What a process holds, after everything that can go has gone.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';
import { report } from './long.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Megabytes. */
export interface Held {
  readonly rss: number;
  readonly heap: number;
  readonly buffers: number;
}

/** Collects garbage until nothing changes any more, and measures. */
export async function held(): Promise<Held> {
  for (let round = 0; round < 4; round++) {
    collect();
    await sleep(20);
  }
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10;
  return { rss: megabytes(rss), heap: megabytes(heapUsed), buffers: megabytes(arrayBuffers) };
}

/**
 * Expects that the process holds no more than a tenth above what it held before.
 *
 * `before` is to be measured after a warm-up of the same kind: code that is compiled and pools that
 * are filled stay. The allocator of the C library keeps some megabytes of its own.
 */
export async function expectReturnTo(before: Held, what: string): Promise<void> {
  let after = await held();
  // Pages are given back by threads of V8's own, in their time.
  for (let round = 0; round < 5 && after.rss > before.rss * 1.05; round++) {
    await sleep(200);
    after = await held();
  }
  report(
    `${what}: resident ${before.rss} -> ${after.rss} MB, heap ${before.heap} -> ${after.heap} MB, buffers ${before.buffers} -> ${after.buffers} MB`,
  );
  expect(after.rss, `${what}: resident megabytes`).toBeLessThan(before.rss * 1.1);
  expect(after.heap, `${what}: megabytes of heap`).toBeLessThan(before.heap * 1.1 + 1);
}
