/**
 * What a process holds, after everything that can go has gone.
 */

import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';
import { LONG, report } from './long.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** Megabytes that a short run may differ by; a long one is held to the tenth alone. */
const ALLOWANCE = LONG ? 0 : 16;

/** Has the C library give back what is free: what it keeps is not held by anything of ours. */
const trim = ((): (() => void) => {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const mallocTrim = koffi.load(null).func('malloc_trim', 'int', ['size_t']);
    return () => void mallocTrim(0);
  } catch {
    return () => {}; // a C library without it
  }
})();

/** Megabytes. */
export interface Held {
  readonly rss: number;
  readonly heap: number;
  readonly buffers: number;
}

/** Collects garbage until nothing changes any more, and measures. */
export async function held(): Promise<Held> {
  for (let round = 0; round < 4; round++) {
    gc();
    await sleep(20);
  }
  trim();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10;
  return { rss: megabytes(rss), heap: megabytes(heapUsed), buffers: megabytes(arrayBuffers) };
}

/**
 * Expects that the process holds no more than a tenth above what it held before.
 *
 * `before` is to be measured after a warm-up of the same kind: code that is compiled and pools that
 * are filled stay.
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
  // The heap and the buffers are ours to answer for. Of the rest, compiled code and what V8 keeps of
  // its pages come and go by several megabytes in a run of seconds on a busy machine.
  expect(after.rss, `${what}: resident megabytes`).toBeLessThan(before.rss * 1.1 + ALLOWANCE);
  expect(after.buffers, `${what}: megabytes of buffers`).toBeLessThan(before.buffers * 1.1 + 2);
  expect(after.heap, `${what}: megabytes of heap`).toBeLessThan(before.heap * 1.1 + 1);
}
