/**
 * What is in a folder, for a listing: the files and folders that a request could get. What could
 * not be served is not named either: dotfiles, links that leave the root, FIFOs, sockets, devices,
 * names that no URL of ours can say.
 *
 * Whoever swaps a folder for a link while it is read gets nothing: each entry is looked for below
 * the root by its real path, and in the end the name must still lead to the same place.
 */

import { opendir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isNowhere, segmentsBelow } from '../files/below-root.js';
import { hasDotfile, resolveTargetPath } from '../request/target-path.js';

/** Names that are read of one folder. A page of more is of no use, and each costs system calls. */
const MAX_ENTRIES = 10_000;
/** Entries that are looked at together. */
const BATCH = 64;

/** One line of a listing. */
export interface FolderEntry {
  readonly name: string;
  readonly type: 'file' | 'folder';
  /** Bytes of a file. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modifiedMs: number;
}

/** A folder's entries: folders first, each kind in the order of people. */
export interface FolderContents {
  readonly entries: readonly FolderEntry[];
  /** Whether these are all: a folder may have more than are read. */
  readonly complete: boolean;
}

/** The bounds and rules of reading a folder. */
export interface FolderRules {
  /** The real path of the folder that must not be left. */
  readonly root: string;
  readonly showDotfiles: boolean;
  /** @default 10,000 */
  readonly maxEntries?: number;
}

const ORDER = new Intl.Collator('en', { numeric: true });

/**
 * Reads a folder below the root.
 *
 * @returns `null` where there is none that may be read.
 * @throws what the operating system reports beside missing files, such as `EMFILE`.
 */
export async function readFolder(
  segments: readonly string[],
  rules: FolderRules,
): Promise<FolderContents | null> {
  const name = join(rules.root, ...segments);
  try {
    const real = await realpath(name);
    if (!isVisible(real, rules)) return null;
    if (!(await stat(real)).isDirectory()) return null;
    const { names, complete } = await readNames(real, rules);
    const entries = await describeAll(real, names, rules);
    if ((await realpath(name)) !== real) return null;
    return { entries: entries.sort(compare), complete };
  } catch (error) {
    if (isNowhere(error)) return null;
    throw error;
  }
}

/** Whether a real path may be served. */
function isVisible(real: string, { root, showDotfiles }: FolderRules): boolean {
  const below = segmentsBelow(root, real);
  return below !== null && (showDotfiles || !hasDotfile(below));
}

async function readNames(
  real: string,
  { showDotfiles, maxEntries = MAX_ENTRIES }: FolderRules,
): Promise<{ names: string[]; complete: boolean }> {
  const names: string[] = [];
  // Leaving the loop closes the folder.
  for await (const { name } of await opendir(real, { bufferSize: 256 })) {
    if (!showDotfiles && name.startsWith('.')) continue;
    if (!canBeAskedFor(name)) continue;
    if (names.length === maxEntries) return { names, complete: false };
    names.push(name);
  }
  return { names, complete: true };
}

/** Whether a URL of ours can name it: no backslash, no half of a surrogate pair. */
function canBeAskedFor(name: string): boolean {
  try {
    const target = resolveTargetPath(`/${encodeURIComponent(name)}`, process.platform);
    return typeof target === 'object';
  } catch {
    return false;
  }
}

async function describeAll(
  real: string,
  names: readonly string[],
  rules: FolderRules,
): Promise<FolderEntry[]> {
  const entries: FolderEntry[] = [];
  for (let at = 0; at < names.length; at += BATCH) {
    const batch = names.slice(at, at + BATCH).map((name) => describe(real, name, rules));
    for (const entry of await Promise.all(batch)) if (entry !== null) entries.push(entry);
  }
  return entries;
}

async function describe(
  real: string,
  name: string,
  rules: FolderRules,
): Promise<FolderEntry | null> {
  try {
    const path = await realpath(join(real, name));
    if (!isVisible(path, rules)) return null;
    const found = await stat(path);
    if (!found.isFile() && !found.isDirectory()) return null;
    const type = found.isFile() ? 'file' : 'folder';
    return { name, type, size: type === 'file' ? found.size : 0, modifiedMs: found.mtimeMs };
  } catch (error) {
    // Gone since its name was read, or never there for us.
    if (isNowhere(error)) return null;
    throw error;
  }
}

const compare = (a: FolderEntry, b: FolderEntry): number =>
  a.type === b.type ? ORDER.compare(a.name, b.name) : a.type === 'folder' ? -1 : 1;
