/**
 * The content of a request on its way from the connection to one reader.
 *
 * Bytes that arrive before somebody reads, or faster, wait here up to a mark; over it the
 * connection is held, its window closes, and the peer waits. So a body of any size costs at most
 * the mark and one delivery. A body is read once: collected as a whole, or iterated.
 */

import type { Headers } from '@netlayers/http';
import { HttpError } from '../base/http-error.js';

/** The connection as its body sees it. */
export interface BodySource {
  /** Somebody waits for bytes: deliver, and send 100 (Continue) if the peer waits for it. */
  wantBody(): void;
  /** Nobody takes bytes for now. */
  holdBody(): void;
}

/** Bytes that may wait before the connection is held. */
const HIGH_WATER_MARK = 0x1_0000;

const NOTHING = new Uint8Array(0);

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
  #queue: Uint8Array[] = [];
  #queued = 0;
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

  /** Whether somebody waits for bytes right now, so that a peer that sends none is late. */
  get isWaiting(): boolean {
    return this.#state === 'open' && (this.#collecting !== null || this.#next !== null);
  }

  /** Takes bytes of the connection's, which are valid during the call. */
  push(buf: Uint8Array, start: number, end: number): void {
    if (this.#reader === 'gone' || this.#state !== 'open') return;
    const chunk = buf.slice(start, end);
    if (this.#next !== null) {
      const { resolve } = this.#next;
      this.#next = null;
      resolve({ value: chunk, done: false });
      return;
    }
    this.#queue.push(chunk);
    this.#queued += chunk.length;
    if (this.#reader === 'collector') this.#checkLimit();
    else if (this.#queued >= HIGH_WATER_MARK) this.#source.holdBody();
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
    this.#queue = [];
    this.#queued = 0;
    this.#next?.reject(error);
    this.#collecting?.reject(error);
    this.#next = null;
    this.#collecting = null;
  }

  /** Nobody will read any more: what arrives is dropped. */
  discard(): void {
    this.#reader = 'gone';
    this.#queue = [];
    this.#queued = 0;
  }

  /** Reads the whole body, at most `limit` bytes. Rejects with HttpError 413 over it. */
  collect(limit: number): Promise<Uint8Array> {
    if (this.#reader !== 'none') return Promise.reject(alreadyRead());
    this.#reader = 'collector';
    this.#collectLimit = limit;
    const whole = new Promise<Uint8Array>((resolve, reject) => {
      if (this.#state === 'failed') return reject(this.#error);
      this.#collecting = { resolve, reject };
      if (this.#length > limit) this.fail(tooLarge());
      else if (this.#state === 'ended') this.#deliverAll(this.#collecting);
      else if (this.#checkLimit()) this.#source.wantBody();
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

  #pull(): Promise<IteratorResult<Uint8Array, undefined>> {
    const chunk = this.#queue.shift();
    if (chunk !== undefined) {
      this.#queued -= chunk.length;
      if (this.#queued < HIGH_WATER_MARK && this.#state === 'open') this.#source.wantBody();
      return Promise.resolve({ value: chunk, done: false });
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

  #checkLimit(): boolean {
    if (this.#queued <= this.#collectLimit) return true;
    this.fail(tooLarge());
    return false;
  }

  #deliverAll(waiter: Waiter<Uint8Array>): void {
    this.#collecting = null;
    const chunks = this.#queue;
    this.#queue = [];
    if (chunks.length < 2) {
      waiter.resolve(chunks[0] ?? NOTHING);
      return;
    }
    const whole = new Uint8Array(this.#queued);
    let at = 0;
    for (const chunk of chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    waiter.resolve(whole);
  }
}

const alreadyRead = (): TypeError =>
  new TypeError('the body of this request is being read already');

const tooLarge = (): HttpError => new HttpError(413, 'the content is too large');
