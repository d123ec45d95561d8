/**
 * Content to send, made of what the command line says: text, files that are streamed, forms. Made
 * anew for each attempt.
 */

import { readFile } from 'node:fs/promises';
import type { ClientCommand, DataPart, Field, TransferSpec } from '../command/command.js';
import { formContent } from './form-content.js';
import { failRead, fileContent, type Source } from './sources.js';

/** What a request needs of its content. */
export interface SendContent {
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array> | null;
  /** Fields that it asks for. */
  readonly headers: readonly Field[];
  /** Whether it can be sent again. */
  readonly repeatable: boolean;
}

const NONE: SendContent = { body: null, headers: [], repeatable: true };
const FORM_TYPE: Field = ['Content-Type', 'application/x-www-form-urlencoded'];
const JSON_FIELDS: readonly Field[] = [
  ['Content-Type', 'application/json'],
  ['Accept', 'application/json'],
];

const sent = (source: Source, headers: readonly Field[]): SendContent => ({
  body: source.bytes,
  headers:
    source.size === null ? headers : [...headers, ['Content-Length', String(source.size)] as const],
  repeatable: source.repeatable,
});

/** Reads stdin or a file as a whole. */
async function wholeOf(path: string): Promise<Buffer> {
  if (path !== '-') return readFile(path).catch(failRead);
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** As a form is encoded: octets, and nothing spared but what a URL always may have. */
const encoded = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replace(
      /[^A-Za-z0-9._~-]/g,
      (octet) => `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .replaceAll('%20', '+');

async function bytesOfPart({ source, strip, encodedAs }: DataPart): Promise<Buffer> {
  const bytes = 'text' in source ? Buffer.from(source.text) : await wholeOf(source.file);
  if (encodedAs !== null) return Buffer.from(encodedAs + encoded(bytes));
  return strip && 'file' in source ? Buffer.from(bytes.filter(isNoLineEnd)) : bytes;
}

const isNoLineEnd = (octet: number): boolean => octet !== 10 && octet !== 13 && octet !== 0;

/** Joins the parts of `-d`. */
export async function joinParts(parts: readonly DataPart[], separator: string): Promise<Buffer> {
  const joined: Buffer[] = [];
  for (const part of parts) {
    const bytes = await bytesOfPart(part);
    if (joined.length > 0) joined.push(Buffer.from(separator));
    joined.push(bytes);
  }
  return Buffer.concat(joined);
}

async function dataContent(parts: readonly DataPart[], isJson: boolean): Promise<SendContent> {
  const fields = isJson ? JSON_FIELDS : [FORM_TYPE];
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && 'file' in only.source) {
    const isStreamed = !only.strip && only.encodedAs === null;
    if (isStreamed) return sent(await fileContent(only.source.file), fields);
  }
  const body = await joinParts(parts, isJson ? '' : '&');
  const isText = parts.every(({ source }) => 'text' in source);
  const repeatable = parts.every(({ source }) => !('file' in source && source.file === '-'));
  return { body: isText ? body.toString() : body, headers: fields, repeatable };
}

/** Makes the content of one attempt; a file is opened anew for each. */
export async function sendContent(
  { content, dataInUrl }: Pick<ClientCommand, 'content' | 'dataInUrl'>,
  { upload }: Pick<TransferSpec, 'upload'>,
): Promise<SendContent> {
  switch (content.kind) {
    case 'none':
      return NONE;
    case 'data':
      return dataInUrl ? NONE : dataContent(content.parts, content.isJson);
    case 'form': {
      const { type, source } = await formContent(content.parts);
      return sent(source, [['Content-Type', type]]);
    }
    case 'upload':
      return upload === null ? NONE : sent(await fileContent(upload === '.' ? '-' : upload), []);
  }
}
