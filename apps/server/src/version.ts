/**
 * Which version of the command this is.
 */

import { createRequire } from 'node:module';

/** The line of `--version`. */
export function versionLine(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  return `netlayers-server ${version} (HTTP/1.1 and HTTP/2; our own TCP, or the kernel's; Node ${process.versions.node})`;
}
