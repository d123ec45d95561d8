/**
 * Where the content goes: a file or stdout. Each write is waited for, so that a slow disk or reader
 * slows the server down instead of filling memory.
 */

import { type FileHandle, open, stat } from 'node:fs/promises';
import { CommandError, ExitCode } from '../exit-code.js';

/** Takes content. */
export interface Output {
  /** Bytes that are there, earlier ones included. */
  readonly size: number;
  /** Bytes that were there before this run. */
  readonly start: number;
  /** Whether what was written can be taken back. */
  readonly canRestart: boolean;
  write(bytes: Uint8Array): Promise<void>;
  /** Goes on at this many bytes, and forgets what is behind. */
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

function failure(error: unknown): CommandError {
  const { code, path, message } = error as NodeJS.ErrnoException;
  const text =
    code === 'ENOENT' && path !== undefined
      ? `cannot write ${path}: there is no such folder: --create-dirs makes it`
      : `cannot write: ${error instanceof Error ? message : error}`;
  return new CommandError(ExitCode.WRITE, text);
}

/** How large a file is; 0 where there is none. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

/** Opens a file when the first answer is there: a request that fails leaves the old one alone. */
export class FileOutput implements Output {
  size: number;
  readonly start: number;
  readonly canRestart = true;
  /** May change until the first bytes are written. */
  path: string;
  #file: FileHandle | null = null;

  /** @param size of what is there already and stays. */
  constructor(path: string, size: number) {
    this.path = path;
    this.size = size;
    this.start = size;
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      const file = await this.#opened();
      for (let at = 0; at < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, at, bytes.length - at, this.size);
        at += bytesWritten;
        this.size += bytesWritten;
      }
    } catch (error) {
      throw failure(error);
    }
  }

  async truncate(size: number): Promise<void> {
    try {
      await (await this.#opened()).truncate(size);
      this.size = size;
    } catch (error) {
      throw failure(error);
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = null;
  }

  async #opened(): Promise<FileHandle> {
    // Not `w`: what is resumed must stay.
    this.#file ??= await open(this.path, this.size > 0 ? 'r+' : 'w');
    return this.#file;
  }
}

/** Writes to stdout, also where that is a pipe whose reader goes away. */
export class StandardOutput implements Output {
  size: number;
  readonly start: number;
  readonly canRestart = false;
  #broken: NodeJS.ErrnoException | null = null;
  #wake: (() => void) | null = null;
  readonly #awake = (): void => {
    this.#wake?.();
    this.#wake = null;
  };

  readonly #breaks = (error: NodeJS.ErrnoException): void => {
    this.#broken = error;
    this.#awake();
  };

  /** @param size of what somebody has already. */
  constructor(size = 0) {
    this.size = size;
    this.start = size;
    process.stdout.on('drain', this.#awake);
    process.stdout.on('error', this.#breaks);
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#broken === null && !process.stdout.write(bytes)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#broken !== null) throw failure(this.#broken);
    this.size += bytes.length;
  }

  truncate(): Promise<void> {
    return Promise.reject(failure('what is printed cannot be taken back'));
  }

  /** Resolves when the reader has it all. */
  async close(): Promise<void> {
    if (this.#broken === null && process.stdout.writableLength > 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        process.stdout.write('', () => this.#awake());
      });
    }
    process.stdout.off('drain', this.#awake);
    process.stdout.off('error', this.#breaks);
    if (this.#broken !== null) throw failure(this.#broken);
  }
}
