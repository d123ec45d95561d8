/**
 * What a stream of TLS is told of the stream beneath it, so that its counters, its reset and its end mean
 * what those of a socket mean.
 */

import type { Duplex } from 'node:stream';

/** What carries an encrypted stream: the socket beneath it, whose octets are those that TLS makes. */
export interface Carrier {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Octets that were given to it, and those of them that its peer has not acknowledged. */
  readonly bytesWritten: number;
  readonly unacknowledged: number;
  /** {@link bytesWritten} when the stream above began the write that is under way. */
  readonly writeBegan: number;
  /** {@link unacknowledged}, and what the kernel has taken and not brought to the peer; it may cost something. */
  measureUnacknowledged?(): number;
  /** Octets that have come and were not decrypted. */
  readonly readableLength: number;
  /** Why the stream above is not whole although it ends or closes; `null` where the end is a true one. */
  readonly failure: Error | null;
  /** Ends our half of the stream above, when what has come of it has been delivered. */
  end(socket: Duplex, ended?: () => void): void;
  /** Destroys the stream above, whose own half has ended, at the end of the peer or after a while. */
  linger(socket: Duplex): void;
  /** Resets the connection, and destroys the stream above. */
  resetAndDestroy(socket: Duplex): void;
}
