/**
 * Content to send: the text of `-d`, or a file that is streamed.
 */

import { open } from 'node:fs/promises';
import { CommandError, ExitCode } from './exit-code.js';
import type { ClientCommand } from './options.js';

/** What a request needs of its content. */
export interface SendContent {
  readonly body: string | AsyncIterable<Uint8Array> | null;
  /** Fields that it asks for. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Whether it can be sent again. */
  readonly repeatable: boolean;
}

/** Bytes read from a file at a time. */
const PIECE = 0x1_0000;

async function* piecesOf(path: string, size: number): AsyncGenerator<Uint8Array, void> {
  const file = await open(path, 'r').catch(failRead);
  try {
    // A file that grows meanwhile is sent as long as it was announced.
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

function failRead(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  throw new CommandError(ExitCode.READ, `cannot read: ${message}`);
}

/** Makes the content of one attempt; a file is opened anew for each. */
export async function sendContent(data: ClientCommand['data']): Promise<SendContent> {
  if (data === null) return { body: null, headers: [], repeatable: true };
  if ('text' in data) {
    const headers = [['Content-Type', 'application/x-www-form-urlencoded']] as const;
    return { body: data.text, headers, repeatable: true };
  }
  const type = ['Content-Type', 'application/octet-stream'] as const;
  if (data.file === '-') return { body: process.stdin, headers: [type], repeatable: false };
  const file = await open(data.file, 'r').catch(failRead);
  const found = await file.stat().finally(() => file.close());
  if (!found.isFile()) {
    // A pipe or a device: nobody knows how long it is.
    const { createReadStream } = await import('node:fs');
    return { body: createReadStream(data.file), headers: [type], repeatable: false };
  }
  const length = ['Content-Length', String(found.size)] as const;
  return { body: piecesOf(data.file, found.size), headers: [type, length], repeatable: true };
}
