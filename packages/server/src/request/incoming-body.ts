/**
 * The content of a request on its way from the connection to one reader.
 *
 * Bytes that arrive before somebody reads, or faster, wait here up to a mark; over it the
 * connection is held, its window closes, and the peer waits. So a body of any size costs at most
 * the mark and one delivery, and all bodies of a server together a budget. A body is read once:
 * collected as a whole, or iterated.
 */

import { copyOf, OctetQueue } from '@netlayers/bytes';
import type { Headers } from '@netlayers/http';
import { HttpError } from '../base/http-error.js';

/** The connection as its body sees it. */
export interface BodySource {
  /** Somebody waits for bytes: deliver, and send 100 (Continue) if the peer waits for it. */
  wantBody(): void;
  /** Nobody takes bytes for now. */
  holdBody(): void;
  /** Has the bytes last that are being pushed, and all of `buf` with them. False, or missing: they do not. */
  keep?(buf: Uint8Array): boolean;
  /**
   * Says that so many octets more wait here, or fewer.
   *
   * @returns false when all bodies together hold more than they may.
   */
  countHeld(octets: number): boolean;
}

/** Bytes that may wait for a reader that has not begun before the connection is held. */
const HIGH_WATER_MARK = 0x1_0000;
/**
 * For one that reads it is more: a fast network delivers many large packets before the reader's turn, and
 * what a connection that is held still gets is copied once more.
 */
const FLOWING_MARK = 0x8_0000;

/**
 * A client may leave while its handler does something else and has not yet come to await the body:
 * that must not end the process as an unhandled rejection. Whoever awaits still gets the error.
 */
export function tolerated<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

type Waiter<T> = { resolve(value: T): void; reject(error: unknown): void };

/** A stream of one request's content. */
export class IncomingBody {
  readonly #source: BodySource;
  /** Announced length, -1 when unknown. */
  readonly #length: number;
  #reader: 'none' | 'collector' | 'iterator' | 'gone' = 'none';
  readonly #queue = new OctetQueue();
  #state: 'open' | 'ended' | 'failed' = 'open';
  #error: unknown = null;
  #trailers: Headers | null = null;
  /** What the collector still takes; over it the body is too large. */
  #collectLimit = Number.POSITIVE_INFINITY;
  #collecting: Waiter<Uint8Array> | null = null;
  #next: Waiter<IteratorResult<Uint8Array, undefined>> | null = null;

  constructor(source: BodySource, length: number) {
    this.#source = source;
    this.#length = length;
  }

  /** Fields behind a chunked body, once it has been read to its end. */
  get trailers(): Headers | null {
    return this.#trailers;
  }

  /** Whether a reader has been given the body. */
  get isTaken(): boolean {
    return this.#reader !== 'none';
  }

  /** What {@link fail} was told; `null` while nothing has failed. */
  get failure(): unknown {
    return this.#error;
  }

  /** Whether somebody waits for bytes right now, so that a peer that sends none is late. */
  get isWaiting(): boolean {
    return this.#state === 'open' && (this.#collecting !== null || this.#next !== null);
  }

