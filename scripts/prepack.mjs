/**
 * Run by `npm pack`, `pnpm pack` and whatever publishes, in the folder of a package: refuses to make a
 * tarball without code, with that of yesterday, or by npm where only pnpm can. It builds nothing by
 * itself, since packages are packed at the same time, and each is built from others.
 */

import './check-node.mjs';
import { readFileSync } from 'node:fs';
import { isBuilt } from './prepare.mjs';

const { name, dependencies = {} } = JSON.parse(readFileSync('package.json', 'utf8'));
// pnpm puts versions in the place of these; npm leaves them, and refuses them when it is to install them.
const isUnresolved = Object.values(dependencies).some((range) =>
  /^(catalog|workspace):/.test(range),
);
if (isUnresolved && process.env.npm_config_user_agent?.startsWith('npm/')) {
  console.error(
    `netlayers: ${name} is packed by pnpm pack: npm pack makes a tarball that nobody can install`,
  );
  process.exit(1);
}
if (!isBuilt(name)) {
  console.error(
    `netlayers: ${name} is not built, or something has changed since: npm run build, in the folder of the repository`,
  );
  process.exit(1);
}
