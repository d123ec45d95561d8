/**
 * Streams of bytes to send: a file, whose length is known, or stdin, of which nobody knows anything.
 */

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { CommandError, ExitCode } from '../exit-code.js';

/** Bytes to send. */
export interface Source {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** How many they are; `null` where only the end will tell. */
  readonly size: number | null;
  /** Whether they can be had again. */
  readonly repeatable: boolean;
}

/** Bytes read from a file at a time. */
const PIECE = 0x1_0000;

/** @throws CommandError: reading failed. */
export function failRead(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  throw new CommandError(ExitCode.READ, `cannot read: ${message}`);
}

/** The bytes of a file; one that grows meanwhile is sent as long as it was announced. */
async function* piecesOf(path: string, size: number): AsyncGenerator<Uint8Array, void> {
  const file = await open(path, 'r').catch(failRead);
  try {
    for (let left = size; left > 0; ) {
      const piece = new Uint8Array(Math.min(PIECE, left));
      const { bytesRead } = await file.read(piece, 0, piece.length).catch(failRead);
      if (bytesRead === 0) {
        throw new CommandError(ExitCode.READ, `${path} has become shorter while it was sent`);
      }
      left -= bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/**
 * A file, or stdin for `-`.
 *
 * @throws CommandError where it cannot be opened.
 */
export async function fileContent(path: string): Promise<Source> {
  if (path === '-') return { bytes: process.stdin, size: null, repeatable: false };
  const file = await open(path, 'r').catch(failRead);
  const found = await file.stat().finally(() => file.close());
  if (!found.isFile()) {
    // A pipe or a device: nobody knows how long it is.
    return { bytes: createReadStream(path), size: null, repeatable: false };
  }
  return { bytes: piecesOf(path, found.size), size: found.size, repeatable: true };
}
