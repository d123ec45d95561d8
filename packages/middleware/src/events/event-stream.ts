/**
 * A response that is a stream of events (HTML Standard, 9.2).
 *
 * What waits for a client is bounded: `send` gives a promise that is kept when there is room, and who
 * does not wait for it is told by an error when the bound is passed. A comment is sent when
 * nothing else was for a while, so that proxies keep the connection and a client that has vanished is
 * noticed.
 */

import { encodeUtf8 } from '@netlayers/bytes';
import { type Clock, checkOptions, type OptionNames } from '@netlayers/host';
import { Response } from '@netlayers/http';
import type { ServerRequest } from '@netlayers/server';
import { commentText, eventText, type ServerSentEvent } from './event-text.js';

/** Settings of a stream of events. */
export interface EventStreamOptions {
  /** After how much silence a comment is sent, milliseconds; `Infinity` for never. @default 15_000 */
  readonly heartbeatMs?: number;
  /** What may wait for a client, in bytes; over it the stream fails. @default 1 MiB */
  readonly maxQueuedBytes?: number;
}

const OPTIONS: OptionNames<EventStreamOptions> = {
  heartbeatMs: 'optional',
  maxQueuedBytes: 'optional',
};

/** What may wait before `send` lets its caller wait. */
const HIGH_WATER_MARK = 0x1_0000;

/** The stream as the program sees it. */
export class EventStream implements AsyncIterableIterator<Uint8Array> {
  /** The id of the last event that the client has seen; `null` for one that is new. */
  readonly lastEventId: string | null;
  /** Aborted when the client has gone, the server closes, or the stream is closed. */
  readonly signal: AbortSignal;
  readonly #abort = new AbortController();
  readonly #clock: Clock;
  readonly #heartbeatMs: number;
  readonly #maxQueuedBytes: number;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #state: 'open' | 'ending' | 'over' = 'open';
  #error: unknown = null;
  #reader: ((result: IteratorResult<Uint8Array, undefined>) => void) | null = null;
  #failReader: ((error: unknown) => void) | null = null;
  #whenRoom: (() => void)[] = [];
  #lastSent: number;
  #timer = 0;

  constructor(request: ServerRequest, options: EventStreamOptions) {
    const { heartbeatMs = 15_000, maxQueuedBytes = 1024 * 1024 } = options;
    this.lastEventId = request.headers.get('last-event-id');
    this.signal = this.#abort.signal;
    this.#clock = request.clock;
    this.#heartbeatMs = heartbeatMs;
    this.#maxQueuedBytes = maxQueuedBytes;
    this.#lastSent = request.clock.now();
    this.#arm();
    // A server that closes lets its clients come back to another.
    for (const signal of [request.signal, request.draining]) {
      if (signal.aborted) this.close();
      else signal.addEventListener('abort', () => this.close(), { once: true });
    }
  }

  /** Whether events can still be sent. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Octets that wait for the client. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /**
   * Sends an event; text alone is its data. On a stream that is over it does nothing.
   *
   * @returns kept as soon as there is room for more, or the stream is over.
   * @throws RangeError when more waits than may; the stream is broken off then.
   */
  send(event: ServerSentEvent | string): Promise<void> {
    return this.sendText(eventText(typeof event === 'string' ? { data: event } : event));
  }

  /** Sends a comment, which clients skip. */
  comment(text: string): Promise<void> {
    return this.sendText(commentText(text));
  }

  /** Sends what stands in the form of the stream already. @internal */
  sendText(text: string): Promise<void> {
    if (this.#state !== 'open') return Promise.resolve();
    this.#lastSent = this.#clock.now();
    const bytes = encodeUtf8(text);
    if (this.#reader !== null) {
      const resolve = this.#reader;
      this.#reader = null;
      resolve({ value: bytes, done: false });
      return Promise.resolve();
    }
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    if (this.#queuedBytes > this.#maxQueuedBytes) {
      const error = new RangeError('more events wait for a client than may');
      this.fail(error);
      throw error;
    }
    if (this.#queuedBytes <= HIGH_WATER_MARK) return Promise.resolve();
    return new Promise((resolve) => this.#whenRoom.push(resolve));
  }

  /** Ends the stream behind what waits; a client comes back after its `retry`. */
  close(): void {
    if (this.#state !== 'open') return;
    this.#state = this.#queue.length > 0 ? 'ending' : 'over';
    this.#finish();
    this.#reader?.({ value: undefined, done: true });
    this.#reader = null;
  }

  /** Breaks the stream off. @internal */
  fail(error: unknown): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#error = error;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#finish();
    this.#failReader?.(error);
    this.#reader = null;
  }

  // What the server asks for.

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#error !== null) return Promise.reject(this.#error);
    if (this.#queue.length > 0) return Promise.resolve({ value: this.#takeAll(), done: false });
    if (this.#state !== 'open') return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve, reject) => {
      this.#reader = resolve;
      this.#failReader = reject;
    });
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#queue = [];
    this.#queuedBytes = 0;
    this.close();
    this.#state = 'over';
    return Promise.resolve({ value: undefined, done: true });
  }

  /** Everything that waits, as one piece. */
  #takeAll(): Uint8Array {
    const queue = this.#queue;
    const all = queue.length === 1 ? queue[0]! : new Uint8Array(this.#queuedBytes);
    if (queue.length > 1) {
      let at = 0;
      for (const piece of queue) {
        all.set(piece, at);
        at += piece.length;
      }
    }
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#tellRoom();
    return all;
  }

  #tellRoom(): void {
    const waiting = this.#whenRoom;
    this.#whenRoom = [];
    for (const resolve of waiting) resolve();
  }

  #finish(): void {
    this.#clock.clearTimer(this.#timer);
    this.#tellRoom();
    this.#abort.abort();
  }

  #arm(): void {
    this.#timer = this.#clock.setTimer(this.#lastSent + this.#heartbeatMs, () => this.#beat());
  }

  #beat(): void {
    // Behind what waits there is no silence.
    const isSilent = this.#clock.now() >= this.#lastSent + this.#heartbeatMs;
    if (isSilent && this.#queue.length === 0) void this.sendText(commentText(''));
    else if (isSilent) this.#lastSent = this.#clock.now();
    this.#arm();
  }
}

/**
 * Answers with a stream of events, which ends with the promise of `produce`, with the client's
 * connection, when the server begins to close, or when the stream is closed.
 *
 * @param produce sends events; an error that it throws breaks the response off.
 * @throws TypeError for an option that is none.
 */
export function eventStream(
  request: ServerRequest,
  produce: (stream: EventStream) => Promise<void> | void,
  options: EventStreamOptions = {},
): Response {
  checkOptions('eventStream', options, OPTIONS);
  const stream = new EventStream(request, options);
  const run = async (): Promise<void> => {
    try {
      await produce(stream);
      stream.close();
    } catch (error) {
      // Who is told that the client has gone may well throw it.
      if (stream.isOpen) stream.fail(error);
    }
  };
  void run();
  return eventResponse(stream);
}

/** A response whose content are events. */
export function eventResponse(content: AsyncIterable<Uint8Array>): Response {
  return (
    new Response(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
      // Gateways that would gather what comes: nginx and those that learned from it.
      .header('X-Accel-Buffering', 'no')
      .body(content)
  );
}
