/** Packages that may be installed beside the bench, and are no dependencies of it. */

import { createRequire } from 'node:module';

/** Whether a package is there. */
export function canResolve(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
}
