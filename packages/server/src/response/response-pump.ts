/**
 * Sends the content of a response that is a stream: one piece at a time, the next one asked for
 * only when the connection has room. So a response of any size costs one piece and what the
 * connection queues.
 */

import { type Headers, isStream, type Response } from '@netlayers/http';

/** The connection as a pump sees it. */
export interface PumpSink {
  /** Takes `buf[start..end)` before it returns; false when the connection is full. */
  sendPiece(buf: Uint8Array, start: number, end: number): boolean;
  /** The content is complete. */
  endContent(trailers: Headers | null): void;
  /** The content cannot be completed: its source failed, or its length is wrong. */
  failContent(error: unknown): void;
}

/** The most that is handed to a connection without looking whether it is full. */
const LARGEST_PIECE = 0x1_0000;

/** Content in memory, as a stream of one piece. */
export function onePiece(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  let left: Uint8Array | undefined = bytes;
  const pieces: AsyncIterableIterator<Uint8Array, undefined> = {
    next() {
      const value = left;
      left = undefined;
      return Promise.resolve(
        value === undefined ? { value: undefined, done: true } : { value, done: false },
      );
    },
    [Symbol.asyncIterator]: () => pieces,
  };
  return pieces;
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
  #isOver = false;
  #drained: (() => void) | null = null;

  constructor(content: AsyncIterable<Uint8Array>, sink: PumpSink) {
    this.#pieces = content[Symbol.asyncIterator]();
    this.#sink = sink;
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
        const piece = result.value;
        for (let at = 0; at < piece.length && !this.#isOver; at += LARGEST_PIECE) {
          const end = Math.min(piece.length, at + LARGEST_PIECE);
          if (!this.#sink.sendPiece(piece, at, end) && !this.#isOver) await this.#room();
        }
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

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#drained = resolve;
    });
  }

  /** The connection has room again. */
  handleDrain(): void {
    const drained = this.#drained;
    this.#drained = null;
    drained?.();
  }

  /** Stops: the connection is gone. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    cancelStream(this.#pieces);
    this.handleDrain();
  }
}
