/**
 * Frames out of bytes in any pieces (RFC 6455, 5.2). It stops behind any byte and goes on with the
 * next, and refuses a frame at the first byte that makes it wrong. Payloads are passed on where they
 * lie, still masked: whoever takes them unmasks into memory of its own.
 *
 * What can be said of one frame alone is checked here; the order of frames is the receiver's matter.
 */

import type { PeerFault } from '../base/errors.js';
import {
  CONTROL,
  CONTROL_BYTES,
  FIN,
  LENGTH_16,
  LENGTH_64,
  MASK,
  OPCODE,
  Opcode,
  RESERVED,
  RSV1,
} from './opcode.js';
import { SCRATCH_BYTES } from './scratch.js';

/** What `read` came to; `partial` means that it needs more bytes. */
export type FrameEvent = 'partial' | 'header' | 'payload' | 'end' | 'error';

/** What a connection expects of frames. */
export interface FrameParserOptions {
  /** Whether frames must be masked: those of a client must, those of a server must not (5.1). */
  readonly masked: boolean;
  /** Whether RSV1 may be set in the first frame of a message (RFC 7692, 6). */
  readonly rsv1: boolean;
  /** Octets of a payload. */
  readonly frameBytes: number;
}

/** Where it stands: in the header, at an event that needs no bytes, or in the payload. */
const Stage = {
  first: 0,
  second: 1,
  length: 2,
  key: 3,
  begin: 4,
  payload: 5,
  end: 6,
  failed: 7,
} as const;
type Stage = (typeof Stage)[keyof typeof Stage];

/** Reads frames; the latest event is in its fields. */
export class FrameParser {
  event: FrameEvent = 'partial';
  /** Why it came to `error`, after which it reads nothing. */
  fault: PeerFault = 'reserved-opcode';
  /** From `header` on: is it the last frame of its message? */
  fin = false;
  /** From `header` on: is the message compressed? */
  rsv1 = false;
  opcode = 0;
  /** Octets of the payload. */
  length = 0;
  isMasked = false;
  /** The key of a frame that is masked. */
  readonly key = new Uint8Array(4);
  /** At `payload`: these octets of the buffer, */
  payloadStart = 0;
  payloadEnd = 0;
  /** which are those of the frame from here on. */
  payloadOffset = 0;
  readonly #options: FrameParserOptions;
  #stage: Stage = Stage.first;
  /** Octets that a length or a key still needs. */
  #missing = 0;
  /** Whether the length is one of eight octets. */
  #isLong = false;
  #received = 0;

  constructor(options: FrameParserOptions) {
    this.#options = options;
  }

  get isControl(): boolean {
    return (this.opcode & CONTROL) !== 0;
  }

  /** Whether the next event needs no bytes: a header that is whole, the end of a payload, a fault. */
  get isDue(): boolean {
    const stage = this.#stage;
    return stage === Stage.begin || stage === Stage.end || stage === Stage.failed;
  }

  /** Reads `buf[at..end)` up to the next event; returns the offset it came to. */
  read(buf: Uint8Array, at: number, end: number): number {
    let next = at;
    for (;;) {
      switch (this.#stage) {
        case Stage.payload:
          return this.#readPayload(next, end);
        case Stage.begin:
          this.#received = 0;
          this.#stage = this.length === 0 ? Stage.end : Stage.payload;
          this.event = 'header';
          return next;
        case Stage.end:
          this.#stage = Stage.first;
          this.event = 'end';
          return next;
        case Stage.failed:
          this.event = 'error';
          return next;
      }
      if (next === end) {
        this.event = 'partial';
        return next;
      }
      this.#readHeader(buf[next++]!);
    }
  }

  #readPayload(at: number, end: number): number {
    if (at === end) {
      this.event = 'partial';
      return at;
    }
    this.payloadStart = at;
    const rest = this.length - this.#received;
    // What is to be unmasked has to fit where that is done.
    const most = this.isMasked ? Math.min(rest, SCRATCH_BYTES) : rest;
    this.payloadEnd = Math.min(end, at + most);
    this.payloadOffset = this.#received;
    this.#received += this.payloadEnd - at;
    if (this.#received === this.length) this.#stage = Stage.end;
    this.event = 'payload';
    return this.payloadEnd;
  }

  #readHeader(byte: number): void {
    switch (this.#stage) {
      case Stage.first:
        this.#readFirst(byte);
        break;
      case Stage.second:
        this.#readSecond(byte);
        break;
      case Stage.length:
        this.#readLength(byte);
        break;
      default:
        this.key[4 - this.#missing] = byte;
        if (--this.#missing === 0) this.#stage = Stage.begin;
    }
  }

  #readFirst(byte: number): void {
    this.fin = (byte & FIN) !== 0;
    this.rsv1 = (byte & RSV1) !== 0;
    this.opcode = byte & OPCODE;
    // RFC 7692, 6.1: only in the first frame of a message, and never in a control frame.
    const starts = this.opcode === Opcode.Text || this.opcode === Opcode.Binary;
    const allowed = this.#options.rsv1 && starts ? RSV1 : 0;
    if ((byte & RESERVED & ~allowed) !== 0) this.#fail('reserved-bits');
    else if ((this.opcode & ~CONTROL) > 2) this.#fail('reserved-opcode');
    else if (this.isControl && !this.fin) this.#fail('fragmented-control');
    else this.#stage = Stage.second;
  }

  #readSecond(byte: number): void {
    this.isMasked = (byte & MASK) !== 0;
    const length = byte & ~MASK;
    if (this.isMasked !== this.#options.masked) {
      this.#fail(this.isMasked ? 'masked' : 'not-masked');
    } else if (this.isControl && length > CONTROL_BYTES) {
      this.#fail('control-too-long');
    } else if (length < LENGTH_16) {
      this.length = length;
      this.#endLength();
    } else {
      this.length = 0;
      this.#missing = length === LENGTH_16 ? 2 : 8;
      this.#stage = Stage.length;
      this.#isLong = length === LENGTH_64;
    }
  }

  #readLength(byte: number): void {
    if (this.#isLong && this.#missing === 8 && byte >= 0x80) {
      this.#fail('invalid-length');
      return;
    }
    // Above 2^53 it is no longer exact, and above every limit.
    this.length = this.length * 256 + byte;
    if (--this.#missing > 0) return;
    if (this.length <= (this.#isLong ? 0xffff : CONTROL_BYTES)) this.#fail('length-not-minimal');
    else this.#endLength();
  }

  #endLength(): void {
    if (this.length > Math.min(this.#options.frameBytes, Number.MAX_SAFE_INTEGER)) {
      this.#fail('frame-too-large');
      return;
    }
    this.#missing = 4;
    this.#stage = this.isMasked ? Stage.key : Stage.begin;
  }

  #fail(fault: PeerFault): void {
    this.fault = fault;
    this.#stage = Stage.failed;
  }
}
