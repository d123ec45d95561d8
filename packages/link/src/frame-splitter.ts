/**
 * Packets in a stream of bytes: each is preceded by its length in two octets, the higher first
 * (RFC 4571, 2). This is the way back, from chunks that are cut anywhere to packets.
 *
 * A packet inside of one chunk is read where it lies; what is cut is collected, at most one packet.
 * A frame whose length is refused is skipped, whatever it contains, and the next is read again.
 */

import { readU16 } from '@netlayers/bytes';

/** Octets of the length in front of a packet. */
export const FRAME_HEADER = 2;

/** What a splitter asks and tells. */
export interface FrameSink {
  /** Whether a frame of this length is wanted, from 0 on. */
  accepts(length: number): boolean;
  /** The packet `buf[start..end)`, valid until it returns. */
  handleFrame(buf: Uint8Array, start: number, end: number): void;
}

/** Splits one stream. */
export class FrameSplitter {
  readonly #sink: FrameSink;
  /** A frame that was cut, and how much of it is there. */
  readonly #partial: Uint8Array;
  #have = 0;
  /** Octets of a refused frame that are still to come. */
  #skip = 0;

  /** @param longest packet that the sink accepts. */
  constructor(sink: FrameSink, longest: number) {
    this.#sink = sink;
    this.#partial = new Uint8Array(FRAME_HEADER + longest);
  }

  /**
   * Reads on in `buf[at..end)`, which is not empty, up to the end of one frame at most.
   *
   * @returns where to read on.
   */
  next(buf: Uint8Array, at: number, end: number): number {
    if (this.#skip > 0) {
      const skipped = Math.min(this.#skip, end - at);
      this.#skip -= skipped;
      return at + skipped;
    }
    if (this.#have > 0 || end - at < FRAME_HEADER) return this.#collect(buf, at, end);
    const length = readU16(buf, at);
    const start = at + FRAME_HEADER;
    if (!this.#sink.accepts(length)) {
      this.#skip = length;
      return start;
    }
    if (end - start < length) return this.#copy(buf, at, end, FRAME_HEADER + length);
    this.#sink.handleFrame(buf, start, start + length);
    return start + length;
  }

  #collect(buf: Uint8Array, at: number, end: number): number {
    const partial = this.#partial;
    if (this.#have < FRAME_HEADER) {
      const after = this.#copy(buf, at, end, FRAME_HEADER);
      if (this.#have < FRAME_HEADER) return after;
      const length = readU16(partial, 0);
      if (this.#sink.accepts(length)) return after;
      this.#skip = length;
      this.#have = 0;
      return after;
    }
    const whole = FRAME_HEADER + readU16(partial, 0);
    const after = this.#copy(buf, at, end, whole);
    if (this.#have === whole) {
      this.#have = 0;
      this.#sink.handleFrame(partial, FRAME_HEADER, whole);
    }
    return after;
  }

  /** Takes from `buf[at..end)` until `wanted` octets are there, and returns where it ended. */
  #copy(buf: Uint8Array, at: number, end: number, wanted: number): number {
    const after = at + Math.min(wanted - this.#have, end - at);
    this.#partial.set(buf.subarray(at, after), this.#have);
    this.#have += after - at;
    return after;
  }
}
