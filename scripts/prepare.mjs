/**
 * Installs and builds what a command of this repository needs, if something has changed since the
 * last time: what `npm start`, `npm run example` and the others have in common.
 *
 * A stamp in `.stamp/` remembers when installing or building *began*; whatever is newer than it
 * (a file, or a folder in which one was added or removed) makes it stale. When nothing is stale,
 * no process is started and the network is not touched.
 *
 * No dependencies: this runs before anything is installed.
 */

import './check-node.mjs';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Progress } from './progress.mjs';
import { pnpmCommand, QUIET, ROOT, runCommand } from './run-command.mjs';

const STAMPS = join(ROOT, '.stamp');
const LOG = join(STAMPS, 'prepare.log');
/** Folders of packages, and folders that are one. */
const FOLDERS = ['packages', 'apps'];
const SINGLE = ['examples', 'bench'];
/** What a build reads besides the sources of its packages. */
const SHARED_INPUTS = ['tsconfig.base.json', 'tsup.config.ts', 'turbo.json'];
/** Not sources: made by tools, or read by tests only. */
const IGNORED = new Set(['node_modules', 'dist', 'test', '.turbo', 'README.md']);
/** Binaries of other platforms do not run here. */
const PLATFORM = `${process.platform}-${process.arch}`;

/** A failure that one line explains. */
export class PrepareError extends Error {}

const mtime = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const stampOf = (name) => join(STAMPS, name.replace(/[^a-z0-9-]+/g, '_'));

function readStamp(name) {
  const path = stampOf(name);
  const isOurs = existsSync(path) && readFileSync(path, 'utf8') === PLATFORM;
  return isOurs ? mtime(path) : 0;
}

/** Makes the folder of the stamps, before anything long is begun in vain. */
function makeStamps() {
  try {
    mkdirSync(STAMPS, { recursive: true });
    accessSync(STAMPS, constants.W_OK);
  } catch (error) {
    throw new PrepareError(
      `${ROOT} may not be written (${error.code}): copy it to where it may, or build it as its owner`,
    );
  }
}

function writeStamp(name, atMs) {
  writeFileSync(stampOf(name), PLATFORM);
  utimesSync(stampOf(name), atMs / 1000, atMs / 1000);
}

/** Whether something below a folder was changed, added or removed after `atMs`. */
function isNewer(folder, atMs) {
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    if (IGNORED.has(entry.name) || entry.name.endsWith('.tgz')) return false;
    const path = join(folder, entry.name);
    return mtime(path) > atMs || (entry.isDirectory() && isNewer(path, atMs));
  });
}

/** Name -> folder and workspace dependencies of every package of the workspace. */
function readWorkspace() {
  const inside = FOLDERS.filter((folder) => existsSync(join(ROOT, folder))).flatMap((folder) =>
    readdirSync(join(ROOT, folder)).map((name) => join(ROOT, folder, name)),
  );
  const workspace = new Map();
  for (const folder of [...inside, ...SINGLE.map((name) => join(ROOT, name))]) {
    const file = join(folder, 'package.json');
    if (!existsSync(file)) continue;
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    // What a command carries inside is a dependency of its development: nobody installs it with it.
    const inside = 'bin' in manifest ? manifest.devDependencies : {};
    const dependencies = Object.entries({ ...manifest.dependencies, ...inside })
      .filter(([, version]) => version.startsWith('workspace:'))
      .map(([name]) => name);
    workspace.set(manifest.name, {
      folder,
      dependencies,
      builds: 'build' in (manifest.scripts ?? {}),
    });
  }
  return workspace;
}

/** A package and everything below it. */
function closureOf(workspace, name, found = new Set()) {
  const entry = workspace.get(name);
  if (entry === undefined) throw new PrepareError(`this repository has no package ${name}`);
  if (!found.has(name)) {
    found.add(name);
    for (const each of entry.dependencies) closureOf(workspace, each, found);
  }
  return found;
}

