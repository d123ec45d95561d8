/**
 * One TCP connection: its send and receive sequence space, its state, and the commands of the
 * application (RFC 9293, 3.9.1). What arrives is dealt with in `segment-arrives.ts`, what leaves is
 * decided in `transmit.ts`, both of which work on the fields here.
 *
 * No command sends a segment by itself, an abort's reset excepted: it asks for output, and the
 * stack's turn does the rest. No command calls the handler: what it causes is told in the next
 * round of events.
 */

import { checkOctets, WIDE } from '@netlayers/bytes';
import { type IpAddress, keepAddress } from '@netlayers/ip';
import { countClosed } from '../base/counters.js';
import type { TcpError } from '../base/errors.js';
import { Because } from '../base/reasons.js';
import { TCP_TRANSITIONS, type TcpState } from '../base/state.js';
import { CONNECTION_COST } from '../memory/budget.js';
import type { Deadlined } from '../timing/deadline-heap.js';
import type { Seq } from '../wire/seq.js';
import { type Answer, AnswerLimiter } from './answer-limiter.js';
import { changeSettings } from './change-settings.js';
import { type Closable, closeBoth } from './closing.js';
import type { PassiveOpen, TcpContext } from './context.js';
import { Delivery, type DeliveryOwner, type TcpHandler, type TcpOpenCallback } from './delivery.js';
import { EcnState } from './ecn-state.js';
import type { FourTuple } from './four-tuple.js';
import { defaultMssTo, offeredMss, offeredShift, pathMssTo } from './offer.js';
import { PathMtu, type PathMtuOwner } from './path-mtu.js';
import { Patience } from './patience.js';
import { Receiver } from './receiver.js';
import { mayWriteOn, sendBufferLimit } from './send-buffer.js';
import { Sender } from './sender.js';
import { INITIAL_BUFFER, type TcpSettings } from './settings.js';
import type { Tally } from './tally.js';

