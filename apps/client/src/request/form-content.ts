/**
 * Forms with files (multipart/form-data, RFC 7578): one stream of all parts, with its length where
 * every part has one. A file is read when its turn comes.
 */

import { randomBytes } from 'node:crypto';
import type { FormPart } from '../command/command.js';
import { fileContent, type Source } from './sources.js';

/** A form as it is sent. */
export interface FormContent {
  readonly type: string;
  readonly source: Source;
}

const TYPES: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  htm: 'text/html',
  html: 'text/html',
  xml: 'application/xml',
  pdf: 'application/pdf',
  gif: 'image/gif',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  svg: 'image/svg+xml',
};

const typeOfFile = (path: string): string =>
  TYPES[/\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''] ?? 'application/octet-stream';

/** What would end a quoted name is escaped, as RFC 7578, 4.2 and browsers have it. */
const quoted = (text: string): string =>
  `"${text.replace(/["\r\n]/g, (octet) => ({ '"': '%22', '\r': '%0D', '\n': '%0A' })[octet] ?? '')}"`;

function headOf(part: FormPart, boundary: string): Buffer {
  const file = part.fileName === null ? '' : `; filename=${quoted(part.fileName)}`;
  const path = 'file' in part.source ? part.source.file : null;
  const isFile = part.fileName !== null;
  const type = part.type ?? (isFile ? typeOfFile(path ?? part.fileName ?? '') : null);
  return Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name=${quoted(part.name)}${file}\r\n` +
      `${type === null ? '' : `Content-Type: ${type}\r\n`}\r\n`,
  );
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

const memory = (text: string | Buffer): Source => {
  const bytes = Buffer.from(text);
  return { bytes: one(bytes), size: bytes.length, repeatable: true };
};

async function* joined(sources: readonly Source[]): AsyncGenerator<Uint8Array, void> {
  for (const { bytes } of sources) yield* bytes;
}

/**
 * Makes a form.
 *
 * @throws CommandError for a file that cannot be opened.
 */
export async function formContent(parts: readonly FormPart[]): Promise<FormContent> {
  const boundary = `------------------------${randomBytes(11).toString('hex')}`;
  const sources: Source[] = [];
  for (const part of parts) {
    const { source } = part;
    const content = 'text' in source ? memory(source.text) : await fileContent(source.file);
    sources.push(memory(headOf(part, boundary)), content, memory('\r\n'));
  }
  sources.push(memory(`--${boundary}--\r\n`));
  const sizes = sources.map(({ size }) => size);
  const source: Source = {
    bytes: joined(sources),
    size: sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
    repeatable: sources.every(({ repeatable }) => repeatable),
  };
  return { type: `multipart/form-data; boundary=${boundary}`, source };
}
