/**
 * Frames on their way out (RFC 6455, 5.1 to 5.3). A client masks each with a key of its own, through
 * memory of ours, because the program's bytes are not ours to change. What is small leaves in one
 * write with its header; what is large and not masked is written from where it lies.
 */

import type { ByteSink } from '@netlayers/http';
import { headerLength, writeHeader } from '../frame/frame-header.js';
import { applyMask } from '../frame/mask.js';
import { HEADER_BYTES } from '../frame/opcode.js';
import { acquireScratch, releaseScratch, SCRATCH_BYTES } from '../frame/scratch.js';

/** Payloads of fewer octets are copied behind their header, which costs less than a second write. */
const COPIED = 4096;
/** Where a payload that is masked begins in the scratch: at a word, behind the longest header. */
const PAYLOAD_AT = 16;

/** Writes frames. */
export class FrameSender {
  readonly #sink: ByteSink;
  readonly #random: (() => number) | null;
  readonly #key = new Uint8Array(4);
  readonly #header = new Uint8Array(HEADER_BYTES);

  /** @param random where keys come from; `null` for a server, which does not mask. */
  constructor(sink: ByteSink, random: (() => number) | null) {
    this.#sink = sink;
    this.#random = random;
  }

  /**
   * Sends one frame with the octets `buf[start..end)`, which are taken before it returns.
   *
   * @param first FIN, reserved bits and opcode.
   * @returns whether the sink has room.
   */
  send(first: number, buf: Uint8Array, start: number, end: number): boolean {
    if (this.#random !== null) return this.#sendMasked(first, buf, start, end, this.#nextKey());
    if (end - start <= COPIED) return this.#sendJoined(first, buf, start, end);
    const header = this.#header;
    this.#sink.cork();
    this.#sink.write(header, 0, writeHeader(header, 0, first, end - start, null));
    const hasRoom = this.#sink.write(buf, start, end);
    this.#sink.uncork();
    return hasRoom;
  }

  #nextKey(): Uint8Array {
    const random = this.#random!();
    const key = this.#key;
    key[0] = random >>> 24;
    key[1] = random >>> 16;
    key[2] = random >>> 8;
    key[3] = random;
    return key;
  }

  #sendJoined(first: number, buf: Uint8Array, start: number, end: number): boolean {
    const scratch = acquireScratch();
    const at = writeHeader(scratch.octets, 0, first, end - start, null);
    scratch.octets.set(buf.subarray(start, end), at);
    const hasRoom = this.#sink.write(scratch.octets, 0, at + end - start);
    releaseScratch(scratch);
    return hasRoom;
  }

  #sendMasked(
    first: number,
    buf: Uint8Array,
    start: number,
    end: number,
    key: Uint8Array,
  ): boolean {
    const length = end - start;
    const most = SCRATCH_BYTES - PAYLOAD_AT;
    const scratch = acquireScratch();
    const { octets } = scratch;
    const isCut = length > most;
    if (isCut) this.#sink.cork();
    let from = PAYLOAD_AT - headerLength(length, true);
    writeHeader(octets, from, first, length, key);
    let hasRoom = true;
    let offset = 0;
    do {
      const piece = Math.min(most, length - offset);
      octets.set(buf.subarray(start + offset, start + offset + piece), PAYLOAD_AT);
      applyMask(scratch, PAYLOAD_AT, PAYLOAD_AT + piece, key, offset);
      hasRoom = this.#sink.write(octets, from, PAYLOAD_AT + piece);
      from = PAYLOAD_AT;
      offset += piece;
    } while (offset < length);
    if (isCut) this.#sink.uncork();
    releaseScratch(scratch);
    return hasRoom;
  }
}
