/**
 * Sends content that is in memory, as much at a time as the connection has room for. Nothing of it is
 * copied on the way where the connection can do without, and no promise is made.
 */

import type { Headers } from '@netlayers/http';
import { HeldOctets } from './held-octets.js';
import type { PumpSink } from './response-pump.js';

/** Moves bytes into one response. */
export class BytesPump {
  readonly #bytes: Uint8Array;
  readonly #sink: PumpSink;
  readonly #trailers: () => Headers | null;
  readonly #held: HeldOctets;
  #at = 0;
  #isOver = false;

  /** @param bytes stay as they are until they are sent. */
  constructor(bytes: Uint8Array, sink: PumpSink, trailers: () => Headers | null) {
    this.#bytes = bytes;
    this.#sink = sink;
    this.#trailers = trailers;
    this.#held = new HeldOctets(sink);
  }

  /** Whether it waits for room. */
  get isBlocked(): boolean {
    return this.#held.isWaiting;
  }

  /** Sends what there is room for; the response may be complete when it returns. */
  run(): void {
    const bytes = this.#bytes;
    const sink = this.#sink;
    try {
      while (this.#at < bytes.length) {
        const start = this.#at;
        this.#at = Math.min(bytes.length, start + sink.largestLent);
        const hasRoom = sink.sendPiece(bytes, start, this.#at, true);
        if (this.#isOver) return;
        if (hasRoom) continue;
        // The content, and what was taken of it.
        this.#held.wait(bytes.length + this.#at - start);
        return;
      }
      this.#isOver = true;
      this.#sink.endContent(this.#trailers());
    } catch (error) {
      this.#isOver = true;
      this.#sink.failContent(error);
    }
  }

  /** The connection has room again. */
  handleDrain(): void {
    if (!this.isBlocked) return;
    this.#held.release();
    this.run();
  }

  /** Stops: the connection is gone. */
  cancel(): void {
    this.#isOver = true;
    if (this.isBlocked) this.#held.release();
  }
}
