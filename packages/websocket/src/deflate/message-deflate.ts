/**
 * Messages through DEFLATE (RFC 7692, 7.2): the four octets that end every flush are not sent.
 */

import { History } from './history.js';
import type { DeflateFault, RawDeflate } from './raw-deflate.js';

/** Octets that the flush of each message ends with, and that are left out: 00 00 ff ff (7.2.1). */
const TAIL_BYTES = 4;
/** The first octet of an empty block: what is left of a flush of nothing (7.2.3.6). */
const EMPTY = Uint8Array.of(0x00);
/** An empty block that is not the last one. */
const EMPTY_BLOCK = Uint8Array.of(0x00, 0x00, 0x00, 0xff, 0xff);

/** How one direction is compressed. */
export interface DirectionSettings {
  /** Base-two logarithm of the window, 8 to 15 (7.1.2). */
  readonly windowBits: number;
  /** Whether a message may refer to those before it (7.1.1). */
  readonly takeover: boolean;
}

/** Compresses the messages of one direction. */
export class MessageDeflater {
  readonly #codec: RawDeflate;
  readonly #settings: DirectionSettings;
  readonly #history: History;

  constructor(codec: RawDeflate, settings: DirectionSettings) {
    this.#codec = codec;
    this.#settings = settings;
    this.#history = new History(settings.windowBits);
  }

  /** Compresses a piece of a message; the piece with `isLast` ends it. */
  compress(data: Uint8Array, isLast: boolean): Uint8Array {
    const flushed = data.length === 0 ? EMPTY_BLOCK : this.#flush(data);
    if (!isLast) return flushed;
    if (!this.#settings.takeover) this.#history.clear();
    return flushed === EMPTY_BLOCK ? EMPTY : flushed.subarray(0, flushed.length - TAIL_BYTES);
  }

  #flush(data: Uint8Array): Uint8Array {
    const { windowBits } = this.#settings;
    const flushed = this.#codec.compress(data, this.#history.octets, windowBits);
    this.#history.append(data);
    return flushed;
  }
}

/** Decompresses the messages of one direction. */
export class MessageInflater {
  readonly #codec: RawDeflate;
  readonly #settings: DirectionSettings;
  readonly #history: History;

  constructor(codec: RawDeflate, settings: DirectionSettings) {
    this.#codec = codec;
    this.#settings = settings;
    this.#history = new History(settings.windowBits);
  }

  /** Decompresses a message of at most `limit` octets. */
  decompress(data: Uint8Array, limit: number): Uint8Array | DeflateFault {
    const { windowBits, takeover } = this.#settings;
    const message = this.#codec.decompress(data, this.#history.octets, windowBits, limit);
    if (takeover && typeof message !== 'string') this.#history.append(message);
    return message;
  }
}
