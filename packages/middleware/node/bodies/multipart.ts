/**
 * `multipart/form-data` (RFC 7578), part by part as it comes: nothing is kept of a file but the piece
 * that is being read, and while nobody reads, the client waits. The grammar is read by
 * `@fastify/busboy`.
 *
 * 415 for another type or one without a boundary, 413 over a limit, 400 for what is malformed or ends
 * early.
 */

import type { Readable } from 'node:stream';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { checkOptions, type OptionNames } from '@netlayers/host';
import { HttpError, type ServerRequest } from '@netlayers/server';
import { room } from '../coding/room.js';

/** Bounds on a form; over any of them 413. */
export interface MultipartLimits {
  /** Fields that are no files. @default 1000 */
  readonly maxFields?: number;
  /** Of the value of a field. @default 1 MiB */
  readonly maxFieldBytes?: number;
  /** Of the name of a field. @default 200 */
  readonly maxNameBytes?: number;
  /** @default 10 */
  readonly maxFiles?: number;
  /** Of one file. @default 32 MiB */
  readonly maxFileBytes?: number;
}

const LIMITS: OptionNames<MultipartLimits> = {
  maxFields: 'optional',
  maxFieldBytes: 'optional',
  maxNameBytes: 'optional',
  maxFiles: 'optional',
  maxFileBytes: 'optional',
};

/** A part of a form. Its content is read before the next part is asked for, or skipped. */
export interface FormPart extends AsyncIterable<Uint8Array> {
  readonly name: string;
  /** The last component of what the client calls the file; `null` for a field. */
  readonly filename: string | null;
  /** What the client says it is. */
  readonly type: string;
  /** The whole content. @param limit over it HttpError 413. @default 1 MiB */
  bytes(limit?: number): Promise<Uint8Array>;
  /** The whole content as UTF-8. */
  text(limit?: number): Promise<string>;
}

const MEBI = 1024 * 1024;

const tooLarge = (what: string): HttpError => new HttpError(413, `${what} is too large`);
const malformed = (): HttpError => new HttpError(400, 'the form is malformed');
const tooMany = (what: string): HttpError => new HttpError(413, `the form has too many ${what}`);

class Part implements FormPart {
  readonly name: string;
  readonly filename: string | null;
  readonly type: string;
  readonly #content: AsyncIterable<Uint8Array>;
  readonly #skip: () => void;

  constructor(
    [name, filename, type]: readonly [string, string | null, string],
    content: AsyncIterable<Uint8Array>,
    skip: () => void,
  ) {
    this.name = name;
    this.filename = filename;
    this.type = type;
    this.#content = content;
    this.#skip = skip;
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#content[Symbol.asyncIterator]();
  }

  async bytes(limit = MEBI): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of this) {
      length += piece.length;
      if (length > limit) throw tooLarge('a part');
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  }

  async text(limit?: number): Promise<string> {
    return new TextDecoder().decode(await this.bytes(limit));
  }

  skip(): void {
    this.#skip();
  }
}

async function* fieldContent(value: string): AsyncGenerator<Uint8Array> {
  if (value !== '') yield new TextEncoder().encode(value);
}

/** Feeds a parser, and keeps the parts that it has found until they are asked for. */
class FormReader {
  readonly #parser: BusboyInstance;
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #parts: Part[] = [];
  #file: Readable | null = null;
  #state: 'open' | 'ended' | 'failed' = 'open';
  #error: unknown = null;
  #wake: () => void = () => {};
  #whenEmpty: () => void = () => {};

