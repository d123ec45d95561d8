/**
 * Finds the parts of a head or trailer section in place (RFC 9112, 2.1, 3, 4 and 5): where the
 * start line's parts, the names and the values begin and end. It can stop behind any byte and go
 * on with the next; only the start of a line that turned out to be cut is looked at again, once.
 *
 * It knows lines, not meanings: those are for request-head.ts and response-head.ts. Lines end with
 * CR LF only; both alone are refused, as is white space before a colon of a request. Offsets in the start
 * line count from its first byte, those of fields from the first byte of the first field, so that they
 * stay true when the bytes move to another buffer.
 */

import type { Limits } from '../grammar/limits.js';
import type { ParseErrorCode } from '../grammar/parse-error.js';
import { CLASS, FIELD, TARGET, TCHAR } from '../grammar/tokens.js';
import { FieldSection, KNOWN_FIELDS } from '../message/field-section.js';

/** What a message is. */
export type MessageKind = 'request' | 'response';

const CR = 0x0d;
const LF = 0x0a;
const SP = 0x20;
const HTAB = 0x09;
const COLON = 0x3a;

/** The longest registered method has 17 characters; over this it is 501 (RFC 9112, 3). */
const METHOD_LENGTH = 32;

/** Numbers for a hundred fields. */
const MOST_SPANS_KEPT = 400;

// Where in the section the next byte stands. Plain numbers: they are compared per line.
const METHOD = 0;
const REQUEST_TARGET = 1;
const REST_OF_START_LINE = 2;
const START_LINE_FEED = 3;
const LINE_START = 4;
const NAME = 5;
const BLANKS = 6;
const VALUE = 7;
const LINE_FEED = 8;
const LAST_LINE_FEED = 9;
const BEFORE_COLON = 10;

const KNOWN_BYTES = KNOWN_FIELDS.map((name) => Uint8Array.from(name, (c) => c.charCodeAt(0)));
/** The known field of each length of name; no two of them have the same. */
const KNOWN_BY_LENGTH: readonly number[] = Array.from({ length: 18 }, (_, length) =>
  KNOWN_FIELDS.findIndex((name) => name.length === length),
);

/** Scans one section after another. */
export class HeadScanner {
  /** Whether the last section is scanned to its end. */
  done = false;
  error: ParseErrorCode | null = null;
  /** End of the method. */
  methodEnd = 0;
  /** End of the target. */
  targetEnd = 0;
  /** End of the start line, without its CR. */
  startLineEnd = 0;
  /** Where the fields start, behind the start line; 0 in trailers. */
  fieldsStart = 0;
  /** Numbers in `spans` that belong to this section: four per field, see `FieldSection.spans`. */
  spanCount = 0;
  /** Whether a value is folded over several lines; only outside of requests. */
  folded = false;
  /** First line of each known field; -1 without one. */
  readonly lineOf: number[] = KNOWN_FIELDS.map(() => -1);
  /** A bit per known field that has more than one line. */
  repeated = 0;
  /** Reused for every section. */
  readonly spans: number[] = [];

  readonly #limits: Limits;
  #state = METHOD;
  readonly #kind: MessageKind;
  #inTrailers = false;
  /** The limit that holds in this part of the section, counted from its start. */
  #limit = 0;

  constructor(kind: MessageKind, limits: Limits) {
    this.#kind = kind;
    this.#limits = limits;
  }

  /** The largest section that can pass, in bytes. */
  get sectionLimit(): number {
    return this.#limits.startLine + this.#limits.headerSection + this.#limits.trailerSection;
  }

  /** Makes ready for the head of the next message. */
  beginHead(): void {
    this.#begin();
    this.#inTrailers = false;
    this.#state = this.#kind === 'request' ? METHOD : REST_OF_START_LINE;
    // The CR that ends the line does not count.
    this.#limit = this.#limits.startLine + 1;
  }

  /** Makes ready for the trailers of the message. */
  beginTrailers(): void {
    this.#begin();
    this.#inTrailers = true;
    this.#state = LINE_START;
    this.fieldsStart = 0;
    this.#limit = this.#limits.trailerSection;
  }

  /** Takes the fields of the finished section, of which the caller has the text. */
  takeFields(text: string): FieldSection {
    const spans = this.spans.slice(0, this.spanCount);
    // The room of one large section is not kept for the next.
    if (this.spans.length > MOST_SPANS_KEPT) this.spans.length = 0;
    return new FieldSection(text, spans, this.lineOf.slice(), this.repeated);
  }

  /** Whether the next byte belongs to the fields. */
  get isInFields(): boolean {
    return this.#state >= LINE_START;
  }

