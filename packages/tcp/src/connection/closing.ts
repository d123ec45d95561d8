/**
 * CLOSE of both directions (RFC 9293, 3.6.1: the half-duplex close, MAY-1), beside `end()`, which
 * closes one, and `abort()`. What is queued still goes out, with a FIN behind it, and nobody reads
 * any more: text that the application has not read, or that comes later, is answered by a reset, so
 * that the peer knows of its loss (SHLD-3; `arrival/refuse-text.ts` has the later half).
 *
 * Like in Linux, text beyond a gap is no reason for a reset before the gap is closed: what is queued
 * gets that chance.
 */

import { readError, type TcpError } from '../base/errors.js';
import { wholeMs } from '../base/whole-ms.js';
import type { TcpContext } from './context.js';
import type { Delivery } from './delivery.js';
import type { Patience } from './patience.js';
import type { TcpConnectionView } from './view.js';

/** A connection as its close needs it; `C` is the connection itself. */
export interface Closable<C> extends TcpConnectionView {
  readonly context: TcpContext<C>;
  readonly delivery: Delivery;
  readonly patience: Patience;
  readonly isOrphan: boolean;
  readonly bufferedBytes: number;
  end(): void;
  fail(error: TcpError | null): void;
  updateDeadline(): void;
}

/** Closes both directions; a second time it does nothing. */
export function closeBoth<C extends Closable<C>>(connection: C, now: number): void {
  if (connection.isOrphan) return;
  const { state, delivery } = connection;
  const isUnread = delivery.unread > 0;
  connection.patience.orphanProgressAt = wholeMs(now);
  // In TIME-WAIT the peer has closed too, and asks nobody any more.
  if (isUnread && state !== 'CLOSED' && state !== 'TIME-WAIT') {
    connection.context.sendAbort(connection, now);
    loseUnread(connection);
    return;
  }
  delivery.discard();
  connection.end();
  connection.updateDeadline();
}

/** A reset has left for text that nobody reads; what is queued is lost with it. */
export function loseUnread<C>(connection: Closable<C>): void {
  connection.context.counters.resetsForUnreadText++;
  connection.fail(connection.bufferedBytes > 0 ? readError('ECONNRESET') : null);
}
