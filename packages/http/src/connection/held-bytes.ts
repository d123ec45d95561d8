/**
 * Bytes that came before their time: behind a message whose answer is not finished, or while
 * nobody wants events. They are copied, because the buffers of a stream are only lent.
 *
 * The bound is soft by what one delivery of the stream holds: above it the sink is paused, and
 * what is already on its way in is still kept.
 */

import { copyOf } from '@netlayers/bytes';
import type { ByteSink } from '../write/byte-sink.js';

/** What is likely to be followed by nothing: the sink is paused. */
const LARGE_PIECE = 0x4000;

/** Keeps bytes in order, and pauses the sink when they are many. */
export class HeldBytes {
  buf: Uint8Array | null = null;
  start = 0;
  end = 0;
  readonly #sink: ByteSink;
  readonly #bound: number;
  #sinkPaused = false;

  constructor(sink: ByteSink, bound: number) {
    this.#sink = sink;
    this.#bound = bound;
  }

  /** How many bytes are kept. */
  get length(): number {
    return this.end - this.start;
  }

  /** Keeps `buf[start..end)` behind what is there. */
  append(buf: Uint8Array, start: number, end: number): void {
    this.#put(buf, start, end, false);
  }

  /** Keeps `buf[start..end)` in front of what is there. */
  prepend(buf: Uint8Array, start: number, end: number): void {
    this.#put(buf, start, end, true);
  }

  /** Forgets what is kept, because the caller reads it; {@link putBack} takes the rest. */
  detach(): void {
    this.buf = null;
    this.start = 0;
    this.end = 0;
  }

  /** Takes back the unread end of what was detached, without copying it. */
  putBack(buf: Uint8Array, start: number, end: number): void {
    if (this.buf !== null) {
      this.prepend(buf, start, end);
      return;
    }
    this.buf = buf;
    this.start = start;
    this.end = end;
  }

  clear(): void {
    this.detach();
    this.regulate();
  }

  /** A copy of what is kept, which is forgotten. */
  take(): Uint8Array {
    const taken = this.buf === null ? new Uint8Array(0) : this.buf.slice(this.start, this.end);
    this.clear();
    return taken;
  }

  #put(buf: Uint8Array, start: number, end: number, inFront: boolean): void {
    const added = end - start;
    if (added === 0) return;
    const { length } = this;
    const kept = this.buf;
    if (!inFront && kept !== null && this.end + added <= kept.length) {
      kept.set(buf.subarray(start, end), this.end);
      this.end += added;
    } else if (length === 0 && added >= LARGE_PIECE) {
      this.buf = copyOf(buf, start, end);
      this.start = 0;
      this.end = added;
    } else {
      // Twice the room, so that many small pieces do not cost a copy of everything each.
      const larger = new Uint8Array(Math.max(256, 2 * (length + added)));
      if (kept !== null) larger.set(kept.subarray(this.start, this.end), inFront ? added : 0);
      larger.set(buf.subarray(start, end), inFront ? 0 : length);
      this.buf = larger;
      this.start = 0;
      this.end = length + added;
    }
    this.regulate();
  }

  /** Pauses or resumes the sink by how much is kept. */
  regulate(): void {
    const tooMany = this.length > this.#bound;
    if (tooMany === this.#sinkPaused) return;
    this.#sinkPaused = tooMany;
    if (tooMany) this.#sink.pause();
    else this.#sink.resume();
  }
}
