/**
 * Messages out of frames (RFC 6455, 5.4 to 5.6; RFC 7692, 6 and 7.2.2): order, lengths, UTF-8 and
 * decompression. It tells what has come, and knows nothing of what is sent.
 *
 * Unmasked octets are passed on where they lie. Masked ones are unmasked in memory of ours, and those
 * of a compressed message are collected until it ends.
 */

import { Collector } from '../base/collector.js';
import type { PeerFault } from '../base/errors.js';
import type { Limits } from '../base/limits.js';
import type { MessageType } from '../base/role.js';
import type { MessageInflater } from '../deflate/message-deflate.js';
import type { FrameParser } from '../frame/frame-parser.js';
import { applyMask, wordBuffer } from '../frame/mask.js';
import { Opcode } from '../frame/opcode.js';
import { acquireScratch, releaseScratch } from '../frame/scratch.js';
import { Utf8Check } from '../frame/utf8-check.js';

/** Whom the messages go to. */
export interface MessageHandler {
  handleMessageStart(type: MessageType): void;
  handleMessageData(buf: Uint8Array, start: number, end: number): void;
  handleMessageEnd(): void;
  /** A whole control frame, whose payload is a copy; tells when it may not be like this. */
  handleControl(opcode: number, payload: Uint8Array): PeerFault | null;
}

/** What compressed octets may be more than what they stand for. */
const EXPANSION = 1 / 256;
const EXPANSION_BYTES = 1024;

/** The most octets, as sent, of a message of at most `messageBytes`. */
export const wireLimit = (messageBytes: number): number =>
  messageBytes + Math.floor(messageBytes * EXPANSION) + EXPANSION_BYTES;

/** Reads messages. */
export class MessageReceiver {
  readonly #parser: FrameParser;
  readonly #handler: MessageHandler;
  readonly #limits: Limits;
  readonly #inflater: MessageInflater | null;
  readonly #utf8 = new Utf8Check();
  readonly #compressed = new Collector();
  readonly #control = wordBuffer(128);
  /** The message that is being received. */
  #type: MessageType | null = null;
  #isCompressed = false;
  #fragments = 0;
  /** Octets of the message, as sent, with those that the current frame announces. */
  #announced = 0;

  constructor(
    parser: FrameParser,
    handler: MessageHandler,
    limits: Limits,
    inflater: MessageInflater | null,
  ) {
    this.#parser = parser;
    this.#handler = handler;
    this.#limits = limits;
    this.#inflater = inflater;
  }

  /** Takes a header; tells what is wrong with a frame that may not come now, or makes its message too large. */
  handleHeader(): PeerFault | null {
    const { opcode, rsv1, length, isControl } = this.#parser;
    if (isControl) return null;
    const isContinuation = opcode === Opcode.Continuation;
    if (isContinuation !== (this.#type !== null)) {
      return isContinuation ? 'unexpected-continuation' : 'expected-continuation';
    }
    if (!isContinuation) {
      this.#isCompressed = rsv1;
      this.#fragments = 0;
      this.#announced = 0;
    }
    this.#announced += length;
    const { messageBytes, fragments } = this.#limits;
    const most = this.#isCompressed ? wireLimit(messageBytes) : messageBytes;
    if (this.#announced > most) return 'message-too-large';
    if (++this.#fragments > fragments) return 'too-many-fragments';
    if (isContinuation) return null;
    this.#type = opcode === Opcode.Text ? 'text' : 'binary';
    this.#handler.handleMessageStart(this.#type);
    return null;
  }

  /** Takes a piece of a payload; tells when it is not the text that it says it is. */
  handlePayload(buf: Uint8Array): PeerFault | null {
    const { payloadStart, payloadEnd, payloadOffset, isMasked, isControl, key } = this.#parser;
    if (isControl) {
      const to = payloadOffset + payloadEnd - payloadStart;
      this.#control.octets.set(buf.subarray(payloadStart, payloadEnd), payloadOffset);
      if (isMasked) applyMask(this.#control, payloadOffset, to, key, payloadOffset);
      return null;
    }
    if (!isMasked) return this.#takePiece(buf, payloadStart, payloadEnd);
    const scratch = acquireScratch();
    try {
      const length = payloadEnd - payloadStart;
      scratch.octets.set(buf.subarray(payloadStart, payloadEnd));
      applyMask(scratch, 0, length, key, payloadOffset);
      return this.#takePiece(scratch.octets, 0, length);
    } finally {
      releaseScratch(scratch);
    }
  }

  /** Takes the end of a frame; tells when it ends a message that is not what it should be. */
  handleFrameEnd(): PeerFault | null {
    const { opcode, fin, isControl, length } = this.#parser;
    if (isControl) {
      return this.#handler.handleControl(opcode, this.#control.octets.slice(0, length));
    }
    if (!fin) return null;
    const fault = this.#isCompressed ? this.#decompress() : null;
    if (fault !== null) return fault;
    if (this.#type === 'text' && !this.#utf8.ends()) return 'invalid-utf8';
    this.#type = null;
    this.#handler.handleMessageEnd();
    return null;
  }

  #takePiece(buf: Uint8Array, start: number, end: number): PeerFault | null {
    if (!this.#isCompressed) return this.#tellPiece(buf, start, end);
    this.#compressed.append(buf, start, end);
    return null;
  }

  #tellPiece(buf: Uint8Array, start: number, end: number): PeerFault | null {
    if (this.#type === 'text' && !this.#utf8.accepts(buf, start, end)) return 'invalid-utf8';
    this.#handler.handleMessageData(buf, start, end);
    return null;
  }

  #decompress(): PeerFault | null {
    const octets = this.#compressed.take();
    const message = this.#inflater?.decompress(octets, this.#limits.messageBytes);
    if (message === undefined) return 'invalid-deflate';
    if (typeof message === 'string') return message;
    return message.length === 0 ? null : this.#tellPiece(message, 0, message.length);
  }
}