  /**
   * Scans on. All bytes up to `end` are taken unless the section ends before (`done`) or is
   * refused (`error`).
   *
   * @param base where the section, start line included, starts in `buf`.
   * @param from the first byte that was not scanned yet.
   * @returns the offset behind what was taken.
   */
  scan(buf: Uint8Array, base: number, from: number, end: number): number {
    let at = from;
    if (this.#state <= START_LINE_FEED) {
      at = this.scanStartLine(buf, base, at, end);
      if (this.#state <= START_LINE_FEED || this.error !== null) return at;
    }
    const stop = Math.min(end, base + this.#limit);
    const fields = base + this.fieldsStart;
    if (this.#state === LINE_START) at = this.#scanWholeLines(buf, fields, at, stop);
    return this.#scanFields(buf, fields, at, stop, end);
  }

  /** Takes the fields as they are known to be: nothing is left to scan. */
  finish(): void {
    this.done = true;
  }

  #begin(): void {
    this.done = false;
    this.error = null;
    this.folded = false;
    this.repeated = 0;
    this.spanCount = 0;
    for (let known = 0; known < KNOWN_FIELDS.length; known++) this.lineOf[known] = -1;
  }

  /** Scans no further than to the end of the start line. */
  scanStartLine(buf: Uint8Array, base: number, from: number, end: number): number {
    const stop = Math.min(end, base + this.#limit);
    let at = from;
    if (this.#state === METHOD) {
      while (at < stop && (CLASS[buf[at]!]! & TCHAR) !== 0) at++;
      if (at - base > METHOD_LENGTH) return this.#refuse('method-too-long', at);
      if (at === stop) return this.#ranOut(at, end, 'start-line-too-long');
      if (buf[at] !== SP || at === base) return this.#refuse('bad-method', at);
      this.methodEnd = at++ - base;
      this.#state = REQUEST_TARGET;
    }
    if (this.#state === REQUEST_TARGET) {
      at = skip(CLASS, TARGET, buf, at, stop);
      if (at === stop) return this.#ranOut(at, end, 'start-line-too-long');
      if (buf[at] !== SP)
        return this.#refuse(endsLine(buf[at]!) ? 'bad-start-line' : 'bad-target', at);
      this.targetEnd = at++ - base;
      this.#state = REST_OF_START_LINE;
    }
    if (this.#state === REST_OF_START_LINE) {
      while (at < stop && (CLASS[buf[at]!]! & FIELD) !== 0) at++;
      if (at === stop) return this.#ranOut(at, end, 'start-line-too-long');
      if (buf[at] !== CR)
        return this.#refuse(buf[at] === LF ? 'bare-line-feed' : 'bad-start-line', at);
      this.startLineEnd = at++ - base;
      this.#state = START_LINE_FEED;
    }
    if (at >= end) return at;
    if (buf[at] !== LF) return this.#refuse('bare-carriage-return', at);
    this.#state = LINE_START;
    this.fieldsStart = at + 1 - base;
    this.#limit = this.fieldsStart + this.#limits.headerSection;
    return at + 1;
  }

  /**
   * The usual case at two thirds of the cost: field lines that lie in the input as a whole and hold
   * nothing unusual. It stops in front of any other line, which {@link #scanFields} then looks at.
   */
  #scanWholeLines(buf: Uint8Array, base: number, from: number, stop: number): number {
    const spanLimit = this.#limits.fieldCount * 4;
    const spans = this.spans;
    const table = CLASS;
    let count = this.spanCount;
    let start = from;
    while (count < spanLimit) {
      const colon = skip(table, TCHAR, buf, start, stop);
      if (colon >= stop || buf[colon] !== COLON || colon === start) break;
      let at = colon + 1;
      while (at < stop && (buf[at] === SP || buf[at] === HTAB)) at++;
      const valueStart = at;
      at = skip(table, FIELD, buf, at, stop);
      if (at + 1 >= stop || buf[at] !== CR || buf[at + 1] !== LF) break;
      let valueEnd = at;
      while (valueEnd > valueStart && isBlank(buf[valueEnd - 1]!)) valueEnd--;
      spans[count] = start - base;
      spans[count + 1] = colon - base;
      spans[count + 2] = valueStart - base;
      spans[count + 3] = valueEnd - base;
      count += 4;
      if (colon - start < 18 && KNOWN_BY_LENGTH[colon - start]! >= 0) {
        this.#note(buf, start, colon - start, count - 4);
      }
      start = at + 2;
    }
    this.spanCount = count;
    return start;
  }

  #scanFields(buf: Uint8Array, base: number, from: number, stop: number, end: number): number {
    const spans = this.spans;
    const table = CLASS;
    let at = from;
    let count = this.spanCount;
    let state = this.#state;
    while (at < stop) {
      if (state === LINE_START) {
        const first = buf[at]!;
        if (first === CR) {
          at++;
          state = LAST_LINE_FEED;
        } else if (first === SP || first === HTAB) {
          // 5.2: a request is refused; a user agent takes the fold as white space.
          if (this.#kind === 'request' || count === 0) return this.#refuse('line-folding', at);
          this.folded = true;
          count--;
          state = VALUE;
        } else {
          if (count >= this.#limits.fieldCount * 4) return this.#refuse('too-many-fields', at);
          spans[count++] = at - base;
          state = NAME;
        }
      }
      if (state === NAME) {
        at = skip(table, TCHAR, buf, at, stop);
        if (at === stop) break;
        if (!this.#takeName(buf, base, at, count))
          return this.#refuse(this.#faultOfName(buf[at]!), at);
        count++;
        state = BEFORE_COLON;
      }
      if (state === BEFORE_COLON) {
        while (at < stop && isBlank(buf[at]!)) at++;
        if (at === stop) break;
        if (buf[at] !== COLON) return this.#refuse(this.#faultOfName(buf[at]!), at);
        at++;
        state = BLANKS;
      }
      if (state === BLANKS) {
        while (at < stop && (buf[at] === SP || buf[at] === HTAB)) at++;
        if (at === stop) break;
        spans[count++] = at - base;
        state = VALUE;
      }
      if (state === VALUE) {
        at = skip(table, FIELD, buf, at, stop);
        if (at === stop) break;
        if (buf[at] !== CR)
          return this.#refuse(buf[at] === LF ? 'bare-line-feed' : 'bad-field-value', at);
        const start = base + spans[count - 1]!;
        let last = at;
        while (last > start && (buf[last - 1] === SP || buf[last - 1] === HTAB)) last--;
        spans[count++] = last - base;
        at++;
        state = LINE_FEED;
        if (at === stop) break;
      }
      if (state === LINE_FEED) {
        if (buf[at] !== LF) return this.#refuse('bare-carriage-return', at);
        at++;
        state = LINE_START;
      } else if (state === LAST_LINE_FEED && at < stop) {
        if (buf[at] !== LF) return this.#refuse('bare-carriage-return', at);
        this.spanCount = count;
        this.done = true;
        return at + 1;
      }
    }
    this.spanCount = count;
    this.#state = state;
    const fault = this.#inTrailers ? 'trailer-section-too-large' : 'header-section-too-large';
    return this.#ranOut(at, end, fault);
  }

  /** Takes the name that ends at `at`; false where it is none, or what is behind it is no colon. */
  #takeName(buf: Uint8Array, base: number, at: number, count: number): boolean {
    const start = this.spans[count - 1]!;
    const length = at - base - start;
    const hasColon = buf[at] === COLON;
    // 5.1: blanks before the colon are taken away in what a server sends, and refused in requests.
    if (length === 0 || (!hasColon && (this.#kind === 'request' || !isBlank(buf[at]!))))
      return false;
    this.spans[count] = at - base;
    if (length >= 18 || KNOWN_BY_LENGTH[length]! < 0) return true;
    // Nor of fields that frame: who does not take the blanks away would read another message.
    return !this.#note(buf, base + start, length, count - 1) || hasColon;
  }

  /** Remembers the line of a known field; tells whether it is one. */
  #note(buf: Uint8Array, start: number, length: number, span: number): boolean {
    const known = KNOWN_BY_LENGTH[length]!;
    const bytes = KNOWN_BYTES[known]!;
    // All bytes are token characters, so setting bit 5 makes letters lower case and nothing else equal.
    for (let i = 0; i < length; i++) if ((buf[start + i]! | 0x20) !== bytes[i]) return false;
    if (this.lineOf[known]! >= 0) this.repeated |= 1 << known;
    else this.lineOf[known] = span >> 2;
    return true;
  }

  #faultOfName(byte: number): ParseErrorCode {
    return byte === LF ? 'bare-line-feed' : 'bad-field-name';
  }

  #ranOut(at: number, end: number, fault: ParseErrorCode): number {
    if (at < end) this.error = fault;
    return at;
  }

  #refuse(fault: ParseErrorCode, at: number): number {
    this.error = fault;
    return at;
  }
}

const isBlank = (byte: number): boolean => byte === SP || byte === HTAB;

const endsLine = (byte: number): boolean => byte === CR || byte === LF;

/**
 * The first byte at or behind `from` that is not in a class.
 *
 * Most of the time of a head is spent here. Four bytes a step need one branch, and which of the
 * four it was is computed without any: a mispredicted branch costs as much as ten bytes.
 */
function skip(table: Uint8Array, bit: number, buf: Uint8Array, from: number, stop: number): number {
  let at = from;
  for (const last = stop - 3; at < last; at += 4) {
    const first = table[buf[at]!]! & bit;
    const second = first & table[buf[at + 1]!]!;
    const third = second & table[buf[at + 2]!]!;
    if ((third & table[buf[at + 3]!]!) === 0) {
      return at + (((first !== 0 ? 1 : 0) + (second !== 0 ? 1 : 0) + (third !== 0 ? 1 : 0)) | 0);
    }
  }
  while (at < stop && (table[buf[at]!]! & bit) !== 0) at++;
  return at;
}
