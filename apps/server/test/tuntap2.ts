/**
 * A package `tuntap2` for the command's process: the stand-in of `@netlayers/tun`, which speaks to
 * no kernel, with what keeps a process alive while the real one reads: a pending operation that only
 * its release ends.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

const STAND_IN = fileURLToPath(
  new URL('../../../packages/tun/test/tuntap2-stand-in.ts', import.meta.url),
);

const ENTRY = `
import { StandInTun } from ${JSON.stringify(STAND_IN)};
export class Tun extends StandInTun {
  #reading = setInterval(() => {}, 1000);
  release(callback) {
    clearInterval(this.#reading);
    super.release(callback);
  }
}
`;

/** Installs it into a folder, where a program in that folder finds it. */
export async function installTuntap2(folder: string): Promise<void> {
  const target = join(folder, 'node_modules', 'tuntap2');
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'entry.js'), ENTRY);
  writeFileSync(
    join(target, 'package.json'),
    JSON.stringify({ name: 'tuntap2', version: '0.0.0', type: 'module', exports: './index.js' }),
  );
  await build({
    entry: { index: join(target, 'entry.js') },
    outDir: target,
    format: 'esm',
    silent: true,
    config: false,
    clean: false,
  });
}
