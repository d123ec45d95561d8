/**
 * What takes longer than `npm test` may:
 *
 *     npm run fuzz -- [MINUTES] [FIRST ROUND]   mutations with seeds of their own in each round
 *     npm run soak                              the heavy variants of the tests of whole programs
 *
 * Both build first. A round that fails can be repeated: its number is printed.
 */

import { join } from 'node:path';
import process from 'node:process';
import { prepare } from './prepare.mjs';
import { QUIET, ROOT, runCommand } from './run-command.mjs';
import { testFiles } from './test-files.mjs';

const [kind, ...rest] = process.argv.slice(2);
const vitest = join(ROOT, 'node_modules', '.bin', 'vitest');
const SOAKED = ['tests/interop', 'tests/robustness', 'packages/tcp/test', 'packages/sim/test'];

/** The test files that mutate. */
const fuzzFiles = () => testFiles().filter((path) => /(fuzz|\/mutations)\.test\.ts$/.test(path));

const run = async (files, env) => {
  const { code } = await runCommand([vitest, 'run', ...files], {
    show: true,
    env: { ...QUIET, ...env },
  });
  return code === 0;
};

async function fuzz(minutes = 5, first = 1) {
  const files = fuzzFiles();
  const until = Date.now() + minutes * 60_000;
  for (let round = first; Date.now() < until || round === first; round++) {
    console.log(`\n--- round ${round}`);
    if (await run(files, { NETLAYERS_FUZZ_ROUND: String(round) })) continue;
    console.log(`round ${round} failed: npm run fuzz -- 0 ${round} repeats it`);
    return false;
  }
  return true;
}

if (kind !== 'fuzz' && kind !== 'soak') {
  console.error('usage: node scripts/long.mjs fuzz|soak');
  process.exit(2);
}
const numbers = rest.map(Number);
if (numbers.some((number) => !(number >= 0))) {
  console.error('npm run fuzz -- [MINUTES] [FIRST ROUND]: both are numbers');
  process.exit(2);
}
await prepare([]);
const ok = kind === 'fuzz' ? await fuzz(...numbers) : await run(SOAKED, { NETLAYERS_LONG: '1' });
process.exit(ok ? 0 : 1);
