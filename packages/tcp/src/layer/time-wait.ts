/**
 * SEGMENT ARRIVES in TIME-WAIT (RFC 9293, 3.10.7.4), where only a record is left of a connection: the
 * same checks in the same order as `arrival/segment-arrives.ts`, with RFC 5961 and PAWS (RFC 7323, 5),
 * and the SYN that may begin the next incarnation (RFC 9293, 3.6.1; RFC 6191).
 *
 * Nothing but the peer's FIN prolongs TIME-WAIT, and a record answers at most every 500 ms whatever
 * comes. A SYN is judged as a whole, with what the listener and the tables have to say, before the
 * record gives way to it.
 */

import { Because, type TcpDropReason, Verdict } from '../base/reasons.js';
import { ANSWER_INTERVAL_MS } from '../connection/answer-limiter.js';
import type { TcpConnection } from '../connection/connection.js';
import type { TcpContext } from '../connection/context.js';
import type { FourTuple } from '../connection/four-tuple.js';
import { type BareSegment, emitBareAck } from '../sending/emit-stateless.js';
import { TcpFlag } from '../wire/flags.js';
import type { TcpHeader } from '../wire/header.js';
import { type Seq, seq, seqAdd, seqDiff, seqEq, seqGe, seqGt, seqLe, seqLt } from '../wire/seq.js';
import type { IsnGenerator } from './isn.js';
import type { PassiveOpens } from './passive-open.js';
import { createTimeWaitRecord, type TimeWaitTable } from './time-wait-table.js';

/** RFC 6191, 2 and Linux: how much later the peer's clock has to be before its 4-tuple is used anew. */
const REUSE_AFTER_S = 1;

