/**
 * Takes the framing off a message body (RFC 9112, 6 and 7.1): a number of bytes, chunks, or all
 * until the connection ends. Content is reported as runs of the caller's buffer, never copied.
 *
 * Chunk extensions are ignored; they are bounded, as is the trailer section: those of a request all
 * together, those of a response, which may have one in each of a million chunks, one by one. A chunk
 * size that a number cannot hold exactly is refused.
 */

import type { Limits } from '../grammar/limits.js';
import type { ParseErrorCode } from '../grammar/parse-error.js';
import { BLANK, CLASS, HEX } from '../grammar/tokens.js';
import { CHUNKED, UNTIL_CLOSE } from '../message/framing.js';
import type { Headers } from '../message/headers.js';
import { withoutForbiddenTrailers } from '../message/trailers.js';
import { ChunkExtension, LooseChunkExtension } from './chunk-extension.js';
import type { MessageKind } from './head-scanner.js';
import type { SectionReader } from './section-reader.js';

/** More digits than any size that can be held exactly has, with some zeros in front. */
const MAX_SIZE_DIGITS = 16;

const CR = 0x0d;
const LF = 0x0a;

const DONE = 0;
const COUNTED = 1;
const TO_THE_CLOSE = 2;
const SIZE = 3;
const EXTENSION = 4;
const SIZE_LINE_FEED = 5;
const CHUNK = 6;
const CHUNK_CR = 7;
const CHUNK_LINE_FEED = 8;
const TRAILERS = 9;

/** Decodes one body after another. */
export class BodyDecoder {
  /** The run of content found by the last `read`, empty when there was none. */
  dataStart = 0;
  dataEnd = 0;
  trailers: Headers | null = null;
  error: ParseErrorCode | null = null;

  readonly #limits: Limits;
  readonly #sections: SectionReader;
  readonly #isLoose: boolean;
  readonly #extension: ChunkExtension | LooseChunkExtension;
  #state = DONE;
  /** Bytes that the body or the chunk still has. */
  #remaining = 0;
  #sizeDigits = 0;
  #extensionBytes = 0;

  constructor(kind: MessageKind, limits: Limits, sections: SectionReader) {
    this.#limits = limits;
    this.#sections = sections;
    this.#isLoose = kind === 'response';
    this.#extension = this.#isLoose ? new LooseChunkExtension() : new ChunkExtension();
  }

  /** Whether the body is complete. */
  get done(): boolean {
    return this.#state === DONE;
  }

  /** Whether the end of the connection is the end of the body. */
  get endsWithConnection(): boolean {
    return this.#state === TO_THE_CLOSE;
  }

  /** Bytes of content to come at least; exact unless the body is chunked. */
  get remaining(): number {
    return this.#state === TO_THE_CLOSE ? Number.POSITIVE_INFINITY : this.#remaining;
  }

  /** Makes ready for a body: its length, {@link CHUNKED} or {@link UNTIL_CLOSE}. */
  begin(length: number): void {
    this.dataStart = 0;
    this.dataEnd = 0;
    this.trailers = null;
    this.error = null;
    this.#remaining = 0;
    this.#extensionBytes = 0;
    if (length === CHUNKED) this.#beginChunk();
    else if (length === UNTIL_CLOSE) this.#state = TO_THE_CLOSE;
    else {
      this.#state = length === 0 ? DONE : COUNTED;
      this.#remaining = length;
    }
  }

  /**
   * Decodes up to the end of the next run of content, of the body, or of the input.
   *
   * @returns the offset behind what was taken.
   */
  read(buf: Uint8Array, start: number, end: number): number {
    this.dataStart = start;
    this.dataEnd = start;
    switch (this.#state) {
      case DONE:
        return start;
      case COUNTED:
        return this.#readCounted(start, end, DONE);
      case TO_THE_CLOSE:
        this.dataEnd = end;
        return end;
      default:
        return this.#readChunked(buf, start, end);
    }
  }

