/**
 * `npm run example -- NAME`, `npm run bench` and `npm run demo`: builds what is needed when
 * something has changed, and then becomes the program. Arguments go on to it.
 */

import { pathToFileURL } from 'node:url';
import { prepare } from './prepare.mjs';
import { PACKAGES, programsOf } from './programs.mjs';

const [kind, ...rest] = process.argv.slice(2);

/** Prints what there is to choose from. */
function list(programs) {
  const width = Math.max(...programs.map(({ name }) => name.length));
  console.log('npm run example -- NAME [ARGUMENTS]\n');
  for (const { name, summary } of programs) console.log(`  ${name.padEnd(width)}  ${summary}`);
}

/** Finds the program that is meant, and the arguments that are left for it. */
function choose(programs) {
  const called = (name) => programs.find((program) => program.name === name);
  if (kind === 'demo') return { program: called('demo'), args: rest };
  if (kind === 'bench' && called(rest[0]) === undefined) {
    return { program: called('main'), args: rest };
  }
  return { program: called(rest[0]), args: rest.slice(1) };
}

if (kind !== 'example' && kind !== 'bench' && kind !== 'demo') {
  console.error('usage: node scripts/run.mjs example|bench|demo [NAME] [ARGUMENTS]');
  process.exit(2);
}
const folder = kind === 'bench' ? 'bench' : 'examples';
const programs = programsOf(folder);
if (kind === 'example' && rest.length === 0) {
  list(programs);
  process.exit(0);
}
const { program, args } = choose(programs);
if (program === undefined) {
  console.error(`netlayers: there is no ${kind}${kind === 'example' ? ` ${rest[0]}` : ''} here`);
  if (kind === 'example') list(programs);
  process.exit(2);
}
await prepare([PACKAGES[folder]]);
process.argv = [process.argv[0], program.built, ...args];
await import(pathToFileURL(program.built).href);