/** A connection, from its SYN to CLOSED. */
export class TcpConnection
  implements Deadlined, DeliveryOwner, Closable<TcpConnection>, PathMtuOwner
{
  readonly localAddress: IpAddress;
  readonly localPort: number;
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  /** Shared with others until one of them is changed. */
  settings: TcpSettings;
  /** Belongs to the package. */
  readonly context: TcpContext<TcpConnection>;
  /** The listener that this connection came from; `null` for an active open. */
  readonly listener: PassiveOpen<TcpConnection> | null;
  readonly snd: Sender;
  readonly rcv: Receiver;
  /** Belongs to the package: what the application is told. */
  readonly delivery: Delivery;

  /** Timestamps, SACK and scaling: what we would like until the SYNs have met, then what is agreed. */
  timestampsEnabled: boolean;
  sackEnabled: boolean;
  scalingEnabled: boolean;
  /** The shift count in our SYN. */
  readonly offeredShift: number;
  /** Explicit congestion notification. */
  ecn: EcnState;
  /** The MSS in our SYN. */
  readonly advertisedMss: number;
  noDelay: boolean;
  /** For how long it waits for a peer that is silent. */
  readonly patience: Patience;
  /** The segment size, and what is known of the path's MTU. */
  readonly pathMtu = new PathMtu(this);
  /** Bytes that the application has written. */
  bytesWritten = WIDE;
  /** Segments that have left and come, refused ones included. */
  segmentsSent = 0;
  segmentsReceived = 0;
  /** What has gone wrong; `null` while nothing has. */
  tally: Tally | null = null;
  /** Why a SYN or SYN-ACK has to be sent; -1 = none has to. */
  synBecause: Because | -1 = -1;
  /** What an ICMP error said that does not end a connection (RFC 9293, 3.9.2.2); it explains a later time-out. */
  softError: TcpError | null = null;

  // These belong to the layer's queues and tables.
  deadline = Number.POSITIVE_INFINITY;
  heapIndex = -1;
  tableHash = 0;
  tableIndex = -1;
  outputRequested = false;
  eventsRequested = false;

  #state: TcpState = 'CLOSED';
  #error: TcpError | null = null;
  readonly #timestampOffset: number;
  #corks = 0;
  #isOrderly = true;
  #isInBudget = true;
  #answers: AnswerLimiter | null = null;

  constructor(
    context: TcpContext<TcpConnection>,
    settings: TcpSettings,
    listener: PassiveOpen<TcpConnection> | null,
    tuple: FourTuple,
    iss: Seq,
    now: number,
  ) {
    this.context = context;
    this.bytesWritten = 0;
    this.settings = settings;
    this.listener = listener;
    this.localAddress = keepAddress(tuple.localAddress);
    this.localPort = tuple.localPort;
    this.remoteAddress = keepAddress(tuple.remoteAddress);
    this.remotePort = tuple.remotePort;
    const pathMss = pathMssTo(context.ip, this);
    this.advertisedMss = offeredMss(settings, pathMss);
    this.noDelay = settings.noDelay;
    this.patience = new Patience(settings, now);
    this.timestampsEnabled = settings.timestamps;
    this.sackEnabled = settings.sack;
    this.scalingEnabled = settings.windowScaling;
    this.ecn = new EcnState(settings.ecn !== 'never', settings.ecn === 'request');
    this.offeredShift = offeredShift(settings);
    this.#timestampOffset = settings.timestamps ? context.timestampOffset(tuple) | 0 : 0;
    const mss = Math.min(pathMss, defaultMssTo(context.ip, this));
    this.snd = new Sender(iss, mss, settings, context.queues, context.records);
    const { receiveBuffer } = settings;
    const capacity = settings.autotune ? Math.min(receiveBuffer, INITIAL_BUFFER) : receiveBuffer;
    this.rcv = new Receiver(capacity, receiveBuffer, this.advertisedMss, context.queues);
    context.queues.budget.take(CONNECTION_COST);
    this.delivery = new Delivery(this);
  }

  get state(): TcpState {
    // In TIME-WAIT a record of the layer is all that is left: the connection ends when that does.
    if (this.#state === 'TIME-WAIT' && !this.context.isInTimeWait(this)) return 'CLOSED';
    return this.#state;
  }

  /** Why the connection failed; `null` while it has not. */
  get error(): TcpError | null {
    return this.#error;
  }

  /** Whether both SYNs have been acknowledged at some time. */
  get isSynchronized(): boolean {
    const state = this.#state;
    return state !== 'SYN-SENT' && state !== 'SYN-RECEIVED' && state !== 'CLOSED';
  }

  /** Whether text of the peer is welcome in this state. */
  get canReceive(): boolean {
    const state = this.#state;
    return state === 'ESTABLISHED' || state === 'FIN-WAIT-1' || state === 'FIN-WAIT-2';
  }

  /** Whether the end, if it has come, is that of both FINs: what waits is then still delivered. */
  get isOrderly(): boolean {
    return this.#isOrderly;
  }

  /** Whether the application has closed both directions. */
  get isOrphan(): boolean {
    return this.patience.orphanProgressAt >= 0;
  }

  get isCorked(): boolean {
    return this.#corks > 0;
  }

  /** Bytes written and not yet acknowledged. */
  get bufferedBytes(): number {
    return this.snd.queue.span;
  }

  /** Octets queued for sending from which on `write` returns false, at this moment. */
  get sendBufferLimit(): number {
    return sendBufferLimit(this.settings, this.snd, this.context.queues.budget);
  }

  // Commands of the application.

  /** Sets who is called. What has arrived before is delivered in the next round of events. */
  setHandler(handler: TcpHandler): void {
    this.delivery.setHandler(handler);
  }

  /**
   * Queues `buf[start..end)`; the bytes are copied before it returns, unless they last.
   *
   * @param lasts whether nobody will write into them before they are acknowledged, or the connection is
   *   over: then 16 KiB and more are sent from where they are. What lasts for less is copied.
   *   @default false
   * @returns false when the send buffer is over its mark: wait for `handleDrain`. Also false, with
   *   nothing queued, after `end` or when the connection is closed.
   * @throws TypeError for what is no `Uint8Array`; RangeError for what is no part of it, and when
   *   more than 1 GiB would be queued.
   */
  write(
    buf: Uint8Array,
    start = 0,
    end = buf?.length,
    lasts: boolean | 'until-drain' = false,
  ): boolean {
    checkOctets(buf, start, end);
    if (this.snd.finQueued) return false;
    if (this.#state === 'CLOSED') {
      this.delivery.wantDrain();
      return false;
    }
    if (end > start) {
      this.snd.enqueue(buf, start, end, lasts === true);
      this.bytesWritten += end - start;
      this.context.requestOutput(this);
    }
    if (mayWriteOn(this.settings, this.snd, this.sendBufferLimit)) return true;
    this.delivery.wantDrain();
    return false;
  }

  /** Stops delivery; the window closes as bytes wait. */
  pause(): void {
    this.delivery.pause();
  }

  /** Goes on with delivery in the next round of events. */
  resume(): void {
    this.delivery.resume();
  }

  /** Holds back segments that are not full until `uncork`; calls nest. */
  cork(): void {
    this.#corks++;
  }

  uncork(): void {
    if (this.#corks === 0) return;
    this.#corks--;
    if (this.#corks === 0) this.context.requestOutput(this);
  }

  /** CLOSE (RFC 9293, 3.10.4): sends a FIN behind what is queued. Receiving goes on. */
  end(): void {
    if (this.snd.finQueued || this.#state === 'CLOSED') return;
    this.snd.finQueued = true;
    if (this.#state === 'SYN-SENT') {
      this.fail(null);
      return;
    }
    if (this.#state === 'ESTABLISHED') this.enter('FIN-WAIT-1');
    else if (this.#state === 'CLOSE-WAIT') this.enter('LAST-ACK');
    this.context.requestOutput(this);
  }

  /**
   * Closes both directions (RFC 9293, 3.6.1, MAY-1): what is queued is sent, then a FIN, and nobody
   * reads any more. Text that waits for the application, or that still comes, is answered by a
   * reset (SHLD-3), with which what is queued is lost too.
   *
   * `handleClose` comes once the FIN is acknowledged, or with an error when that cannot be.
   */
  close(now: number): void {
    closeBoth(this, now);
  }

  /** ABORT (RFC 9293, 3.10.5): sends a reset and forgets everything. */
  abort(now: number): void {
    if (this.#state === 'CLOSED') {
      // What waits, a failure included, is not told any more.
      if (this.delivery.discard()) this.#error = null;
      return;
    }
    if (this.#state !== 'TIME-WAIT') this.context.sendAbort(this, now);
    this.fail(null);
  }

  /**
   * Changes settings of this connection alone, at any time; see `ChangeableSetting` for which.
   *
   * @throws TypeError for one that the handshake has settled, that does not exist or is of another type.
   * @throws RangeError for a value that TCP cannot work with; nothing has changed then.
   */
  change(given: Partial<TcpSettings>, now: number): void {
    changeSettings(this, given, now);
  }

  // What the package's other files do to a connection.

  /** Begins an active open. */
  open(onOpen: TcpOpenCallback): void {
    this.delivery.awaitOpen(onOpen);
    this.enter('SYN-SENT');
    this.synBecause = Because.CONNECT;
    this.context.requestOutput(this);
  }

  /** The only assignment to the state. */
  enter(state: TcpState): void {
    const from = this.#state;
    if (!TCP_TRANSITIONS[from].includes(state)) {
      throw new Error(`TCP cannot go from ${from} to ${state}`);
    }
    this.#state = state;
    if (state === 'CLOSED') countClosed(this.context.counters, from);
    this.context.observer?.stateChanged?.(this, from, state);
  }

  /** Our SYN is acknowledged and the peer's is known. */
  establish(): void {
    this.enter('ESTABLISHED');
    // The application may have closed before (RFC 9293, 3.10.4: queued until now).
    if (this.snd.finQueued) this.enter('FIN-WAIT-1');
    this.delivery.announceOpen();
  }

  /**
   * Enters TIME-WAIT. The layer keeps a record and answers what comes from now on; this object lives
   * on only to send the ACK it owes and to deliver what its application has not read.
   */
  startTimeWait(now: number): void {
    this.snd.release();
    this.rcv.delayedAckAt = Number.POSITIVE_INFINITY;
    this.#leaveBudget();
    this.rcv.detach();
    this.context.startTimeWait(this, now);
    this.enter('TIME-WAIT');
    this.context.requestEvents(this);
  }

  /**
   * Enters CLOSED from wherever it is: an error, behind the text that has come before it, or `null`
   * for the application's own abort, which drops that.
   */
  fail(error: TcpError | null): void {
    if (this.#state === 'CLOSED') return;
    this.#error = error;
    this.#isOrderly = false;
    if (error !== null) this.context.counters.connectionsFailed++;
    this.#close();
    if (error === null || this.isOrphan) this.delivery.discard();
    else this.delivery.fail();
  }

  /** Enters CLOSED after both FINs; text that waits for the application is still delivered. */
  finish(): void {
    this.#close();
    this.rcv.detach();
  }

  #close(): void {
    this.enter('CLOSED');
    this.snd.release();
    this.rcv.delayedAckAt = Number.POSITIVE_INFINITY;
    this.synBecause = -1;
    this.updateDeadline();
    this.#leaveBudget();
    this.context.remove(this);
    this.context.requestEvents(this);
  }

  /** The connection is over, or in TIME-WAIT, which has a bound of its own. */
  #leaveBudget(): void {
    if (!this.#isInBudget) return;
    this.#isInBudget = false;
    this.context.queues.budget.give(CONNECTION_COST);
  }

  /** Asks for a round of events. */
  requestEvents(): void {
    this.context.requestEvents(this);
  }

  /** Asks for an output round. */
  requestOutput(): void {
    this.context.requestOutput(this);
  }

  /** Whether a segment that is refused for this reason may be answered now. */
  mayAnswer(kind: Answer, now: number): boolean {
    this.#answers ??= new AnswerLimiter();
    if (this.#answers.allow(kind, now)) return true;
    this.context.counters.answersSuppressed++;
    return false;
  }

  /** Derives the next deadline from the timers. */
  updateDeadline(): void {
    this.deadline = Math.min(
      this.snd.retransmitAt,
      this.snd.tailProbeAt,
      this.snd.reorderingAt,
      this.snd.pacedAt,
      this.snd.persistAt,
      this.rcv.delayedAckAt,
      this.patience.until(this),
    );
    this.context.reschedule(this);
  }

  /** TSval of a segment that leaves now (RFC 7323, 5.4: a millisecond clock that begins anywhere). */
  timestampAt(now: number): number {
    return (Math.floor(now) + this.#timestampOffset) >>> 0;
  }

  /** Milliseconds since we have sent the timestamp that the peer echoes. */
  timestampAge(tsecr: number, now: number): number {
    return (this.timestampAt(now) - tsecr) | 0;
  }
}