  constructor(request: ServerRequest, parser: BusboyInstance, maxNameBytes: number) {
    this.#parser = parser;
    this.#pieces = request[Symbol.asyncIterator]();
    parser.on('file', (name, stream, filename, _encoding, type) => {
      if (Buffer.byteLength(name) > maxNameBytes) this.fail(tooLarge('the name of a field'));
      this.#file = stream;
      // An error with nobody to hear it would end the process.
      stream.on('error', () => this.fail(malformed()));
      this.#add(
        new Part([name, filename ?? '', type], this.#contentOf(stream), () => stream.resume()),
      );
    });
    parser.on('field', (name, value, isNameCut, isCut, _encoding, type) => {
      const isLong = Buffer.byteLength(name) > maxNameBytes;
      if (isNameCut || isLong) this.fail(tooLarge('the name of a field'));
      else if (isCut) this.fail(tooLarge('a field'));
      else this.#add(new Part([name, null, type], fieldContent(value), () => {}));
    });
    parser.on('filesLimit', () => this.fail(tooMany('files')));
    parser.on('fieldsLimit', () => this.fail(tooMany('fields')));
    parser.on('finish', () => this.#end('ended'));
    parser.on('error', () => this.fail(malformed()));
    void this.#feed();
  }

  /** The next part; `null` behind the last. */
  async next(): Promise<Part | null> {
    for (;;) {
      // What has gone wrong comes before what is left: nobody takes half a form for a whole one.
      if (this.#state === 'failed') throw this.#error;
      const part = this.#parts.shift();
      if (this.#parts.length === 0) this.#whenEmpty();
      if (part !== undefined) return part;
      if (this.#state === 'ended') return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  fail(error: unknown): void {
    if (this.#state !== 'open') return;
    this.#error = error;
    this.#end('failed');
    this.#file?.destroy(error as Error);
    this.stop();
  }

  /** Nobody reads any further. */
  stop(): void {
    this.#parser.destroy();
    this.#file?.destroy();
    this.#whenEmpty();
    void this.#pieces.return?.();
  }

  async *#contentOf(stream: BusboyFileStream): AsyncGenerator<Uint8Array> {
    try {
      yield* stream as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw this.#error ?? error;
    }
    if (stream.truncated) throw tooLarge('a file');
  }

  #add(part: Part): void {
    this.#parts.push(part);
    this.#wake();
  }

  #end(state: 'ended' | 'failed'): void {
    if (this.#state === 'open') this.#state = state;
    this.#wake();
  }

  async #feed(): Promise<void> {
    try {
      for (;;) {
        if (this.#parts.length > 0) await this.#emptied();
        const { done, value } = await this.#pieces.next();
        if (this.#parser.destroyed) return;
        if (done === true) break;
        if (!this.#parser.write(value)) await room(this.#parser);
        if (this.#parser.destroyed) return;
      }
      this.#parser.end();
    } catch (error) {
      this.fail(error);
    }
  }

  #emptied(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenEmpty = resolve;
    });
  }
}

function parserOf(request: ServerRequest, limits: MultipartLimits): BusboyInstance {
  const type = request.headers.get('content-type') ?? '';
  if (!/^multipart\/form-data\s*;/i.test(type)) {
    throw new HttpError(415, 'the content has to be multipart/form-data');
  }
  try {
    return new Busboy({
      headers: { 'content-type': type },
      limits: {
        fields: limits.maxFields ?? 1000,
        fieldSize: limits.maxFieldBytes ?? MEBI,
        fieldNameSize: limits.maxNameBytes ?? 200,
        files: limits.maxFiles ?? 10,
        fileSize: limits.maxFileBytes ?? 32 * MEBI,
      },
    });
  } catch {
    throw new HttpError(415, 'a form without a boundary');
  }
}

/**
 * Reads the parts of a form, one after the other.
 *
 * @throws HttpError 415, 413, 400, from here or from the content of a part; what reading a body throws;
 *   TypeError for a limit that is none.
 */
export async function* multipart(
  request: ServerRequest,
  limits: MultipartLimits = {},
): AsyncGenerator<FormPart, void> {
  checkOptions('multipart', limits, LIMITS);
  const reader = new FormReader(request, parserOf(request, limits), limits.maxNameBytes ?? 200);
  try {
    for (let part = await reader.next(); part !== null; part = await reader.next()) {
      yield part;
      part.skip();
    }
  } finally {
    reader.stop();
  }
}
