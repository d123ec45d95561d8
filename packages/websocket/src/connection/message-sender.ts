/**
 * Messages into frames (RFC 6455, 5.4 and 6.1; RFC 7692, 7.2.1): one frame for a message that is
 * there, one a piece for a message that comes in pieces. What is small is not compressed.
 */

import type { ByteSink } from '@netlayers/http';
import { WebSocketError } from '../base/errors.js';
import type { MessageType } from '../base/role.js';
import type { Compression } from '../deflate/parameters.js';
import { FIN, Opcode, RSV1 } from '../frame/opcode.js';
import { FrameSender } from './frame-sender.js';

const opcodeOf = (type: MessageType): number => (type === 'text' ? Opcode.Text : Opcode.Binary);

/** Writes messages and control frames. */
export class MessageSender {
  readonly #frames: FrameSender;
  readonly #compression: Compression | null;
  /** What the next frame of a message in pieces is; `null` without one. */
  #next: number | null = null;
  #isCompressed = false;

  constructor(sink: ByteSink, random: (() => number) | null, compression: Compression | null) {
    this.#frames = new FrameSender(sink, random);
    this.#compression = compression;
  }

  /** Whether a message has begun that is not ended. */
  get isInside(): boolean {
    return this.#next !== null;
  }

  /** Sends a whole message. @throws WebSocketError `wrong-state` inside of another one (5.4). */
  sendMessage(type: MessageType, buf: Uint8Array, start: number, end: number): boolean {
    this.#mustBe(false);
    const compression = this.#compression;
    const opcode = opcodeOf(type);
    if (compression === null || end - start < compression.thresholdBytes) {
      return this.#frames.send(FIN | opcode, buf, start, end);
    }
    const octets = compression.deflater.compress(buf.subarray(start, end), true);
    return this.#frames.send(FIN | RSV1 | opcode, octets, 0, octets.length);
  }

  /** Begins a message in pieces. @throws WebSocketError `wrong-state` inside of another one (5.4). */
  begin(type: MessageType): void {
    this.#mustBe(false);
    this.#isCompressed = this.#compression !== null;
    this.#next = opcodeOf(type) | (this.#isCompressed ? RSV1 : 0);
  }

  /** Sends a piece of the message that has begun. @throws WebSocketError `wrong-state` without one. */
  sendPiece(buf: Uint8Array, start: number, end: number, isLast: boolean): boolean {
    this.#mustBe(true);
    const first = this.#next! | (isLast ? FIN : 0);
    this.#next = isLast ? null : Opcode.Continuation;
    if (!this.#isCompressed) return this.#frames.send(first, buf, start, end);
    const octets = this.#compression!.deflater.compress(buf.subarray(start, end), isLast);
    return this.#frames.send(first, octets, 0, octets.length);
  }

  /** Sends a control frame, which may stand between the frames of a message (5.5). */
  sendControl(opcode: number, payload: Uint8Array): boolean {
    return this.#frames.send(FIN | opcode, payload, 0, payload.length);
  }

  #mustBe(inside: boolean): void {
    if (this.isInside === inside) return;
    const message = inside ? 'no message has begun' : 'a message has begun that is not ended';
    throw new WebSocketError('wrong-state', message);
  }
}
