/**
 * Which version of the command this is.
 */

import { createRequire } from 'node:module';

/** The line of `--version`. */
export function versionLine(): string {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  return `netlayers-client ${version} (HTTP/2, HTTP/1.1; the kernel's TCP, or ours over TUN; Node ${process.versions.node})`;
}
