/**
 * The programs of the guides and of the README: each block that begins with ```` ```js runnable ```` runs, by itself and
 * to its end, on the built packages.
 */

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ROOT } from './workspace.js';

const GUIDES = join(ROOT, 'docs/guides');

const programsOf = (text: string): string[] =>
  [...text.matchAll(/^```js runnable\n([\s\S]*?)^```/gm)].map(([, code]) => code!);

/** Packages of others are found from here. */
const FOLDER = join(ROOT, 'tests');

const guides = [join(ROOT, 'README.md'), ...readdirSync(GUIDES).map((name) => join(GUIDES, name))]
  .map((path) => ({ name: basename(path), programs: programsOf(readFileSync(path, 'utf8')) }))
  .filter(({ programs }) => programs.length > 0);

describe.each(guides)('$name', ({ programs }) => {
  it.each(programs.map((code, index) => [index + 1, code] as const))(
    'has a program %i that runs',
    async (_number, code) => {
      const args = ['--input-type=module', '--eval', code];
      const env = { ...process.env, NODE_OPTIONS: '' };
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: FOLDER, env });
      expect(stdout).not.toBe('');
    },
  );
});