function installIsStale() {
  const at = readStamp('install');
  if (at === 0 || !existsSync(join(ROOT, 'node_modules', '.modules.yaml'))) return true;
  return ['pnpm-lock.yaml', 'pnpm-workspace.yaml'].some((file) => mtime(join(ROOT, file)) > at);
}

function buildIsStale(workspace, name) {
  const at = readStamp(name);
  if (at === 0) return true;
  if (SHARED_INPUTS.some((file) => mtime(join(ROOT, file)) > at)) return true;
  return [...closureOf(workspace, name)].some((each) => {
    const { folder, builds } = workspace.get(each);
    return (builds && !existsSync(join(folder, 'dist'))) || isNewer(folder, at);
  });
}

/** Whether a package of the workspace is built from what is there now. */
export const isBuilt = (name) => !buildIsStale(readWorkspace(), name);

/** What to say about output that nobody wants to read in full. */
const REASONS = [
  [
    /ENOTFOUND|EAI_AGAIN|ENETUNREACH|dns error/,
    'the npm registry cannot be reached: is there a network?',
  ],
  [/ECONNREFUSED|ETIMEDOUT|ECONNRESET|error sending request/, 'the npm registry does not answer'],
  [/ENOSPC/, 'the disk is full'],
  [/EACCES|EPERM|EROFS/, 'a file or folder may not be written'],
  [/ERR_PNPM_OUTDATED_LOCKFILE/, 'pnpm-lock.yaml does not fit a package.json: run pnpm install'],
];

function reasonOf(output, code) {
  if (code === 127) return 'npm is not installed: it comes with Node.js';
  const known = REASONS.find(([pattern]) => pattern.test(output));
  if (known !== undefined) return known[1];
  const lines = stripVTControlCharacters(output).split('\n');
  const error = lines.find((line) => /error|ERR_/i.test(line)) ?? lines.findLast(Boolean);
  return error?.trim() ?? `exit code ${code}`;
}

async function run(what, command, show) {
  const { code, output } = await runCommand(command, { env: QUIET, show });
  if (code === 0) return;
  if (show) throw new PrepareError(`${what} failed`);
  writeFileSync(LOG, output);
  throw new PrepareError(
    `${what} failed: ${reasonOf(output, code)} (all of it: .stamp/prepare.log)`,
  );
}

/** Installs dependencies if the lockfile is newer than the last time. */
export async function install({ show = false, say = () => {} } = {}) {
  if (!installIsStale()) return;
  const began = Date.now();
  makeStamps();
  const isFirst = readStamp('install') === 0;
  say(`installing dependencies${isFirst ? ', which takes a minute the first time' : ''}`);
  // Without CI pnpm may want to ask something, and there is nobody to answer.
  const command = pnpmCommand(
    'install',
    '--frozen-lockfile',
    '--config.confirm-modules-purge=false',
  );
  await run('installing', command, show);
  writeStamp('install', began);
}

/**
 * Builds packages and everything below them if a source is newer than the last time.
 *
 * @param {string[]} names packages of the workspace; none = all of them.
 */
export async function build(names, { show = false, say = () => {} } = {}) {
  const workspace = readWorkspace();
  const wanted = names.length > 0 ? names : [...workspace.keys()];
  const stale = wanted.filter((name) => buildIsStale(workspace, name));
  if (stale.length === 0) return;
  const began = Date.now();
  makeStamps();
  say('building');
  const filters = names.length > 0 ? stale.map((name) => `--filter=${name}...`) : [];
  const turbo = ['exec', 'turbo', 'run', 'build', ...filters, '--concurrency=100%'];
  const command = [...turbo, '--output-logs=errors-only'];
  await run('building', pnpmCommand(...command), show);
  for (const name of stale) writeStamp(name, began);
}

/** Installs and builds what is needed for packages, and says so in one line when it does. */
export async function prepare(names) {
  const progress = new Progress();
  const say = (step) => progress.step(step);
  try {
    await install({ say });
    await build(names, { say });
    progress.done();
  } catch (error) {
    progress.failed();
    if (!(error instanceof PrepareError)) throw error;
    console.error(`netlayers: ${error.message}`);
    process.exit(1);
  }
}
