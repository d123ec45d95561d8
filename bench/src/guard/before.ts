/**
 * The commit to compare with, built beside this checkout: a worktree in a temporary folder with its own
 * packages, and with the programs of this `bench/`, so that both versions are measured by the same code.
 * Nothing is fetched: what it installs is in pnpm's store. It goes when the harness ends, however it does.
 */

import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import process from 'node:process';
import { BENCH } from '../harness/programs.js';
import { removeAtEnd } from '../harness/scratch.js';

const ROOT = join(BENCH, '..');

/** A problem that one line explains. */
export class GuardError extends Error {}

const git = (...args: readonly string[]): string => {
  try {
    return execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch (error) {
    throw new GuardError(String((error as { stderr?: string }).stderr ?? error).trim());
  }
};

/** The full name of a commit; by default the last one, or the one before where nothing else is changed. */
export function commitBefore(given: string | null): string {
  const isChanged = git('status', '--porcelain', '--', 'packages', 'apps') !== '';
  return git('rev-parse', '--verify', `${given ?? (isChanged ? 'HEAD' : 'HEAD~1')}^{commit}`);
}

/** Runs a command in a group of its own, which is ended with us. */
async function run(cwd: string, what: string, command: readonly string[]): Promise<void> {
  const [file = '', ...args] = command;
  const env = { ...process.env, CI: '1', TURBO_TELEMETRY_DISABLED: '1' };
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const endGroup = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  process.once('exit', endGroup);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2000);
    });
  }
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve).once('error', () => resolve(127));
  });
  process.off('exit', endGroup);
  if (code !== 0) throw new GuardError(`${what} failed: ${said.trim()}`);
}

interface Manifest {
  readonly packageManager?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** The packages of this repository that our programs import, as far as the checkout has them. */
function packagesIn(checkout: string): string[] {
  return Object.keys(manifestOf(BENCH).dependencies ?? {})
    .filter((name) => name.startsWith('@netlayers/') && !name.endsWith('-cli'))
    .map((name) => name.slice('@netlayers/'.length))
    .filter((name) => existsSync(join(checkout, 'packages', name, 'package.json')));
}

/** Has our programs find the packages of the checkout. */
function putPrograms(checkout: string, packages: readonly string[]): string {
  const bench = join(checkout, 'bench');
  rmSync(join(bench, 'dist'), { recursive: true, force: true });
  cpSync(join(BENCH, 'dist'), join(bench, 'dist'), { recursive: true });
  const modules = join(bench, 'node_modules', '@netlayers');
  mkdirSync(modules, { recursive: true });
  for (const name of packages) {
    const link = join(modules, name);
    if (existsSync(link)) continue;
    symlinkSync(relative(modules, join(checkout, 'packages', name)), link);
  }
  return bench;
}

/**
 * Builds the commit; returns its `bench/`.
 *
 * @throws GuardError where it cannot be built.
 */
export async function buildBefore(commit: string, say: (text: string) => void): Promise<string> {
  const folder = removeAtEnd(mkdtempSync(join(tmpdir(), 'netlayers-before-')));
  const checkout = join(folder, 'checkout');
  // Before the folder goes: git remembers a worktree without one.
  process.prependOnceListener('exit', () => {
    try {
      git('worktree', 'remove', '--force', checkout);
    } catch {
      // It was not made.
    }
  });
  say('checking out');
  git('worktree', 'add', '--detach', checkout, commit);
  const { packageManager = 'pnpm' } = manifestOf(checkout);
  const pnpm = ['npx', '--yes', '--', packageManager];
  say('installing, offline');
  await run(checkout, 'installing', [...pnpm, 'install', '--offline', '--frozen-lockfile']);
  say('building');
  const packages = packagesIn(checkout);
  const filters = packages.map((name) => `--filter=@netlayers/${name}...`);
  await run(checkout, 'building', [...pnpm, 'exec', 'turbo', 'run', 'build', ...filters]);
  return putPrograms(checkout, packages);
}
