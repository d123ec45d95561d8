/**
 * What a connection tells its application, and when: text as it comes or once it may, then the end,
 * room to write again, and last the close, exactly once.
 *
 * A connection that its peer has reset, or that is given up, still delivers the text that waits, to
 * a paused application once it resumes. Only one that waits for room to write is told at once: it
 * would wait for ever. What the application has given up itself is dropped.
 *
 * Here, and nowhere else, is when code of the user runs: in a round of events (`round`), and for
 * text that may be lent where it lies in the packet, at the end of its segment (`lend`), when
 * everything has been taken from the segment and no step of it is left. So a handler may give any
 * command to any connection, its own included; what a command causes is told in the next round,
 * never inside the call.
 */

import { WIDE } from '@netlayers/bytes';
import { TcpError } from '../base/errors.js';
import { hasDrained } from './send-buffer.js';
import type { TcpConnectionView } from './view.js';

/** Receives what happens on a connection; the same shape as a byte stream's handler. */
export interface TcpHandler {
  /** Bytes in order, valid until it returns. */
  handleData(buf: Uint8Array, start: number, end: number): void;
  /** The peer's FIN has been reached. */
  handleEnd(): void;
  /** After `write` returned false: there is room again (see `sendBuffer`). */
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
  /** Whether the application has closed both directions. */
  readonly isOrphan: boolean;
  requestEvents(): void;
  requestOutput(): void;
}

/** The application's side of one connection. */
export class Delivery {
  readonly #connection: DeliveryOwner;
  /** Bytes that the application has been given. */
  bytesRead = WIDE;
  #handler: TcpHandler | null = null;
  #onOpen: TcpOpenCallback | null = null;
  /** The open has succeeded, and `onOpen` has not heard of it yet. */
  #opened = false;
  /** Text in the packet of the segment that is being dealt with; empty when equal. */
  #lentStart = 0;
  #lentEnd = 0;
  #paused = false;
  /** Octets of the queue that the handler is reading; its oldest block must stay as it is. */
  #inHand = 0;
  /** What waits is dropped: the application has given the connection up, or nobody reads any more. */
  #dropped = false;
  #drainWanted = false;
  #endDelivered = false;
  #closeDelivered = false;

  constructor(connection: DeliveryOwner) {
    this.#connection = connection;
    this.bytesRead = 0;
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

  /** `write` was refused: the handler hears when there is room, or that there never will be. */
  wantDrain(): void {
    this.#drainWanted = true;
    if (this.#connection.state === 'CLOSED') this.#requestRound();
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

  /** Bytes that have arrived in order and that the application has not seen. */
  get unread(): number {
    return this.#dropped ? 0 : this.#connection.rcv.undelivered - this.#inHand;
  }

  /**
   * The application reads no more: what was not delivered is dropped, as soon as nobody reads it.
   *
   * @returns whether its close has still to be told.
   */
  discard(): boolean {
    this.#dropped = true;
    this.#drainWanted = false;
    if (this.#inHand === 0) this.#drop();
    this.#requestRound();
    return !this.#closeDelivered;
  }

  /** Nobody is told anything any more. */
  halt(): void {
    this.#handler = null;
    this.#onOpen = null;
  }

  /** The connection has failed: nothing closes its gaps any more, and what is in order is delivered. */
  fail(): void {
    this.#connection.rcv.dropOutOfOrder();
  }

  #drop(): void {
    const { rcv, state } = this.#connection;
    if (state === 'CLOSED') rcv.release();
    else rcv.skip(rcv.undelivered);
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
      rcv.keep(buf, start, end);
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
    this.bytesRead += end - start;
    this.#handler.handleData(buf, start, end);
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
      this.#dropped = true;
      this.#drop();
      handler.handleClose(connection.error);
    }
  }

  /** Asks for a round if an acknowledgment, or what has left, has made the room that `write` was refused. */
  noticeRoom(): void {
    if (this.#drainWanted && this.#hasRoom) this.#requestRound();
  }

  get #hasRoom(): boolean {
    const { settings, snd, sendBufferLimit } = this.#connection;
    return hasDrained(settings, snd, sendBufferLimit);
  }

  get #mayDeliver(): boolean {
    return this.#handler !== null && !this.#paused && !this.#dropped;
  }

  /** Whether the close may be told: nothing is left to tell before it. */
  get #isOver(): boolean {
    if (this.#closeDelivered) return false;
    const { state, isOrderly, isOrphan } = this.#connection;
    if (state === 'CLOSED' && (!isOrderly || this.#dropped)) {
      return this.#drainWanted || this.unread === 0;
    }
    // An orphan is over, for who has closed it, when its FIN is acknowledged.
    if (isOrphan) return state === 'CLOSED' || state === 'FIN-WAIT-2' || state === 'TIME-WAIT';
    return (state === 'CLOSED' || state === 'TIME-WAIT') && this.#endDelivered;
  }

  #deliverWaiting(): void {
    const { rcv } = this.#connection;
    while (rcv.undelivered > 0 && this.#handler !== null && this.#mayDeliver) {
      const { bytes, runStart } = rcv.queue;
      const run = rcv.queue.runLength(rcv.undelivered);
      this.#inHand = run;
      this.bytesRead += run;
      try {
        this.#handler.handleData(bytes, runStart, runStart + run);
      } finally {
        this.#inHand = 0;
        rcv.skip(run);
        // The handler may have given up what follows while it was reading.
        if (this.#dropped) this.#drop();
        // The window may have to be opened.
        else if (this.#connection.state !== 'CLOSED') this.#connection.requestOutput();
      }
    }
  }

  #requestRound(): void {
    this.#connection.requestEvents();
  }
}
