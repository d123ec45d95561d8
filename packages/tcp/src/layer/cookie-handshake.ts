/**
 * The handshake of a listener whose half-open queue is full (RFC 4987, 3.6): the SYN is answered and
 * forgotten, the ACK that brings the cookie back makes the connection, its text and all.
 *
 * Cookies are looked for only while the listener has sent one lately, so that guessing them is no way
 * in at other times; layers that share their secret always look for those of the others. Deliberately absent: a repetition of the SYN-ACK. Nobody here knows of it; where
 * it is lost, the peer repeats its SYN.
 */

import { takeSyn } from '../arrival/syn-sent.js';
import { Because, Verdict } from '../base/reasons.js';
import { TcpConnection } from '../connection/connection.js';
import type { TcpContext } from '../connection/context.js';
import type { FourTuple } from '../connection/four-tuple.js';
import {
  defaultMssTo,
  offeredMss,
  offeredShift,
  offeredWindow,
  pathMssTo,
} from '../connection/offer.js';
import { type BareSynAck, emitBareSynAck } from '../sending/emit-stateless.js';
import { TcpFlag } from '../wire/flags.js';
import { createTcpHeader, type TcpHeader } from '../wire/header.js';
import { type Seq, seq, seqAdd, seqNumber } from '../wire/seq.js';
import type { ConnectionTable } from './connection-table.js';
import { handOver } from './hand-over.js';
import type { TcpListener } from './listener.js';
import type { KeySource } from './shared-secret.js';
import {
  COOKIE_LIFETIME_MS,
  type CookieOptions,
  cookieTimestamp,
  readCookieTimestamp,
  SynCookie,
} from './syn-cookie.js';

/** What a SYN that asks for ECN has (RFC 3168, 6.1.1). */
const ECN_ASKED = TcpFlag.ECE | TcpFlag.CWR;

