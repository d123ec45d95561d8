/**
 * What a connection tells its application, and when: text as it comes or once it may, then the end,
 * room to write again, and last the close, exactly once.
 *
 * Text is handed out where it lies: in the packet when nothing waits in front of it, else in the
 * ring. A handler may give any command to any connection, its own included: what a command causes
 * is told in the next round of events, never inside the call.
 */

import type { TcpConnection } from './connection.js';
import { TcpError } from './errors.js';

/** Receives what happens on a connection; the same shape as a byte stream's handler. */
export interface TcpHandler {
  /** Bytes in order, valid until it returns. */
  handleData(buf: Uint8Array, start: number, end: number): void;
  /** The peer's FIN has been reached. */
  handleEnd(): void;
  /** After `write` returned false: half of the send buffer is free again. */
  handleDrain(): void;
  /** The connection is over in both directions; comes exactly once and last. */
  handleClose(error: TcpError | null): void;
}

/** Called once when an active open has succeeded (`null`) or failed. */
export type TcpOpenCallback = (error: TcpError | null) => void;

/** The application's side of one connection. */
export class Delivery {
  readonly #connection: TcpConnection;
  #handler: TcpHandler | null = null;
  #onOpen: TcpOpenCallback | null = null;
  #paused = false;
  /** The handler is reading; the ring must stay as it is. */
  #delivering = false;
  #drainWanted = false;
  #endDelivered = false;
  #closeDelivered = false;

  constructor(connection: TcpConnection) {
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
    const onOpen = this.#onOpen;
    this.#onOpen = null;
    onOpen?.(null);
  }

  /** The connection has failed: what was not delivered is dropped, as soon as nobody reads it. */
  discard(): void {
    if (!this.#delivering) this.#connection.rcv.release();
  }

  /** Hands in-order text to the application, or keeps it; `rcv.nxt` is already behind it. */
  deliver(buf: Uint8Array, start: number, end: number): void {
    const { rcv } = this.#connection;
    const length = end - start;
    if (this.#handler === null || this.#paused || rcv.undelivered > length) {
      rcv.ring.write(rcv.undelivered - length, buf, start, end);
      rcv.wasHeld = true;
      return;
    }
    rcv.skip(length);
    this.#call(this.#handler, buf, start, end);
    this.#discardIfFailed();
  }

  /** One round of events, in this order: waiting text, the end, room to write, the close. */
  round(): void {
    const connection = this.#connection;
    if (this.#onOpen !== null && connection.state === 'CLOSED') {
      const onOpen = this.#onOpen;
      this.#onOpen = null;
      this.#handler = null;
      onOpen(connection.error ?? new TcpError('ECONNABORTED', 'the connection was given up'));
      return;
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

  /** Asks for a round if acknowledged text has made the room that `write` was refused. */
  noticeRoom(): void {
    if (this.#drainWanted && this.#hasRoom) this.#requestRound();
  }

  get #hasRoom(): boolean {
    const { snd, settings } = this.#connection;
    return snd.queue.span <= settings.sendBuffer / 2;
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
    const { rcv, context } = this.#connection;
    while (rcv.undelivered > 0 && this.#handler !== null && this.#mayDeliver) {
      const { bytes, runStart } = rcv.ring;
      const run = rcv.ring.runLength(rcv.undelivered);
      try {
        this.#call(this.#handler, bytes, runStart, runStart + run);
      } finally {
        rcv.skip(run);
        // The window may have to be opened.
        context.requestOutput(this.#connection);
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
    this.#connection.context.requestEvents(this.#connection);
  }
}
