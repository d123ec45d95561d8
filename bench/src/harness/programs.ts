/**
 * The programs of `bench/src/programs`, as commands, and those in C, built where there is a compiler.
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { hasProgram } from './cores.js';

/** The folder of this `bench/`; the programs of another version are in the one of its checkout. */
export const BENCH = fileURLToPath(new URL('..', import.meta.url));

/** A program on Node, as a command. Collections of garbage can be asked for. */
export const nodeProgram = (
  name: string,
  args: readonly (string | number)[],
  bench: string = BENCH,
): readonly string[] => [
  process.execPath,
  '--expose-gc',
  join(bench, 'dist', 'programs', `${name}.js`),
  ...args.map(String),
];

/** Whether C can be compiled here. */
export const hasCompiler = hasProgram('cc');

const CACHE = join(BENCH, 'node_modules', '.cache', 'netlayers-bench');

/**
 * Builds a program of the files of a folder of `bench/native`, if that was not done before for the same
 * files and flags, and returns its path.
 *
 * @throws Error with what the compiler says.
 */
function buildNative(
  folder: string,
  endings: RegExp,
  flags: readonly string[],
  build: (program: string, files: readonly string[]) => void,
): string {
  const source = join(BENCH, 'native', folder);
  const files = readdirSync(source).filter((file) => endings.test(file));
  const paths = files.sort().map((file) => join(source, file));
  const hash = createHash('sha256').update(flags.join(' '));
  for (const path of paths) hash.update(readFileSync(path));
  const program = join(CACHE, `${folder}-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(program)) return program;
  mkdirSync(CACHE, { recursive: true });
  const unfinished = `${program}.${process.pid}`;
  try {
    build(unfinished, paths);
    renameSync(unfinished, program);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return program;
}

/** Compiles a folder of C. */
export const compileC = (folder: string, flags: readonly string[] = []): string =>
  buildNative(folder, /\.[ch]$/, flags, (program, files) => {
    const sources = files.filter((file) => file.endsWith('.c'));
    const command = ['-O2', '-Wall', '-Wextra', '-o', program, ...sources, ...flags];
    execFileSync('cc', command, { stdio: ['ignore', 'ignore', 'pipe'] });
  });

/** Compiles a folder of Go against the sources that the system has, without modules. */
export const compileGo = (folder: string, sources: string): string =>
  buildNative(folder, /\.go$/, [sources], (program, files) => {
    const env = { ...process.env, GOPATH: sources, GO111MODULE: 'off', GOFLAGS: '' };
    execFileSync('go', ['build', '-o', program, ...files], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  });