  #readCounted(start: number, end: number, then: number): number {
    const taken = Math.min(end - start, this.#remaining);
    this.#remaining -= taken;
    this.dataStart = start;
    this.dataEnd = start + taken;
    if (this.#remaining === 0) this.#state = then;
    return start + taken;
  }

  #readChunked(buf: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      switch (this.#state) {
        case SIZE:
          at = this.#readSize(buf, at, end);
          break;
        case EXTENSION:
          at = this.#readExtension(buf, at, end);
          break;
        case SIZE_LINE_FEED:
          if (buf[at++] !== LF) return this.#refuse('bare-carriage-return', at - 1);
          if (this.#remaining > 0) this.#state = CHUNK;
          else this.#beginTrailers();
          break;
        case CHUNK:
          return this.#readCounted(at, end, CHUNK_CR);
        case CHUNK_CR:
          if (buf[at++] !== CR) return this.#refuse('bad-chunk-end', at - 1);
          this.#state = CHUNK_LINE_FEED;
          break;
        case CHUNK_LINE_FEED:
          if (buf[at++] !== LF) return this.#refuse('bad-chunk-end', at - 1);
          this.#beginChunk();
          break;
        default:
          return this.#readTrailers(buf, at, end);
      }
      if (this.error !== null) return at;
    }
    return at;
  }

  #beginChunk(): void {
    this.#state = SIZE;
    this.#remaining = 0;
    this.#sizeDigits = 0;
    if (this.#isLoose) this.#extensionBytes = 0;
  }

  #readSize(buf: Uint8Array, start: number, end: number): number {
    let at = start;
    for (; at < end && (CLASS[buf[at]!]! & HEX) !== 0; at++) {
      const byte = buf[at]!;
      const digit = byte <= 0x39 ? byte - 0x30 : (byte | 0x20) - 0x57;
      this.#remaining = this.#remaining * 16 + digit;
      if (++this.#sizeDigits > MAX_SIZE_DIGITS) return this.#refuse('bad-chunk-size', at);
    }
    if (at === end) return at;
    if (this.#sizeDigits === 0) return this.#refuse('bad-chunk-size', at);
    if (this.#remaining > Number.MAX_SAFE_INTEGER) return this.#refuse('content-too-large', at);
    if (buf[at] === CR) {
      this.#state = SIZE_LINE_FEED;
      return at + 1;
    }
    if (buf[at] !== 0x3b && (CLASS[buf[at]!]! & BLANK) === 0) {
      return this.#refuse(buf[at] === LF ? 'bare-line-feed' : 'bad-chunk-size', at);
    }
    this.#extension.begin();
    this.#state = EXTENSION;
    return at;
  }

  #readExtension(buf: Uint8Array, start: number, end: number): number {
    for (let at = start; at < end; at++) {
      const byte = buf[at]!;
      if (byte === CR && this.#extension.mayEnd) {
        this.#state = SIZE_LINE_FEED;
        return at + 1;
      }
      if (!this.#extension.accepts(byte)) {
        return this.#refuse(byte === LF ? 'bare-line-feed' : 'bad-chunk-extension', at);
      }
      if (++this.#extensionBytes > this.#limits.chunkExtensions) {
        return this.#refuse('chunk-extensions-too-large', at);
      }
    }
    return end;
  }

  #beginTrailers(): void {
    this.#sections.beginTrailers();
    this.#state = TRAILERS;
  }

  #readTrailers(buf: Uint8Array, start: number, end: number): number {
    const { scanner } = this.#sections;
    const at = this.#sections.read(buf, start, end);
    this.dataStart = at;
    this.dataEnd = at;
    if (scanner.error !== null) return this.#refuse(scanner.error, at);
    if (!scanner.done) return at;
    if (scanner.spanCount > 0) {
      this.trailers = withoutForbiddenTrailers(this.#sections.takeHeaders());
    }
    this.#state = DONE;
    return at;
  }

  #refuse(error: ParseErrorCode, at: number): number {
    this.dataStart = at;
    this.dataEnd = at;
    this.error = error;
    return at;
  }
}
