/**
 * SEGMENT ARRIVES without a connection: CLOSED and LISTEN (RFC 9293, 3.10.7.1 and 3.10.7.2). A SYN
 * to a listening port begins a connection here; everything else is answered with a reset or dropped.
 */

import { takeSyn } from '../arrival/syn-sent.js';
import { Because, type TcpDropReason, Verdict } from '../base/reasons.js';
import { TcpConnection } from '../connection/connection.js';
import type { TcpContext } from '../connection/context.js';
import type { FourTuple } from '../connection/four-tuple.js';
import { emitReset } from '../sending/emit.js';
import { TcpFlag } from '../wire/flags.js';
import type { TcpHeader } from '../wire/header.js';
import type { Seq } from '../wire/seq.js';
import type { ConnectionTable } from './connection-table.js';
import { CookieHandshakes } from './cookie-handshake.js';
import { noteDrop } from './hand-over.js';
import type { IsnGenerator } from './isn.js';
import type { TcpListener } from './listener.js';
import type { ListenerTable } from './listener-table.js';
import { ResetLimiter } from './reset-limiter.js';
import type { KeySource } from './shared-secret.js';

/** Takes the segments that no connection takes. */
export class PassiveOpens {
  readonly #context: TcpContext<TcpConnection>;
  readonly #connections: ConnectionTable<TcpConnection>;
  readonly #listeners: ListenerTable;
  readonly #isn: IsnGenerator;
  readonly #maxConnections: number;
  readonly #resets: ResetLimiter;
  readonly #cookies: CookieHandshakes;

  constructor(
    context: TcpContext<TcpConnection>,
    connections: ConnectionTable<TcpConnection>,
    listeners: ListenerTable,
    isn: IsnGenerator,
    maxConnections: number,
    keys: KeySource,
  ) {
    this.#context = context;
    this.#connections = connections;
    this.#listeners = listeners;
    this.#isn = isn;
    this.#maxConnections = maxConnections;
    this.#resets = new ResetLimiter(context.randomU32);
    this.#cookies = new CookieHandshakes(context, connections, keys);
  }

  /** Who listens for the SYNs of a 4-tuple; `null` = nobody. */
  listenerOf(tuple: FourTuple): TcpListener | null {
    return this.#listeners.find(tuple.localAddress, tuple.localPort);
  }

  /** Why a listener does not take a SYN now; `null` = it does. */
  refusalOf(listener: TcpListener): TcpDropReason | null {
    if (listener.isFull) return 'backlog-full';
    if (this.#connections.size >= this.#maxConnections) return 'table-full';
    return this.#context.queues.budget.isFull ? 'memory-full' : null;
  }

  /**
   * Why a listener does not take one half-open connection more, which no cookie can replace since
   * its numbers have to go on from earlier ones: there are twice as many as there should be.
   */
  refusalAsHalfOpen(listener: TcpListener): TcpDropReason | null {
    return listener.halfOpen >= 2 * listener.halfOpenLimit ? 'half-open-full' : null;
  }

  /** Whether a segment of a 4-tuple without a connection is for whoever gets it: a SYN, or a cookie of ours. */
  mayBegin(tuple: FourTuple, seg: TcpHeader, now: number): boolean {
    const bits = seg.flags & (TcpFlag.SYN | TcpFlag.ACK | TcpFlag.RST);
    if (bits !== TcpFlag.ACK) return bits === TcpFlag.SYN;
    const listener = this.listenerOf(tuple);
    return listener !== null && this.#cookies.isKnown(listener, tuple, seg, now);
  }

  /**
   * Deals with a segment of a 4-tuple without a connection.
   *
   * @returns why it was dropped, or `null`.
   */
  arrive(tuple: FourTuple, seg: TcpHeader, buf: Uint8Array, now: number): TcpDropReason | null {
    if ((seg.flags & TcpFlag.RST) !== 0) return 'no-connection';
    const listener = this.listenerOf(tuple);
    if (listener === null) return this.#reset(tuple, seg, Because.NO_CONNECTION, now);
    if ((seg.flags & TcpFlag.ACK) !== 0) return this.#arriveAck(listener, tuple, seg, buf, now);
    if ((seg.flags & TcpFlag.SYN) === 0) return 'no-connection';
    const refusal = this.refusalOf(listener);
    if (refusal !== null) return refusal;
    if (listener.wantsCookie) {
      return this.#cookies.answer(listener, tuple, seg, buf, now) ? null : 'half-open-full';
    }
    this.accept(listener, tuple, seg, buf, this.#isn.next(tuple, now), now);
    return null;
  }

  /** 3.10.7.2, second: an ACK to a listener is none of its, unless it brings a cookie back. */
  #arriveAck(
    listener: TcpListener,
    tuple: FourTuple,
    seg: TcpHeader,
    buf: Uint8Array,
    now: number,
  ): TcpDropReason | null {
    const mayBeCookie = (seg.flags & TcpFlag.SYN) === 0 && this.#cookies.isExpected(listener, now);
    if (!mayBeCookie || !this.#cookies.check(listener, tuple, seg, now)) {
      return this.#reset(tuple, seg, Because.UNACCEPTABLE_ACK, now);
    }
    // Where there is no room the peer repeats what it has to say, and the cookie with it.
    const refusal = this.refusalOf(listener);
    if (refusal === null) this.#cookies.complete(listener, tuple, seg, buf, now);
    return refusal;
  }

  #reset(tuple: FourTuple, seg: TcpHeader, because: Because, now: number): TcpDropReason {
    if (!this.#resets.allow(tuple, now)) return 'reset-limited';
    emitReset(this.#context, tuple, seg, because);
    return 'no-connection';
  }

  /** Begins a half-open connection for a SYN that was not refused. */
  accept(
    listener: TcpListener,
    tuple: FourTuple,
    seg: TcpHeader,
    buf: Uint8Array,
    iss: Seq,
    now: number,
  ): void {
    const context = this.#context;
    const connection = new TcpConnection(context, listener.settings, listener, tuple, iss, now);
    this.#connections.add(connection);
    connection.segmentsReceived = 1;
    connection.enter('SYN-RECEIVED');
    takeSyn(connection, seg, now);
    connection.synBecause = Because.ACCEPT;
    const evicted = listener.addHalfOpen(connection);
    if (evicted !== null) {
      noteDrop(context, 'half-open-evicted');
      evicted.fail(null);
    }
    context.observer?.segmentReceived?.(connection, seg, buf, Verdict.ACCEPTED);
    context.requestOutput(connection);
  }
}
