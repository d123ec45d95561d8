/**
 * Reads one head or trailer section after another from bytes that come in any pieces. A section
 * that is whole in one piece is scanned where it lies; only one that arrives in parts is gathered
 * in a buffer of its own, which is given up when the section is complete.
 */

import type { Limits } from '../grammar/limits.js';
import type { TextDecoder } from '../grammar/text-codec.js';
import type { FieldSection } from '../message/field-section.js';
import { Headers } from '../message/headers.js';
import { HeadScanner, type MessageKind } from './head-scanner.js';
import { SectionCache } from './section-cache.js';

/** Size of the first buffer for a section that comes in parts; most heads of programs fit. */
const FIRST_BUFFER = 512;

/** What is refused in requests may be let through in responses. */
const known = { request: new SectionCache(), response: new SectionCache() };

const NOTHING = new Uint8Array(0);

/** Gathers and scans sections. */
export class SectionReader {
  readonly scanner: HeadScanner;
  /** The fields of the finished section. */
  fields: FieldSection | null = null;
  /** Where the finished section lies until {@link release}: `buf[start...]`. */
  buf: Uint8Array = NOTHING;
  start = 0;
  /** Bytes of the finished section, with its start line. */
  length = 0;
  readonly decode: TextDecoder;
  readonly #limits: Limits;
  readonly #known: SectionCache;
  #gathered: Uint8Array | null = null;
  #gatheredLength = 0;

  constructor(kind: MessageKind, limits: Limits, decode: TextDecoder) {
    this.scanner = new HeadScanner(kind, limits);
    this.decode = decode;
    this.#limits = limits;
    this.#known = known[kind];
  }

  /** Makes ready for the head of the next message. */
  beginHead(): void {
    this.scanner.beginHead();
    this.#gathered = null;
  }

  /** Makes ready for the trailers of the message. */
  beginTrailers(): void {
    this.scanner.beginTrailers();
    this.#gathered = null;
  }

  /**
   * Reads on; afterwards `scanner.done` or `scanner.error` may be set.
   *
   * @returns the offset behind what was taken.
   */
  read(buf: Uint8Array, start: number, end: number): number {
    if (this.#gathered !== null) return this.#readGathered(this.#gathered, buf, start, end);
    const { scanner } = this;
    let stop = start;
    if (!scanner.isInFields) {
      stop = scanner.scanStartLine(buf, start, start, end);
      if (scanner.isInFields && scanner.error === null) {
        const fields = this.#known.find(buf, stop, end, this.decode, this.#limits);
        if (fields !== null) return this.#takeKnown(fields, buf, start, stop);
      }
    }
    if (scanner.error === null) stop = scanner.scan(buf, start, stop, end);
    if (scanner.done) this.#finish(buf, start, stop);
    else if (scanner.error === null && end > start) this.#keep(buf, start, end);
    return stop;
  }

  /** The fields of the finished section. */
  takeHeaders(): Headers {
    const headers = Headers.ofSection(this.fields!);
    return this.scanner.folded ? unfolded(headers) : headers;
  }

  /** The head of the finished section was accepted: its fields may come again. */
  remember(): void {
    if (!this.scanner.folded) this.#known.note(this.fields!);
  }

  /** Lets go of the bytes, which are only lent. */
  release(): void {
    this.buf = NOTHING;
  }

  #takeKnown(fields: FieldSection, buf: Uint8Array, start: number, fieldsStart: number): number {
    const stop = fieldsStart + fields.text.length;
    this.scanner.finish();
    this.fields = fields;
    this.#finished(buf, start, stop);
    return stop;
  }

  #finish(buf: Uint8Array, start: number, stop: number): void {
    const { scanner } = this;
    const text = this.decode(buf, start + scanner.fieldsStart, stop);
    this.fields = scanner.takeFields(text);
    this.#finished(buf, start, stop);
  }

  #finished(buf: Uint8Array, start: number, stop: number): void {
    this.buf = buf;
    this.start = start;
    this.length = stop - start;
  }

  #readGathered(gathered: Uint8Array, buf: Uint8Array, start: number, end: number): number {
    const before = this.#gatheredLength;
    // One byte over the limit is enough for the scanner to see that it is exceeded.
    const taken = Math.min(end - start, this.scanner.sectionLimit + 1 - before);
    const room =
      before + taken <= gathered.length ? gathered : this.#grow(gathered, before + taken);
    copy(buf, start, start + taken, room, before);
    this.#gatheredLength = before + taken;
    const stop = this.scanner.scan(room, 0, before, before + taken);
    if (this.scanner.done) {
      this.#finish(room, 0, stop);
      this.#gathered = null;
    }
    return start + stop - before;
  }

  #keep(buf: Uint8Array, start: number, end: number): void {
    const gathered = new Uint8Array(Math.max(FIRST_BUFFER, end - start));
    copy(buf, start, end, gathered, 0);
    this.#gathered = gathered;
    this.#gatheredLength = end - start;
  }

  #grow(gathered: Uint8Array, needed: number): Uint8Array {
    const larger = new Uint8Array(Math.max(needed, gathered.length * 2));
    copy(gathered, 0, this.#gatheredLength, larger, 0);
    this.#gathered = larger;
    return larger;
  }
}

/** Copies a run; a byte loop where a view would cost more than the bytes. */
function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): void {
  if (end - start > 32) to.set(from.subarray(start, end), at);
  else for (let i = start; i < end; i++) to[at + i - start] = from[i]!;
}

/** Replaces each fold by one space (RFC 9112, 5.2). */
function unfolded(folded: Headers): Headers {
  const headers = new Headers();
  for (const [name, value] of folded) headers.append(name, value.replace(/[ \t]*\r\n[ \t]*/g, ' '));
  return headers;
}
