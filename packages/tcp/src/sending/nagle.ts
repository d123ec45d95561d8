/** Whether a segment that is not full may leave (RFC 9293, 3.7.4). */

import type { TcpConnection } from '../connection/connection.js';

/**
 * Nagle's rule (RFC 9293, 3.7.4) in Minshall's form (appendix A.3): a small segment waits while
 * another small one is unacknowledged, not while full ones are. So the tail of a long write goes
 * with it, on every device, and does not wait for the peer's delayed ACK. A FIN never waits.
 */
export function mayGoSmall(connection: TcpConnection): boolean {
  const { snd } = connection;
  if (snd.finQueued) return true;
  if (connection.isCorked) return false;
  return connection.noDelay || snd.smallEnd === snd.una;
}
