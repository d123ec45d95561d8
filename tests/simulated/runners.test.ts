/**
 * Simulations under the test runners that people use, on the built package.
 */

import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const FOLDER = fileURLToPath(new URL('runners', import.meta.url));
const VITEST = join(
  dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
  'vitest.mjs',
);

/** This run is one of vitest: what it has set is not for another one. */
const env = { PATH: process.env.PATH };

async function outputOf(args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: FOLDER, env });
  return stdout;
}

describe('seeds one after the other give the same under', () => {
  it('node:test, with the hooks before everything else', async () => {
    const register = ['--import', '@netlayers/sim/node/register'];
    const args = [...register, '--test', '--test-reporter', 'tap', 'node-test.mjs'];
    expect(await outputOf(args)).toMatch(/^# pass 2$/m);
  });

  it.each(['forks', 'vmThreads'])('vitest, pool %s', async (pool) => {
    expect(await outputOf([VITEST, 'run', '--pool', pool])).toMatch(/2 passed/);
  });
});
