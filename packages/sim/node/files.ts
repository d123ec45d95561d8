/**
 * Files that are read whole are read in the program's own turn: how long a thread takes for one is the
 * machine's, and what is sent meanwhile would be other packets in every run.
 */

import fs from 'node:fs';
import { divert } from './divert.js';

type Path = string | Buffer | URL;
/** What of the options of `readFile` is known here. */
type Options = BufferEncoding | { encoding?: BufferEncoding | null; flag?: string } | null;
type Read = (path: Path, options?: Options) => string | Buffer;

const KNOWN_OPTIONS: readonly string[] = ['encoding', 'flag'];

/** Diverts `readFile` of `node:fs` and `node:fs/promises`. */
export function divertFiles(): void {
  const readNow = fs.readFileSync as Read;
  const { statSync } = fs;

  /** Whether a file is read as elsewhere: a pipe may have nobody who writes, and a signal ends the wait. */
  function isLeft(path: unknown, options: unknown): boolean {
    if (!isPath(path) || !isKnown(options)) return true;
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats !== undefined && !stats.isFile();
  }

  divert(fs, 'readFile', (_world, self, args, real) => {
    const [path, options] = args.slice(0, -1);
    const callback = args.at(-1);
    if (typeof callback !== 'function' || isLeft(path, options)) {
      return real.apply(self, args as never[]);
    }
    const answer = outcomeOf(() => readNow(path as Path, options as Options));
    setImmediate(callback as (...answer: unknown[]) => void, ...answer);
    return undefined;
  });

  divert(fs.promises, 'readFile', (_world, self, args, real) => {
    const [path, options] = args;
    if (isLeft(path, options)) return real.apply(self, args as never[]);
    const [error, contents] = outcomeOf(() => readNow(path as Path, options as Options));
    return new Promise((resolve, reject) => {
      setImmediate(() => (error === null ? resolve(contents) : reject(error)));
    });
  });
}

const isPath = (path: unknown): path is Path =>
  typeof path === 'string' || path instanceof URL || Buffer.isBuffer(path);

const isKnown = (options: unknown): boolean =>
  typeof options !== 'object' ||
  options === null ||
  Object.keys(options).every((name) => KNOWN_OPTIONS.includes(name));

/** As a callback of Node's is told it. */
function outcomeOf<T>(read: () => T): [error: unknown, result?: T] {
  try {
    return [null, read()];
  } catch (error) {
    return [error];
  }
}
