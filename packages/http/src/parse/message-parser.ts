/**
 * What the parsers of requests and of responses share: a head, then a body, then the next message,
 * told as one event per call. The caller asks for events, so it can stop between any two.
 *
 * Nothing is ever read from its start again: a message that is fed byte by byte costs time linear in
 * its length.
 */

import { DEFAULT_LIMITS, DEFAULT_RESPONSE_LIMITS, type Limits } from '../grammar/limits.js';
import { PARSE_ERRORS, type ParseErrorCode } from '../grammar/parse-error.js';
import { decodePlain, type TextDecoder } from '../grammar/text-codec.js';
import type { Headers } from '../message/headers.js';
import { BodyDecoder } from './body-decoder.js';
import type { MessageKind } from './head-scanner.js';
import { SectionReader } from './section-reader.js';

/** What a call of `read` has found; `partial` means that it wants more bytes. */
export type ParserEvent = 'partial' | 'head' | 'body' | 'end' | 'error';

/** Options of a parser. */
export interface ParserOptions {
  /** Bounds of a message. */
  readonly limits?: Partial<Limits>;
  /** Turns bytes of a head into text. @default one in plain TypeScript */
  readonly decodeText?: TextDecoder;
}

const CR = 0x0d;
const LF = 0x0a;

const BETWEEN = 0;
const EMPTY_LINE_FEED = 1;
const HEAD = 2;
const BODY = 3;
const FAILED = 4;

/** Parses messages of one kind, one after another. */
export abstract class MessageParser<Head> {
  /** What the last call of {@link read} has found. */
  event: ParserEvent = 'partial';
  /** The head of the message, from event `head` on. */
  head: Head | null = null;
  /** The trailers of the message, at event `end`; `null` without any. */
  trailers: Headers | null = null;
  /** Why the input was refused, at event `error`. */
  error: ParseErrorCode | null = null;

  protected readonly sections: SectionReader;
  readonly #limits: Limits;
  readonly #body: BodyDecoder;
  #phase = BETWEEN;
  #emptyLines = 0;

  constructor(kind: MessageKind, options: ParserOptions = {}) {
    const defaults = kind === 'request' ? DEFAULT_LIMITS : DEFAULT_RESPONSE_LIMITS;
    this.#limits = options.limits === undefined ? defaults : { ...defaults, ...options.limits };
    this.sections = new SectionReader(kind, this.#limits, options.decodeText ?? decodePlain);
    this.#body = new BodyDecoder(kind, this.#limits, this.sections);
  }

  /** Bytes of the last head, or of the last trailer section. */
  get sectionBytes(): number {
    return this.sections.length;
  }

  /** Where the content of event `body` starts in the buffer that was passed. */
  get bodyStart(): number {
    return this.#body.dataStart;
  }

  /** Where the content of event `body` ends. */
  get bodyEnd(): number {
    return this.#body.dataEnd;
  }

  /** Whether a message has begun and is not at its end. */
  get isInside(): boolean {
    return this.#phase === HEAD || this.#phase === BODY;
  }

  /** Whether nothing of a message has been read since the last one ended, not even an empty line. */
  get isAtRest(): boolean {
    return this.#phase === BETWEEN && this.#emptyLines === 0;
  }

  /** Bytes of content still to come at least; exact unless the body is chunked. */
  get bodyRemaining(): number {
    return this.#phase === BODY ? this.#body.remaining : 0;
  }

  /** Says why the input was refused, in words. */
  get reason(): string {
    return this.error === null ? '' : PARSE_ERRORS[this.error].reason;
  }

  /**
   * Reads up to the next event. Behind `end` the next call starts the next message; behind `error`
   * the parser is of no more use.
   *
   * @returns the offset behind what was taken; all of it at event `partial`.
   */
  read(buf: Uint8Array, start: number, end: number): number {
    let at = start;
    if (this.#phase < HEAD) {
      at = this.#skipEmptyLines(buf, at, end);
      if (this.#phase < HEAD) return at;
    }
    if (this.#phase === HEAD) return this.#readHead(buf, at, end);
    if (this.#phase === FAILED) return at;
    return this.#readBody(buf, at, end);
  }

  /**
   * Takes the end of the connection: event `end` if it ends a body that has no other end,
   * `partial` between messages, else `error`, with `error` null: the message is incomplete.
   */
  finish(): void {
    if (this.#phase === BODY && this.#body.endsWithConnection) {
      this.#phase = BETWEEN;
      this.trailers = null;
      this.event = 'end';
      return;
    }
    this.event = this.#phase < HEAD ? 'partial' : 'error';
    this.#phase = FAILED;
  }

  /** Lets go of the message that has ended, so that an idle connection does not keep its text. */
  forget(): void {
    this.head = null;
    this.trailers = null;
    this.sections.fields = null;
  }

  /**
   * Makes the head from the section that was read.
   *
   * @returns why it is refused, or `null`.
   */
  protected abstract makeHead(sections: SectionReader): ParseErrorCode | null;

  /** Length or coding of the body of the current head, as {@link BodyDecoder.begin} takes it. */
  protected abstract bodyFraming(): number;

  /** 2.2: a bounded number of empty lines before a start line is ignored. */
  #skipEmptyLines(buf: Uint8Array, start: number, end: number): number {
    let at = start;
    for (; at < end; at++) {
      const byte = buf[at]!;
      if (this.#phase === EMPTY_LINE_FEED) {
        if (byte !== LF) return this.#fail('bare-carriage-return', at);
        if (++this.#emptyLines > this.#limits.emptyLines) {
          return this.#fail('too-many-empty-lines', at);
        }
        this.#phase = BETWEEN;
      } else if (byte === CR) {
        this.#phase = EMPTY_LINE_FEED;
      } else if (byte === LF) {
        return this.#fail('bare-line-feed', at);
      } else {
        this.sections.beginHead();
        this.#phase = HEAD;
        this.#emptyLines = 0;
        return at;
      }
    }
    this.event = 'partial';
    return at;
  }

  #readHead(buf: Uint8Array, start: number, end: number): number {
    const { sections } = this;
    const { scanner } = sections;
    const at = sections.read(buf, start, end);
    if (scanner.done) {
      const error = this.makeHead(sections);
      sections.release();
      if (error !== null) return this.#fail(error, at);
      sections.remember();
      this.#body.begin(this.bodyFraming());
      this.#phase = BODY;
      this.event = 'head';
    } else if (scanner.error !== null) {
      return this.#fail(scanner.error, at);
    } else {
      this.event = 'partial';
    }
    return at;
  }

  #readBody(buf: Uint8Array, start: number, end: number): number {
    const body = this.#body;
    const at = body.read(buf, start, end);
    if (body.dataEnd > body.dataStart) {
      this.event = 'body';
    } else if (body.error !== null) {
      return this.#fail(body.error, at);
    } else if (body.done) {
      this.trailers = body.trailers;
      this.#phase = BETWEEN;
      this.event = 'end';
    } else {
      this.event = 'partial';
    }
    return at;
  }

  #fail(error: ParseErrorCode, at: number): number {
    this.error = error;
    this.#phase = FAILED;
    this.event = 'error';
    return at;
  }
}
