/**
 * Sends the content of a response that is a stream: one piece at a time, the next one asked for
 * only when the connection has room. So a response of any size costs one piece and what the
 * connection queues.
 */

import { type Headers, isStream, type Lasting, type Response } from '@netlayers/http';
import { type HeldCounter, HeldOctets } from './held-octets.js';

/** The connection as a pump sees it. */
export interface PumpSink extends HeldCounter {
  /** The most octets that are handed over without a look at whether it is full. */
  readonly largestPiece: number;
  /** The same for octets that last, be it until there is room: more where they are not copied. */
  readonly largestLent: number;
  /** Takes `buf[start..end)` before it returns, unless it lasts; false when the connection is full. */
  sendPiece(buf: Uint8Array, start: number, end: number, lasts: Lasting): boolean;
  /** The content is complete. */
  endContent(trailers: Headers | null): void;
  /** The content cannot be completed: its source failed, or its length is wrong. */
  failContent(error: unknown): void;
}

/** Lets go of a stream that will not be read, or not further. */
export function cancelStream(pieces: AsyncIterator<Uint8Array>): void {
  // Whoever closes files there may fail, and nobody is left to be told.
  void Promise.resolve(pieces.return?.()).catch(() => {});
}

/** Lets go of a response that is not sent, or without its content. */
export function discardContent(response: Response): void {
  const { content } = response;
  if (isStream(content)) cancelStream(content[Symbol.asyncIterator]());
}

/**
 * Reads the first piece of a response before its head is sent.
 *
 * For content that is made of a request's body while its client waits for 100 (Continue): with the
 * head of the response it would learn that nobody wants the body (RFC 9110, 10.1.1).
 */
export async function withFirstPiece(
  response: Response,
  content: AsyncIterable<Uint8Array>,
): Promise<Response> {
  const pieces = content[Symbol.asyncIterator]();
  let first: IteratorResult<Uint8Array> | null = await pieces.next();
  const rest: AsyncIterableIterator<Uint8Array> = {
    async next() {
      const piece = first ?? pieces.next();
      first = null;
      return piece;
    },
    async return() {
      await pieces.return?.();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]: () => rest,
  };
  return response.body(rest);
}

/** Moves one stream into one response. */
export class ResponsePump {
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #sink: PumpSink;
  readonly #held: HeldOctets;
  #isOver = false;
  #drained: (() => void) | null = null;

  constructor(content: AsyncIterable<Uint8Array>, sink: PumpSink) {
    this.#pieces = content[Symbol.asyncIterator]();
    this.#sink = sink;
    this.#held = new HeldOctets(sink);
  }

  /** Whether it waits for room. */
  get isBlocked(): boolean {
    return this.#drained !== null;
  }

  /** Sends everything; `trailers` is read at the end, when the content has told what they are. */
  async run(trailers: () => Headers | null): Promise<void> {
    try {
      for (;;) {
        const result = await this.#pieces.next();
        if (this.#isOver) return;
        if (result.done === true) break;
        await this.#send(result.value);
        if (this.#isOver) return;
      }
      this.#isOver = true;
      this.#sink.endContent(trailers());
    } catch (error) {
      if (!this.#isOver) cancelStream(this.#pieces);
      this.#isOver = true;
      this.#sink.failContent(error);
    }
  }

  async #send(piece: Uint8Array): Promise<void> {
    const { largestLent } = this.#sink;
    for (let at = 0; at < piece.length && !this.#isOver; at += largestLent) {
      const end = Math.min(piece.length, at + largestLent);
      // The source may use its memory again for the next piece, which is not asked for before.
      if (this.#sink.sendPiece(piece, at, end, 'until-drain') || this.#isOver) continue;
      // The piece, and what was taken of it.
      await this.#room(piece.length + end - at);
    }
  }

  /** Waits for room, with so many octets in memory. */
  #room(held: number): Promise<void> {
    this.#held.wait(held);
    return new Promise((resolve) => {
      this.#drained = resolve;
    });
  }

  /** The connection has room again. */
  handleDrain(): void {
    const drained = this.#drained;
    if (drained === null) return;
    this.#drained = null;
    this.#held.release();
    drained();
  }

  /** Stops: the connection is gone. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    cancelStream(this.#pieces);
    this.handleDrain();
  }
}
