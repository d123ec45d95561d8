/**
 * From the segments of a file name to an open file that is what it seems: a regular file, inside
 * the root however many symbolic links lead to it.
 *
 * A name is checked before and after it is opened, and both times it must mean the same file as
 * the handle: whoever swaps a folder for a link in between gets a refusal, not a file. Opening
 * never blocks (a FIFO would) and never makes a terminal ours.
 */

import { constants } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasDotfile } from '../request/target-path.js';
import { isNowhere, segmentsBelow } from './below-root.js';

/** A regular file to be served. Whoever has it closes it. */
export interface OpenFile {
  readonly handle: FileHandle;
  /** Bytes. */
  readonly size: number;
  /** Nanoseconds since 1970. */
  readonly modifiedNs: bigint;
}

/** What a name turned out to be when it is no file that may be served. */
export type Missing = 'not-found' | 'directory';

const READ_SAFELY =
  constants.O_RDONLY |
  (constants.O_NONBLOCK ?? 0) |
  (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NOCTTY ?? 0);

/**
 * Opens a file below a folder.
 *
 * @param root the real path of the folder.
 * @throws what the operating system reports beside missing files, such as `EMFILE`.
 */
export async function openFile(
  root: string,
  segments: readonly string[],
  allowDotfiles: boolean,
): Promise<OpenFile | Missing> {
  const name = join(root, ...segments);
  let handle: FileHandle | null = null;
  try {
    const real = await realpath(name);
    const below = segmentsBelow(root, real);
    if (below === null || (!allowDotfiles && hasDotfile(below))) return 'not-found';
    handle = await open(real, READ_SAFELY);
    const opened = await handle.stat({ bigint: true });
    const named = await stat(name, { bigint: true });
    const isSame = opened.ino === named.ino && opened.dev === named.dev;
    if (!isSame || (await realpath(name)) !== real) return 'not-found';
    if (opened.isDirectory()) return 'directory';
    if (!opened.isFile()) return 'not-found';
    const file = { handle, size: Number(opened.size), modifiedNs: opened.mtimeNs };
    handle = null;
    return file;
  } catch (error) {
    if (isNowhere(error)) return 'not-found';
    throw error;
  } finally {
    await handle?.close();
  }
}
