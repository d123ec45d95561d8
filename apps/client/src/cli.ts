#!/usr/bin/env node
/**
 * The entry of `netlayers-client`.
 */

import { nodeProblem } from '@netlayers/common/node-version';

const problem = nodeProblem(process.versions.node);
if (problem === null) {
  // A reader that goes away (`| head`) may be reported when nobody writes any more.
  process.stdout.on('error', () => {});
  const { main } = await import('./main.js');
  process.exitCode = await main(process.argv.slice(2));
} else {
  console.error(`netlayers-client: ${problem}`);
  process.exitCode = 1;
}
