#!/usr/bin/env node
/**
 * The entry of `netlayers-server`. Also imported by `npm start`, into its own process.
 */

import { fileURLToPath } from 'node:url';
import { nodeProblem } from '@netlayers/common/node-version';

const problem = nodeProblem(process.versions.node);
if (problem === null) {
  const { main } = await import('./main.js');
  process.exitCode = await main(process.argv.slice(2), fileURLToPath(import.meta.url));
} else {
  console.error(`netlayers-server: ${problem}`);
  process.exitCode = 1;
}
