/**
 * The outcome of a probe of the path's MTU (RFC 4821, 7.6), as loss recovery has seen it.
 */

import type { TcpConnection } from '../connection/connection.js';

/** Tells the search for the path's size what has become of its probe, if that is known by now. */
export function judgeMtuProbe(connection: TcpConnection, hasArrived: boolean, now: number): void {
  const { recovery, phase } = connection.snd;
  if (hasArrived) {
    connection.pathMtu.handleProbe('arrived', now);
  } else if (recovery.lostMtuProbe > 0) {
    recovery.lostMtuProbe = 0;
    connection.pathMtu.handleProbe(phase === 'open' ? 'lost' : 'unknown', now);
  }
}
