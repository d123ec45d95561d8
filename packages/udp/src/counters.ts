/**
 * What UDP has done and dropped, one number each; they only grow, except `queueBytes`. In brackets
 * stands the name of what Linux counts alike (`nstat`, Udp*).
 *
 * Every datagram that arrives is accounted for: `datagramsReceived` + `broadcastCopies` =
 * `datagramsDelivered` + those that wait + all of `dropped`.
 */

/** Why a received datagram did not reach a handler. */
export type UdpDropReason =
  /** Shorter than a header, or than its length field promises. */
  | 'truncated'
  /** A length field below the header's own length. */
  | 'bad-length'
  /** (InCsumErrors) */
  | 'bad-checksum'
  /** Sent to port 0. */
  | 'bad-port'
  /** No socket takes it; it may have been answered with port unreachable (NoPorts). */
  | 'no-port'
  /** The socket's own queue is full (RcvbufErrors). */
  | 'queue-full'
  /** All queues together are full (MemErrors). */
  | 'memory-full'
  /** The socket was closed before its reader came. */
  | 'closed';

/** Why a datagram was not sent. */
export type UdpSendDrop =
  /** The device's queue is full: `send` has returned false (SndbufErrors). */
  | 'queue-full'
  /** No route to the destination. */
  | 'no-route'
  /** More than fits into an IP packet, or a broadcast above the MTU. */
  | 'too-long'
  /** A broadcast by a socket that may not. */
  | 'not-permitted'
  /** From an address that cannot reach the destination. */
  | 'bad-source';

/** Counters of one stack's UDP. */
export interface UdpCounters {
  /** Everything that IP has handed up. */
  datagramsReceived: number;
  /** Further sockets that were given the same broadcast. */
  broadcastCopies: number;
  /** Given to handlers (InDatagrams). */
  datagramsDelivered: number;
  /** Bytes of data in them. */
  bytesDelivered: number;
  /** Those that had to wait for their reader. */
  datagramsQueued: number;
  /** (OutDatagrams) */
  datagramsSent: number;
  /** Bytes of data in them. */
  bytesSent: number;
  /** Those that were larger than the path's MTU. */
  datagramsFragmented: number;
  /** ICMP errors about datagrams of ours, and those of them that name no socket. */
  networkErrors: number;
  networkErrorsUnmatched: number;
  /** Bytes that wait for readers at this moment, and their most, bookkeeping included. */
  queueBytes: number;
  queueBytesPeak: number;
  readonly dropped: Record<UdpDropReason, number>;
  readonly notSent: Record<UdpSendDrop, number>;
}

/** All counters at zero. */
export const createUdpCounters = (): UdpCounters => ({
  datagramsReceived: 0,
  broadcastCopies: 0,
  datagramsDelivered: 0,
  bytesDelivered: 0,
  datagramsQueued: 0,
  datagramsSent: 0,
  bytesSent: 0,
  datagramsFragmented: 0,
  networkErrors: 0,
  networkErrorsUnmatched: 0,
  queueBytes: 0,
  queueBytesPeak: 0,
  dropped: {
    truncated: 0,
    'bad-length': 0,
    'bad-checksum': 0,
    'bad-port': 0,
    'no-port': 0,
    'queue-full': 0,
    'memory-full': 0,
    closed: 0,
  },
  notSent: {
    'queue-full': 0,
    'no-route': 0,
    'too-long': 0,
    'not-permitted': 0,
    'bad-source': 0,
  },
});
