/**
 * Runs programs of the corpus by name, in a process that has run nothing else, and writes a line of
 * JSON for each: what two processes have to have in common. A result that is not as expected ends it.
 */

import { deepStrictEqual } from 'node:assert';
// First, so that packages find the diverted functions of Node.
import { simulateAndReport } from '@netlayers/sim/node';

for (const name of process.argv.slice(2)) {
  const { program, expected, hasSecrets = false } = await import(`./programs/${name}.mjs`);
  try {
    const report = await simulateAndReport({ seed: 7, captureFolder: null }, program);
    deepStrictEqual(report.result, expected);
    const { durationMs, packets, digest, shapeDigest } = report;
    // OpenSSL draws keys where no seed reaches.
    const hash = hasSecrets ? shapeDigest : digest;
    process.stdout.write(`${JSON.stringify({ name, durationMs, packets, hash })}\n`);
  } catch (error) {
    // The error of a client may hold all that the client knows.
    process.stderr.write(`${name}: ${error.message}\n${error.cause?.stack ?? ''}\n`);
    process.exit(1);
  }
}
// What a package leaves running outside of simulations is nothing to wait for.
process.exit();