  /**
   * Takes bytes of the connection's, which are valid during the call.
   *
   * @param lasts whether nobody will write into them again: then they are kept as they are, if most of
   *   the memory that is held with them is theirs.
   */
  push(buf: Uint8Array, start: number, end: number, lasts = false): void {
    if (this.#reader === 'gone' || this.#state !== 'open') return;
    const isMost = (end - start) * 2 >= buf.buffer.byteLength;
    const isKept = isMost && (lasts || this.#source.keep?.(buf) === true);
    if (this.#next !== null) {
      const { resolve } = this.#next;
      this.#next = null;
      resolve({ value: isKept ? viewOf(buf, start, end) : copyOf(buf, start, end), done: false });
      return;
    }
    if (isKept) this.#queue.adopt(viewOf(buf, start, end));
    else this.#queue.append(buf, start, end);
    const fits = this.#source.countHeld(end - start);
    if (this.#reader === 'collector') {
      if (this.#checkLimit() && !fits) this.fail(new HttpError(503, 'too much is being received'));
    } else if (!fits || this.#queue.length >= this.#mark) this.#source.holdBody();
  }

  /** The body is complete. */
  finish(trailers: Headers | null): void {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.#trailers = trailers;
    this.#next?.resolve({ value: undefined, done: true });
    this.#next = null;
    if (this.#collecting !== null) this.#deliverAll(this.#collecting);
  }

  /** The body will not come, or not to its end; what has arrived can no longer be read. */
  fail(error: unknown): void {
    if (this.#state !== 'open') return;
    this.#state = 'failed';
    this.#error = error;
    this.#drop();
    this.#next?.reject(error);
    this.#collecting?.reject(error);
    this.#next = null;
    this.#collecting = null;
  }

  /** Nobody will read any more: what arrives is dropped. */
  discard(): void {
    this.#reader = 'gone';
    this.#drop();
  }

  /** Reads the whole body, at most `limit` bytes. Rejects with HttpError 413 over it. */
  collect(limit: number): Promise<Uint8Array> {
    if (this.#reader !== 'none') return Promise.reject(alreadyRead());
    this.#reader = 'collector';
    this.#collectLimit = limit;
    const whole = new Promise<Uint8Array>((resolve, reject) => {
      if (this.#state === 'failed') return reject(this.#error);
      // It may have come to its end, and can fail no more, before anybody asks.
      if (Math.max(this.#length, this.#queue.length) > limit) return reject(this.#refuse());
      this.#collecting = { resolve, reject };
      if (this.#state === 'ended') this.#deliverAll(this.#collecting);
      else this.#source.wantBody();
    });
    return tolerated(whole);
  }

  /** Reads the body in pieces, as they arrive. */
  iterate(): AsyncIterableIterator<Uint8Array> {
    if (this.#reader !== 'none') throw alreadyRead();
    this.#reader = 'iterator';
    const iterator: AsyncIterableIterator<Uint8Array> = {
      next: () => this.#pull(),
      return: () => {
        this.discard();
        return Promise.resolve({ value: undefined, done: true });
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  get #mark(): number {
    return this.#reader === 'iterator' ? FLOWING_MARK : HIGH_WATER_MARK;
  }

  #pull(): Promise<IteratorResult<Uint8Array, undefined>> {
    const piece = this.#queue.take();
    if (piece !== null) {
      this.#source.countHeld(-piece.length);
      if (this.#queue.length < this.#mark && this.#state === 'open') this.#source.wantBody();
      return Promise.resolve({ value: piece, done: false });
    }
    if (this.#state === 'failed') return tolerated(Promise.reject(this.#error));
    if (this.#state === 'ended' || this.#reader === 'gone') {
      return Promise.resolve({ value: undefined, done: true });
    }
    if (this.#next !== null) return Promise.reject(new TypeError('one next() at a time'));
    const next = new Promise<IteratorResult<Uint8Array, undefined>>((resolve, reject) => {
      this.#next = { resolve, reject };
      this.#source.wantBody();
    });
    return tolerated(next);
  }

  /** The body is too large for who reads it, and nobody else may. */
  #refuse(): HttpError {
    const error = tooLarge();
    this.fail(error);
    this.discard();
    return error;
  }

  #checkLimit(): boolean {
    if (this.#queue.length <= this.#collectLimit) return true;
    this.fail(tooLarge());
    return false;
  }

  #deliverAll(waiter: Waiter<Uint8Array>): void {
    this.#collecting = null;
    this.#source.countHeld(-this.#queue.length);
    waiter.resolve(this.#queue.takeAll());
  }

  #drop(): void {
    if (this.#queue.length > 0) this.#source.countHeld(-this.#queue.length);
    this.#queue.clear();
  }
}

/** Never a Buffer: of that, `slice` would be a view. */
const viewOf = (buf: Uint8Array, start: number, end: number): Uint8Array =>
  new Uint8Array(buf.buffer, buf.byteOffset + start, end - start);

const alreadyRead = (): TypeError =>
  new TypeError('the body of this request is being read already');

const tooLarge = (): HttpError => new HttpError(413, 'the content is too large');
