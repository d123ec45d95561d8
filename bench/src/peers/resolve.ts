/** Packages that may be installed beside the bench, and are no dependencies of it. */

import { createRequire } from 'node:module';

/**
 * Where it is to be put: in a folder of its own, with a link to it, since npm takes away what pnpm has
 * installed. `bench/` and `packages/` both find it there.
 */
export const howToGet = (name: string, from: string): string =>
  `build ${from} in a folder of its own, and link it as node_modules/${name} of this checkout`;

/** Whether a package is there. */
export function canResolve(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
