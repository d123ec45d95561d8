/**
 * The other end of `LineProcess`: a program that is asked in lines and answers each with figures. It ends
 * with its input, so that none outlives the harness.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Figures } from '../harness/processes.js';
import { fixAcceptedSockets } from './congestion-control.js';

/** Answers a question, whose further words are numbers. */
export type Answer = (...numbers: number[]) => Figures | Promise<Figures>;

const collect = (globalThis as { gc?: () => void }).gc;
/** How often the delay of the event loop is looked at, milliseconds. */
const DELAY_GRAIN_MS = 1;
const delay = monitorEventLoopDelay({ resolution: DELAY_GRAIN_MS });

/** What can be asked of every program on Node. */
const ASKED_OF_ALL: Readonly<Record<string, Answer>> = {
  /** Bytes, after everything that can be collected has been. */
  memory: async () => {
    for (let round = 0; round < 3; round++) {
      collect?.();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { rss, heapUsed, external } = process.memoryUsage();
    // Loaded when it is asked for: the collector goes by the size of the heap.
    const { default: v8 } = await import('node:v8');
    return { rss, heap: heapUsed, external, malloced: v8.getHeapStatistics().malloced_memory };
  },
  /** Watches the delay of the event loop from now on. */
  watch: () => {
    delay.reset();
    delay.enable();
    return {};
  },
  /** What it was, milliseconds beyond the grain. */
  delay: () => {
    delay.disable();
    const beyond = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - DELAY_GRAIN_MS);
    return { p999: beyond(delay.percentile(99.9)), max: beyond(delay.max) };
  },
};

/** Says that the program is ready, and answers from now on; what it accepts has the named congestion control. */
export function answerLines(answers: Readonly<Record<string, Answer>> = {}): void {
  fixAcceptedSockets();
  const all: Readonly<Record<string, Answer>> = { ...ASKED_OF_ALL, ...answers };
  const input = createInterface({ input: process.stdin });
  input.on('line', async (line) => {
    const [word = '', ...numbers] = line.split(' ');
    const answer = all[word];
    if (answer === undefined) throw new Error(`nobody answers ${word}`);
    process.stdout.write(`${JSON.stringify(await answer(...numbers.map(Number)))}\n`);
  });
  input.on('close', () => process.exit(0));
  process.stdout.write('ready\n');
}
