/**
 * What a connection tells its application, and when: text as it comes or once it may, then the end,
 * room to write again, and last the close, exactly once.
 *
 * Here, and nowhere else, is when code of the user runs: in a round of events (`round`), and for
 * text that may be lent where it lies in the packet, at the end of its segment (`lend`), when
 * everything has been taken from the segment and no step of it is left. So a handler may give any
 * command to any connection, its own included; what a command causes is told in the next round,
 * never inside the call.
 */

import { TcpError } from '../base/errors.js';
import { drainMark } from './send-buffer.js';
import type { TcpConnectionView } from './view.js';

/** Receives what happens on a connection; the same shape as a byte stream's handler. */
export interface TcpHandler {
  /** Bytes in order, valid until it returns. */
  handleData(buf: Uint8Array, start: number, end: number): void;
  /** The peer's FIN has been reached. */
  handleEnd(): void;
  /** After `write` returned false: half of the send buffer, or 128 KiB of it, is free again. */
  handleDrain(): void;
  /** The connection is over in both directions; comes exactly once and last. */
  handleClose(error: TcpError | null): void;
}

/** Called once when an active open has succeeded (`null`) or failed. */
export type TcpOpenCallback = (error: TcpError | null) => void;

/** The connection that a delivery belongs to. */
export interface DeliveryOwner extends TcpConnectionView {
  /** Whether the end, if it has come, is that of both FINs. */
  readonly isOrderly: boolean;
  /** Octets queued for sending from which on `write` returns false, at this moment. */
  readonly sendBufferLimit: number;
  requestEvents(): void;
  requestOutput(): void;
}

/** The application's side of one connection. */
export class Delivery {
  readonly #connection: DeliveryOwner;
  #handler: TcpHandler | null = null;
  #onOpen: TcpOpenCallback | null = null;
  /** The open has succeeded, and `onOpen` has not heard of it yet. */
  #opened = false;
  /** Text in the packet of the segment that is being dealt with; empty when equal. */
  #lentStart = 0;
  #lentEnd = 0;
  #paused = false;
  /** The handler is reading; the oldest block must stay as it is. */
  #delivering = false;
  #drainWanted = false;
  #endDelivered = false;
  #closeDelivered = false;

  constructor(connection: DeliveryOwner) {
    this.#connection = connection;
  }

  setHandler(handler: TcpHandler): void {
    this.#handler = handler;
    this.#requestRound();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#requestRound();
  }

  /** `write` was refused: the handler hears when there is room. */
  wantDrain(): void {
    this.#drainWanted = true;
  }

  /** An active open has begun; `onOpen` hears of its outcome. */
  awaitOpen(onOpen: TcpOpenCallback): void {
    this.#onOpen = onOpen;
  }

  /** The open has succeeded. */
  announceOpen(): void {
    if (this.#onOpen === null) return;
    this.#opened = true;
    this.#requestRound();
  }

  /** The connection has failed: what was not delivered is dropped, as soon as nobody reads it. */
  discard(): void {
    if (!this.#delivering) this.#connection.rcv.release();
  }

  /** Whether text that is next can be taken now: by the application at once, or into memory. */
  mayTake(length: number): boolean {
    const { rcv } = this.#connection;
    return (this.#isReady && rcv.undelivered === 0) || rcv.mayKeep(length);
  }

  get #isReady(): boolean {
    return this.#handler !== null && this.#onOpen === null && !this.#paused;
  }

  /**
   * Takes in-order text; `rcv.nxt` is already behind it. What the application is ready for stays
   * where it is until `lend`, the rest is kept.
   */
  take(buf: Uint8Array, start: number, end: number): void {
    const { rcv } = this.#connection;
    const length = end - start;
    if (!this.#isReady || rcv.undelivered > length) {
      rcv.queue.write(rcv.undelivered - length, buf, start, end);
      rcv.wasHeld = true;
      return;
    }
    this.#lentStart = start;
    this.#lentEnd = end;
  }

  /** The segment in `buf` is dealt with: hands its text to the application. */
  lend(buf: Uint8Array): void {
    const start = this.#lentStart;
    const end = this.#lentEnd;
    if (start === end || this.#handler === null) return;
    this.#lentEnd = start;
    this.#connection.rcv.skip(end - start);
    this.#call(this.#handler, buf, start, end);
    this.#discardIfFailed();
  }

  /** One round of events, in this order: waiting text, the end, room to write, the close. */
  round(): void {
    const connection = this.#connection;
    if (this.#onOpen !== null && (this.#opened || connection.state === 'CLOSED')) {
      const onOpen = this.#onOpen;
      this.#onOpen = null;
      if (!this.#opened) {
        this.#handler = null;
        onOpen(connection.error ?? new TcpError('ECONNABORTED', 'the connection was given up'));
        return;
      }
      onOpen(null);
    }
    this.#deliverWaiting();
    const { rcv } = connection;
    if (!this.#endDelivered && rcv.finReceived && rcv.undelivered === 0 && this.#mayDeliver) {
      this.#endDelivered = true;
      this.#handler?.handleEnd();
    }
    if (this.#drainWanted && this.#hasRoom && connection.state !== 'CLOSED') {
      this.#drainWanted = false;
      this.#handler?.handleDrain();
    }
    if (this.#isOver && this.#handler !== null) {
      const handler = this.#handler;
      this.#handler = null;
      this.#closeDelivered = true;
      handler.handleClose(connection.error);
    }
  }

  /** Asks for a round if an acknowledgment has made the room that `write` was refused. */
  noticeRoom(): void {
    if (this.#drainWanted && this.#hasRoom) this.#requestRound();
  }

  get #hasRoom(): boolean {
    const { snd, sendBufferLimit } = this.#connection;
    return snd.queue.span <= drainMark(sendBufferLimit);
  }

  get #mayDeliver(): boolean {
    return this.#handler !== null && !this.#paused && !this.#hasFailed;
  }

  get #hasFailed(): boolean {
    return this.#connection.state === 'CLOSED' && !this.#connection.isOrderly;
  }

  get #isOver(): boolean {
    if (this.#closeDelivered) return false;
    if (this.#hasFailed) return true;
    const { state } = this.#connection;
    return (state === 'CLOSED' || state === 'TIME-WAIT') && this.#endDelivered;
  }

  #deliverWaiting(): void {
    const { rcv } = this.#connection;
    while (rcv.undelivered > 0 && this.#handler !== null && this.#mayDeliver) {
      const { bytes, runStart } = rcv.queue;
      const run = rcv.queue.runLength(rcv.undelivered);
      try {
        this.#call(this.#handler, bytes, runStart, runStart + run);
      } finally {
        rcv.skip(run);
        // The window may have to be opened.
        this.#connection.requestOutput();
      }
    }
    this.#discardIfFailed();
  }

  #call(handler: TcpHandler, buf: Uint8Array, start: number, end: number): void {
    this.#delivering = true;
    try {
      handler.handleData(buf, start, end);
    } finally {
      this.#delivering = false;
    }
  }

  /** The handler may have aborted while it was reading. */
  #discardIfFailed(): void {
    if (this.#hasFailed) this.#connection.rcv.release();
  }

  #requestRound(): void {
    this.#connection.requestEvents();
  }
}
