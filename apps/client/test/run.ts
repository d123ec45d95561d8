/**
 * Runs the command inside of the test's process and catches what it prints.
 */

import { vi } from 'vitest';
import { main } from '../src/main.js';

/** What a run has left. */
export interface Outcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `netlayers-client` with these arguments. */
export async function run(...args: string[]): Promise<Outcome> {
  const printed = { stdout: '', stderr: '' };
  const catching = (name: 'stdout' | 'stderr') =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk, ...rest: unknown[]) => {
      printed[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1');
      const callback = rest.at(-1);
      if (typeof callback === 'function') queueMicrotask(() => callback());
      return true;
    });
  const spies = [catching('stdout'), catching('stderr')];
  try {
    return {
      exitCode: await main(args),
      ...printed,
      stdout: printed.stdout,
      stderr: printed.stderr,
    };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
