/**
 * Ends with one line where Node is older than what this repository runs on. Imported before
 * everything else, and written so that old versions can read it.
 */

import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const partsOf = (version) => version.split('.').map((part) => Number.parseInt(part, 10));

/**
 * What is wrong with a version of Node.
 *
 * @param {string} version such as `20.19.0`.
 * @param {string} range such as `>=20.19`.
 * @returns {string | null}
 */
export function nodeProblem(version, range) {
  const wanted = range.replace(/^>=/, '');
  const [major, minor] = partsOf(version);
  const [leastMajor, leastMinor] = partsOf(wanted);
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return null;
  return `Node.js ${wanted} or newer is needed, and this is ${version}: see https://nodejs.org`;
}

const problem = nodeProblem(process.versions.node, manifest.engines.node);
if (problem !== null) {
  console.error(`netlayers: ${problem}`);
  process.exit(1);
}
