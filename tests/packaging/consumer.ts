/**
 * A project outside of the workspace that installs our packages from their tarballs, as a user
 * would from the registry: nothing of the repository is in reach of it.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands, libraries, ROOT, type WorkspacePackage } from './workspace.js';

/** The package managers that are tried. */
export type PackageManager = 'npm' | 'pnpm';

/** What a command left behind. */
export interface Outcome {
  readonly code: number | null;
  readonly output: string;
}

/** A run of one command is over within this time. */
const COMMAND_MS = 60_000;

/** Runs a command and returns its exit code and all that it wrote. */
export function run(folder: string, command: string, args: readonly string[]): Outcome {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: COMMAND_MS,
    env: { ...process.env, CI: 'true', NO_COLOR: '1', npm_config_update_notifier: 'false' },
  });
  return { code: status, output: `${stdout}${stderr}${error?.message ?? ''}` };
}

function runOrThrow(folder: string, command: string, args: readonly string[]): string {
  const { code, output } = run(folder, command, args);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed (${code}):\n${output}`);
  return output;
}

/** The arguments of npx that run the pnpm of this repository. */
function pnpm(...args: string[]): string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return ['--yes', manifest.packageManager, ...args];
}

/** Builds what is not built yet. */
export function buildAll(): void {
  const script = "import { prepare } from './scripts/prepare.mjs'; await prepare([]);";
  execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Packs every published package; returns the tarball of each name. */
export function packAll(folder: string): Map<string, string> {
  const target = join(folder, 'tarballs');
  mkdirSync(target);
  const filters = ['--filter=./packages/*', '--filter=./apps/*'];
  runOrThrow(ROOT, 'npx', pnpm('-r', ...filters, 'pack', `--pack-destination=${target}`));
  const files = readdirSync(target);
  const packed = new Map<string, string>();
  for (const { manifest } of [...libraries(), ...commands()]) {
    const stem = manifest.name.slice(1).replace('/', '-');
    const file = files.find((name) => new RegExp(`^${stem}-\\d.*\\.tgz$`).test(name));
    if (file === undefined) throw new Error(`${manifest.name} was not packed`);
    packed.set(manifest.name, join(target, file));
  }
  return packed;
}

/** Makes an empty project with all tarballs installed, and returns its folder. */
export function installAll(
  parent: string,
  manager: PackageManager,
  tarballs: ReadonlyMap<string, string>,
): string {
  const folder = join(parent, manager);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const files = [...tarballs].map(([name, path]) => [name, `file:${path}`] as const);
  const manifest = { name: 'consumer', private: true, type: 'module' };
  if (manager === 'npm') {
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
    runOrThrow(folder, 'npm', ['install', ...flags, ...tarballs.values()]);
    return folder;
  }
  const dependencies = Object.fromEntries(files);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, dependencies }));
  // pnpm asks the registry for a dependency of a tarball even where the project has it itself.
  const overrides = files.map(([name, file]) => `  '${name}': '${file}'\n`).join('');
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), `overrides:\n${overrides}`);
  const flags = ['--ignore-scripts', '--prefer-offline', '--config.pm-on-fail=ignore'];
  runOrThrow(folder, 'npx', pnpm('install', ...flags));
  return folder;
}

/** Where a project finds a package of ours. */
export const installedFolder = (project: string, { manifest }: WorkspacePackage): string =>
  join(project, 'node_modules', ...manifest.name.split('/'));
