/**
 * Run by `npm pack`, `pnpm pack` and whatever publishes, in the folder of a package: refuses to make a
 * tarball without code, or with that of yesterday. It builds nothing by itself, since packages are packed
 * at the same time, and each is built from others.
 */

import './check-node.mjs';
import { readFileSync } from 'node:fs';
import { isBuilt } from './prepare.mjs';

const { name } = JSON.parse(readFileSync('package.json', 'utf8'));
if (!isBuilt(name)) {
  console.error(
    `netlayers: ${name} is not built, or something has changed since: npm run build, in the folder of the repository`,
  );
  process.exit(1);
}
