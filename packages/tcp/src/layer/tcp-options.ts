/**
 * What TCP is built on, and where a connection goes.
 */

import type { IpAddress, IpLayer } from '@netlayers/ip';
import type { TcpObserver } from '../connection/observer.js';
import type { TcpSettings } from '../connection/settings.js';
import type { UnclaimedHandler } from './unclaimed.js';

/** What TCP is built on. */
export interface TcpOptions {
  readonly ip: IpLayer;
  /** Uniform uint32s that nobody can guess: ports, sequence numbers and hash keys come from it. */
  readonly randomU32: () => number;
  /** Settings of every connection that does not bring its own. */
  readonly settings?: Partial<TcpSettings>;
  /** The most connections at once, TIME-WAIT not among them. @default 262,144 */
  readonly maxConnections?: number;
  /**
   * The most connections in TIME-WAIT, each a record of 64 bytes; one more recycles the oldest.
   * @default 262,144
   */
  readonly maxTimeWait?: number;
  /**
   * Octets that connections may hold together: the blocks of their buffers, and 2 KiB for each. From
   * half of it on windows shrink, from three quarters text beyond gaps is given up, from seven eighths
   * new connections are refused. @default 256 MiB
   */
  readonly memoryLimit?: number;
  readonly observer?: TcpObserver | null;
  /**
   * 48 bytes that nobody can guess, the same for layers that stand for one host: sequence numbers,
   * timestamps and SYN cookies come from it. Their clocks have to agree, too. Cookies are then looked for
   * at any time, since another layer may have sent them. @default one of its own
   */
  readonly sharedSecret?: Uint8Array;
  /** Is asked about segments and errors that belong to no connection here. @default nobody is */
  readonly unclaimed?: UnclaimedHandler;
}

/** Where to connect. */
export interface TcpConnectOptions {
  readonly remoteAddress: IpAddress;
  readonly remotePort: number;
  /** @default what the route says */
  readonly localAddress?: IpAddress;
  /** 0 or absent: a random ephemeral port. */
  readonly localPort?: number;
  readonly settings?: Partial<TcpSettings>;
}
