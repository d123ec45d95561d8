/**
 * The programs of `examples/` and `bench/`: where they are and what their opening comments say.
 *
 * They are TypeScript, built by tsup like everything else: Node 20 does not strip types, and so
 * they import the packages in the form in which they are published. The first sentence of a
 * program's opening comment describes it; "Run by `npm test`" in that comment is a promise that it
 * ends by itself, with exit code 0, without root and without a network.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run-command.mjs';

/** Package of each folder of programs. */
export const PACKAGES = { examples: '@netlayers/examples', bench: '@netlayers/bench' };

function openingComment(text) {
  const [, comment = ''] = /^\/\*\*([\s\S]*?)\*\//.exec(text) ?? [];
  return comment.replace(/^\s*\* ?/gm, '').trim();
}

/**
 * Lists the programs of a folder.
 *
 * @param {'examples' | 'bench'} folder
 * @returns {{ name: string, built: string, summary: string, runsInTests: boolean }[]}
 */
export function programsOf(folder) {
  const source = join(ROOT, folder, 'src');
  if (!existsSync(source)) return [];
  const files = readdirSync(source).filter((file) => file.endsWith('.ts'));
  return files.sort().map((file) => {
    const name = file.slice(0, -'.ts'.length);
    const comment = openingComment(readFileSync(join(source, file), 'utf8'));
    const [paragraph = ''] = comment.split(/\n\s*\n/);
    const [summary = ''] = paragraph.replace(/\s+/g, ' ').split(/(?<=\.)\s(?=[A-Z])/);
    return {
      name,
      built: join(ROOT, folder, 'dist', `${name}.js`),
      summary: summary.replace(/\.$/, ''),
      runsInTests: /Run by `npm test`/.test(comment),
    };
  });
}
