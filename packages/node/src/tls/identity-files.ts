/**
 * A certificate and its key in files, which are exchanged while a server runs: renewed by a program, or
 * by hand.
 *
 * The files are looked at from time to time instead of being watched by the system: whoever renews them
 * puts new files, or folders behind a link, in the place of the old ones. What cannot be used, such as a
 * certificate whose key has not been written yet, changes nothing.
 */

import { readFileSync, statSync } from 'node:fs';
import type { TlsIdentities, TlsIdentity } from './tls-options.js';
import type { TlsTransport } from './tls-transport.js';

/** Where a certificate and its key lie, both PEM. */
export interface IdentityFiles {
  readonly cert: string;
  readonly key: string;
  readonly passphrase?: string;
}

/** How {@link watchIdentity} looks. */
export interface WatchOptions {
  /** Time between two looks, in ms. @default 5000 */
  readonly intervalMs?: number;
  /** What else the transport has, such as `names` and `ca`: it is reloaded with it. */
  readonly others?: TlsIdentities;
  /** Told when new files are in use. */
  readonly onReload?: () => void;
  /** Told once of files that cannot be used; the old ones are still in use. */
  readonly onError?: (error: Error) => void;
}

/** Looks from time to time, until it is closed. */
export interface IdentityWatch {
  /** Looks now. @returns whether new files were taken. */
  check(): boolean;
  close(): void;
}

const INTERVAL_MS = 5000;

/**
 * Reads both files.
 *
 * @throws Error, one line, with the `code` of the system, for a file that cannot be read.
 */
export function readIdentity({ cert, key, passphrase }: IdentityFiles): TlsIdentity {
  return {
    cert: read('the certificate', cert),
    key: read('the key', key),
    files: { cert, key },
    ...(passphrase === undefined ? {} : { passphrase }),
  };
}

/** Has a transport take new files when there are any. */
export function watchIdentity(
  transport: Pick<TlsTransport, 'reload'>,
  files: IdentityFiles,
  options: WatchOptions = {},
): IdentityWatch {
  const { intervalMs = INTERVAL_MS, others, onReload, onError } = options;
  let stamp = stampOf(files);
  const check = (): boolean => {
    const now = stampOf(files);
    if (now === stamp) return false;
    stamp = now;
    try {
      transport.reload({ ...others, identity: readIdentity(files) });
    } catch (error) {
      onError?.(error as Error);
      return false;
    }
    onReload?.();
    return true;
  };
  const timer = setInterval(check, intervalMs).unref();
  return { check, close: () => clearInterval(timer) };
}

function read(what: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw Object.assign(new Error(`${what} ${path}: ${why}`, { cause: error }), { code });
  }
}

/** What is different once a file has been written or replaced. */
const stampOf = ({ cert, key }: IdentityFiles): string =>
  [cert, key]
    .map((path) => {
      const stats = statSync(path, { throwIfNoEntry: false });
      return stats === undefined ? '-' : `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
    })
    .join(' ');