/** Stateless handshakes of one stack. */
export class CookieHandshakes {
  readonly #context: TcpContext<TcpConnection>;
  readonly #connections: ConnectionTable<TcpConnection>;
  readonly #cookie: SynCookie;
  /** Whether others send cookies that are good here. */
  readonly #isShared: boolean;
  /** The SYN as the cookie remembers it. */
  readonly #syn = createTcpHeader();
  readonly #options: CookieOptions = { windowShift: -1, sackPermitted: false, ecn: false };
  readonly #synAck: BareSynAck = {
    seq: seq(0),
    ack: seq(0),
    wnd: 0,
    hasTimestamps: false,
    tsval: 0,
    tsecr: 0,
    mss: 0,
    windowShift: -1,
    sackPermitted: false,
    ecn: false,
  };

  constructor(
    context: TcpContext<TcpConnection>,
    connections: ConnectionTable<TcpConnection>,
    keys: KeySource,
  ) {
    this.#context = context;
    this.#connections = connections;
    this.#cookie = new SynCookie(keys.next);
    this.#isShared = keys.isShared;
  }

  /** Answers a SYN and forgets it. Returns false for one that no cookie can remember. */
  answer(
    listener: TcpListener,
    tuple: FourTuple,
    seg: TcpHeader,
    buf: Uint8Array,
    now: number,
  ): boolean {
    const context = this.#context;
    const mss = seg.mss === 0 ? defaultMssTo(context.ip, tuple) : seg.mss;
    const cookie = this.#cookie.make(tuple, seq(seg.seq), mss, now);
    if (cookie === null) return false;
    const { settings } = listener;
    const hasTimestamps = settings.timestamps && seg.hasTimestamp;
    const isScaling = hasTimestamps && settings.windowScaling && seg.windowShift >= 0;
    const options = this.#options;
    options.windowShift = isScaling ? seg.windowShift : -1;
    options.sackPermitted = hasTimestamps && settings.sack && seg.sackPermitted;
    const asksEcn = (seg.flags & ECN_ASKED) === ECN_ASKED;
    options.ecn = hasTimestamps && settings.ecn !== 'never' && asksEcn;
    const synAck = this.#synAck;
    synAck.seq = cookie;
    synAck.ack = seqAdd(seg.seq, 1);
    synAck.wnd = offeredWindow(settings);
    synAck.mss = offeredMss(settings, pathMssTo(context.ip, tuple));
    synAck.windowShift = isScaling ? offeredShift(settings) : -1;
    synAck.sackPermitted = options.sackPermitted;
    synAck.ecn = options.ecn;
    synAck.hasTimestamps = hasTimestamps;
    synAck.tsval = hasTimestamps ? cookieTimestamp(this.#timestampAt(tuple, now), options) : 0;
    synAck.tsecr = seg.tsval;
    context.observer?.segmentReceived?.(null, seg, buf, Verdict.ACCEPTED);
    if (emitBareSynAck(context, tuple, synAck, Because.SYN_COOKIE)) {
      context.counters.synCookiesSent++;
      listener.cookieSentAt = now;
    }
    return true;
  }

  /** Whether an ACK to a listener may bring a cookie of ours. */
  isExpected(listener: TcpListener, now: number): boolean {
    return this.#isShared || now - listener.cookieSentAt < COOKIE_LIFETIME_MS;
  }

  /** Whether an ACK to a listener brings a cookie of ours; nothing is counted. */
  isKnown(listener: TcpListener, tuple: FourTuple, seg: TcpHeader, now: number): boolean {
    return this.isExpected(listener, now) && this.#recall(listener, tuple, seg, now);
  }

  /** Whether an ACK brings a cookie of ours: then `complete` makes its connection. */
  check(listener: TcpListener, tuple: FourTuple, seg: TcpHeader, now: number): boolean {
    const isOurs = this.#recall(listener, tuple, seg, now);
    if (isOurs) this.#context.counters.synCookiesReceived++;
    else this.#context.counters.synCookiesFailed++;
    return isOurs;
  }

  /** Rebuilds the SYN that the cookie of an ACK remembers; false = it is none of ours. */
  #recall(listener: TcpListener, tuple: FourTuple, seg: TcpHeader, now: number): boolean {
    const cookie = seqAdd(seg.ack, -1);
    const peerIsn = seqAdd(seg.seq, -1);
    const mss = this.#cookie.mssOf(cookie, tuple, peerIsn, now);
    if (mss < 0) return false;
    const options = this.#options;
    options.windowShift = -1;
    options.sackPermitted = false;
    options.ecn = false;
    const hasTimestamp = seg.hasTimestamp && listener.settings.timestamps;
    if (hasTimestamp) {
      const age = (this.#timestampAt(tuple, now) - seg.tsecr) | 0;
      if (age < 0 || age > COOKIE_LIFETIME_MS) return false;
      readCookieTimestamp(seg.tsecr, options);
    }
    const syn = this.#syn;
    syn.seq = seqNumber(peerIsn);
    syn.flags = TcpFlag.SYN | (options.ecn ? ECN_ASKED : 0);
    syn.len = 1;
    syn.wnd = seg.wnd;
    syn.mss = mss;
    syn.windowShift = options.windowShift;
    syn.sackPermitted = options.sackPermitted;
    syn.hasTimestamp = hasTimestamp;
    syn.tsval = seg.tsval;
    syn.tsecr = 0;
    return true;
  }

  /** Makes the connection of an ACK that `check` has found good, and hands the ACK to it. */
  complete(
    listener: TcpListener,
    tuple: FourTuple,
    seg: TcpHeader,
    buf: Uint8Array,
    now: number,
  ): void {
    const iss: Seq = seqAdd(seg.ack, -1);
    const connection = new TcpConnection(
      this.#context,
      listener.settings,
      listener,
      tuple,
      iss,
      now,
    );
    this.#connections.add(connection);
    connection.enter('SYN-RECEIVED');
    takeSyn(connection, this.#syn, now);
    // As the SYN-ACK has left them; it was not timed and needs no timer.
    connection.snd.nxt = seqAdd(iss, 1);
    connection.rcv.advertise(0);
    handOver(this.#context, connection, seg, buf, now);
    if (connection.state === 'SYN-RECEIVED') connection.fail(null);
  }

  #timestampAt(tuple: FourTuple, now: number): number {
    return (Math.floor(now) + this.#context.timestampOffset(tuple)) >>> 0;
  }
}
