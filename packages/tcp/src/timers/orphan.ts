/**
 * The end of an orphan (see `connection/patience.ts`): of FIN-WAIT-2 without a word, since everything
 * has been acknowledged and nobody waits for more; of one that cannot deliver what is queued with a
 * reset, since the peer may well be there and keep its window shut.
 */

import type { TcpConnection } from '../connection/connection.js';
import { silence } from './silence.js';

/** Deals with the limit if it is reached. Returns whether the connection is over. */
export function handleOrphan(connection: TcpConnection, now: number): boolean {
  if (connection.patience.orphanedUntil(connection) > now) return false;
  const { observer, counters } = connection.context;
  counters.orphanTimeouts++;
  if (connection.state === 'FIN-WAIT-2') {
    observer?.timerExpired?.(connection, 'fin-wait-2');
    connection.finish();
  } else {
    observer?.timerExpired?.(connection, 'user-timeout');
    connection.context.sendAbort(connection, now);
    connection.fail(silence(connection));
  }
  return true;
}
