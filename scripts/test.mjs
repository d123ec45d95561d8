/**
 * `npm test`: everything that has to hold before a change lands, from a fresh clone with Node and
 * git only. Installs, builds, lints, checks types, runs the tests and those examples that say they
 * run here.
 *
 * The last line is the count, `N passed, N failed, N skipped`: each test, each example and each
 * other step is one. A step that fails does not keep the later ones from running, but for
 * installing.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, install, PrepareError } from './prepare.mjs';
import { programsOf } from './programs.mjs';
import { QUIET, ROOT, runCommand } from './run-command.mjs';

/** An example that runs in tests ends by itself within this time. */
const EXAMPLE_MS = 60_000;

const count = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const bin = (name) => join(ROOT, 'node_modules', '.bin', name);

/** Runs a step, says how long it took, and counts it. */
async function step(name, body) {
  console.log(`\n--- ${name}`);
  const began = Date.now();
  let ok = false;
  try {
    ok = await body();
  } catch (error) {
    console.log(error instanceof PrepareError ? error.message : error);
  }
  console.log(
    `--- ${name}: ${ok ? 'ok' : 'failed'} (${((Date.now() - began) / 1000).toFixed(1)} s)`,
  );
  count[ok ? 'passed' : 'failed']++;
  if (!ok) failures.push(name);
  return ok;
}

async function succeeds(...command) {
  const { code } = await runCommand(command, { show: true, env: QUIET });
  return code === 0;
}

/** Adds up a report of vitest's; a file that could not be loaded counts as a failure. */
function addReport(path, exitCode) {
  const before = count.failed;
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    count.passed += report.numPassedTests;
    count.skipped += report.numPendingTests + report.numTodoTests;
    count.failed += report.numFailedTests;
    for (const file of report.testResults) {
      const tests = file.assertionResults;
      if (file.status === 'failed' && !tests.some(({ status }) => status === 'failed')) {
        count.failed++;
      }
    }
  } catch {
    console.log('vitest wrote no report');
  }
  // E.g. an error outside of any test.
  if (exitCode !== 0 && count.failed === before) count.failed++;
  if (count.failed > before) failures.push('tests');
}

async function runTests() {
  console.log('\n--- tests');
  const folder = mkdtempSync(join(tmpdir(), 'netlayers-test-'));
  const report = join(folder, 'report.json');
  const command = [bin('vitest'), 'run', '--reporter=default', '--reporter=json'];
  command.push(`--outputFile.json=${report}`);
  const { code } = await runCommand(command, { show: true, env: QUIET });
  addReport(report, code);
  rmSync(folder, { recursive: true, force: true });
}

async function runExample({ name, built }) {
  await step(`example ${name}`, async () => {
    const { code, output } = await runCommand([process.execPath, built], { timeoutMs: EXAMPLE_MS });
    if (code !== 0) console.log(output, `exit code ${code}`);
    return code === 0;
  });
}

async function main() {
  const show = true;
  const installed = await step('install', async () => {
    await install({ show });
    return true;
  });
  if (!installed) return;
  const built = await step('build', async () => {
    await build([], { show });
    return true;
  });
  await step('lint', () => succeeds(bin('biome'), 'check'));
  await step('types', () => succeeds(process.execPath, join(ROOT, 'scripts/check-types.mjs')));
  await runTests();
  if (!built) return;
  for (const program of programsOf('examples')) {
    if (program.runsInTests) await runExample(program);
  }
}

const began = Date.now();
await main();
const minutes = ((Date.now() - began) / 60_000).toFixed(1);
console.log(`\n${minutes} minutes${failures.length > 0 ? `; failed: ${failures.join(', ')}` : ''}`);
const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
console.log(`${count.passed} passed, ${count.failed} failed${skipped}`);
process.exitCode = count.failed > 0 ? 1 : 0;