/** TIME-WAIT of one stack. */
export class TimeWaits {
  readonly #context: TcpContext<TcpConnection>;
  readonly #table: TimeWaitTable;
  readonly #opens: PassiveOpens;
  readonly #isn: IsnGenerator;
  /** Of the 4-tuple that is being dealt with. */
  readonly #record = createTimeWaitRecord();
  /** Why that is to be answered; -1 = it is not. */
  #answerBecause: Because | -1 = -1;
  readonly #answer: BareSegment = {
    seq: seq(0),
    ack: seq(0),
    wnd: 0,
    hasTimestamps: false,
    tsval: 0,
    tsecr: 0,
  };

  constructor(
    context: TcpContext<TcpConnection>,
    table: TimeWaitTable,
    opens: PassiveOpens,
    isn: IsnGenerator,
  ) {
    this.#context = context;
    this.#table = table;
    this.#opens = opens;
    this.#isn = isn;
  }

  /** Writes the record of a connection that enters TIME-WAIT. */
  add(connection: TcpConnection, now: number): void {
    const { snd, rcv } = connection;
    const record = this.#record;
    record.sndNxt = snd.nxt;
    record.rcvNxt = rcv.nxt;
    record.rcvWnd = rcv.wnd;
    record.rcvShift = rcv.windowShift;
    record.sndMaxWnd = snd.maxWnd;
    record.hasTimestamps = connection.timestampsEnabled;
    record.tsRecent = rcv.tsRecent;
    record.tsRecentAt = Math.floor(rcv.tsRecentAt / 1000);
    this.#context.counters.timeWaits++;
    if (this.#table.add(connection, record, connection.settings.timeWaitMs, now)) {
      this.#context.counters.timeWaitRecycled++;
    }
  }

  /** Ends TIME-WAIT of a connection that is given up, if it is still in it. */
  remove(connection: TcpConnection): void {
    const index = this.indexOf(connection);
    if (index >= 0) this.#table.remove(index);
  }

  /** The index of a connection's record, -1 = it is gone; another incarnation's is not taken for it. */
  indexOf(connection: TcpConnection): number {
    const index = this.#table.find(connection);
    if (index < 0) return -1;
    this.#table.read(index, this.#record);
    const { sndNxt, rcvNxt } = this.#record;
    return sndNxt === connection.snd.nxt && rcvNxt === connection.rcv.nxt ? index : -1;
  }

  /**
   * Whether an active open may use a 4-tuple that may be in TIME-WAIT: with timestamps, a second
   * after the peer's last one. Ours go on from there, so the peer's PAWS refuses what is still about of
   * the old incarnation, and its own segments are refused by their numbers (RFC 6191, 2; RFC 7323,
   * appendix B; Linux: `tcp_tw_reuse`).
   */
  allowsOpen(tuple: FourTuple, withTimestamps: boolean, now: number): boolean {
    const index = this.#table.find(tuple);
    if (index < 0) return true;
    this.#table.read(index, this.#record);
    const { hasTimestamps, tsRecentAt } = this.#record;
    return hasTimestamps && withTimestamps && Math.floor(now / 1000) - tsRecentAt > REUSE_AFTER_S;
  }

  /** Ends TIME-WAIT of a 4-tuple for an active open; returns its SND.NXT, `null` where there was none. */
  giveWay(tuple: FourTuple): Seq | null {
    const index = this.#table.find(tuple);
    if (index < 0) return null;
    this.#table.read(index, this.#record);
    this.#table.remove(index);
    this.#context.counters.timeWaitReused++;
    return this.#record.sndNxt;
  }

  /**
   * Deals with a segment of the record `index`.
   *
   * @returns why it was dropped unjudged, or `null`.
   */
  arrive(
    tuple: FourTuple,
    index: number,
    seg: TcpHeader,
    buf: Uint8Array,
    now: number,
  ): TcpDropReason | null {
    this.#table.read(index, this.#record);
    const listener = this.#mayReplace(seg) ? this.#opens.listenerOf(tuple) : null;
    if (listener !== null) {
      const refusal = this.#opens.refusalOf(listener) ?? this.#opens.refusalAsHalfOpen(listener);
      if (refusal !== null) return refusal;
      const { sndNxt } = this.#record;
      this.#table.remove(index);
      this.#context.counters.timeWaitReused++;
      const iss = this.#isn.nextBeyond(tuple, sndNxt, now);
      this.#opens.accept(listener, tuple, seg, buf, iss, now);
      return null;
    }
    this.#answerBecause = -1;
    const verdict = this.#judge(index, seg, now);
    this.#context.observer?.segmentReceived?.(null, seg, buf, verdict);
    if (this.#answerBecause >= 0) this.#send(tuple, this.#answerBecause as Because, now);
    return null;
  }

  /** Whether a segment is a SYN of a later incarnation (RFC 6191, 2; RFC 9293, 3.6.1). */
  #mayReplace(seg: TcpHeader): boolean {
    const bits = seg.flags & (TcpFlag.SYN | TcpFlag.ACK | TcpFlag.RST);
    if (bits !== TcpFlag.SYN) return false;
    const { hasTimestamps, tsRecent, rcvNxt } = this.#record;
    return hasTimestamps && seg.hasTimestamp && seg.tsval !== tsRecent
      ? ((seg.tsval - tsRecent) | 0) > 0
      : seqGt(seg.seq, rcvNxt);
  }

  #judge(index: number, seg: TcpHeader, now: number): Verdict {
    const record = this.#record;
    const isReset = (seg.flags & TcpFlag.RST) !== 0;
    if (record.hasTimestamps && !isReset) {
      if (!seg.hasTimestamp) return Verdict.NO_TIMESTAMP;
      if (((seg.tsval - record.tsRecent) | 0) < 0) {
        this.#context.counters.oldTimestamps++;
        this.#reply(index, Because.DUPLICATE, now);
        return Verdict.OLD_TIMESTAMP;
      }
    }
    // First: the sequence number. The peer's FIN lies in front of the window.
    if (!this.#isAcceptable(seg)) return this.#refuse(index, seg, now);
    // Second: the RST bit.
    if (isReset) {
      if (!seqEq(seg.seq, record.rcvNxt)) return this.#challenge(index, now);
      this.#context.counters.resetsReceived++;
      this.#table.remove(index);
      return Verdict.RESET;
    }
    // Fourth: the SYN bit.
    if ((seg.flags & TcpFlag.SYN) !== 0) return this.#challenge(index, now);
    // Fifth: the ACK field.
    if ((seg.flags & TcpFlag.ACK) === 0) return Verdict.NO_ACK;
    const isGhost = seqDiff(record.sndNxt, seg.ack) > record.sndMaxWnd;
    if (seqGt(seg.ack, record.sndNxt) || isGhost) {
      this.#challenge(index, now);
      return Verdict.BAD_ACK;
    }
    if (seg.len === 0) return Verdict.ACCEPTED;
    // Eighth: a FIN behind the one that was received is acknowledged, and is not it.
    if ((seg.flags & TcpFlag.FIN) !== 0) this.#reply(index, Because.ACK_DUE, now);
    return Verdict.DATA_AFTER_CLOSE;
  }

  /** RFC 9293, table 6. */
  #isAcceptable(seg: TcpHeader): boolean {
    const { rcvNxt, rcvWnd } = this.#record;
    if (seqEq(seg.seq, rcvNxt) && (seg.len === 0 || rcvWnd === 0)) return true;
    const edge = seqAdd(rcvNxt, rcvWnd);
    if (seqLe(rcvNxt, seg.seq) && seqLt(seg.seq, edge)) return true;
    const behind = seqAdd(seg.seq, seg.len);
    return seg.len > 0 && rcvWnd > 0 && seqLt(seg.seq, rcvNxt) && seqGt(behind, rcvNxt);
  }

  /** Outside of the window: the peer's FIN again, an old duplicate, or nothing of this connection. */
  #refuse(index: number, seg: TcpHeader, now: number): Verdict {
    const { counters } = this.#context;
    if ((seg.flags & TcpFlag.RST) !== 0) return Verdict.OUT_OF_WINDOW;
    const { rcvNxt, hasTimestamps } = this.#record;
    const behind = seqAdd(seg.seq, seg.len);
    if ((seg.flags & TcpFlag.FIN) !== 0 && behind === rcvNxt) {
      // Eighth: our ACK may have been lost. The peer measures from this FIN, if it does.
      this.#table.restart(index, now);
      if (hasTimestamps) this.#table.noteTimestamp(index, seg.tsval, now);
    }
    this.#reply(index, Because.DUPLICATE, now);
    if (seqGe(rcvNxt, behind)) {
      counters.duplicates++;
      return Verdict.DUPLICATE;
    }
    counters.outOfWindow++;
    return Verdict.OUT_OF_WINDOW;
  }

  /** RFC 5961. */
  #challenge(index: number, now: number): Verdict {
    if (this.#reply(index, Because.CHALLENGE, now)) this.#context.counters.challengeAcks++;
    return Verdict.CHALLENGED;
  }

  /** Notes that an ACK is to be sent, unless the last one was a moment ago; returns whether it is. */
  #reply(index: number, because: Because, now: number): boolean {
    if (!this.#table.mayAnswer(index, ANSWER_INTERVAL_MS, now)) {
      this.#context.counters.answersSuppressed++;
      return false;
    }
    this.#table.read(index, this.#record);
    this.#answerBecause = because;
    return true;
  }

  #send(tuple: FourTuple, because: Because, now: number): void {
    const record = this.#record;
    const answer = this.#answer;
    answer.seq = record.sndNxt;
    answer.ack = record.rcvNxt;
    answer.wnd = Math.min(record.rcvWnd >>> record.rcvShift, 65535);
    answer.hasTimestamps = record.hasTimestamps;
    if (record.hasTimestamps) {
      answer.tsval = (Math.floor(now) + this.#context.timestampOffset(tuple)) >>> 0;
      answer.tsecr = record.tsRecent;
    }
    emitBareAck(this.#context, tuple, answer, because);
  }
}
