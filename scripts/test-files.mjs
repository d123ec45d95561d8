/** Where the tests are. */

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run-command.mjs';

/** Folders with tests; suites that several implementations run are in the kit. */
function testFolders() {
  const inside = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}/test`),
  );
  return [...inside, 'packages/testkit/src', 'tests', 'bench/test'];
}

/** All TypeScript files in them, sorted within each, as paths from the repository's folder. */
export const testFiles = () =>
  testFolders()
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
        .sort()
        .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
    );
