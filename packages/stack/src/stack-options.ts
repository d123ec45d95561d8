/**
 * What a stack, its listeners, its connections and its UDP sockets are made of.
 */

import type { AbortLike, Clock, TurnScheduler } from '@netlayers/host';
import type { Ipv4Options } from '@netlayers/ipv4';
import type { LinkDevice } from '@netlayers/link';
import type { TcpObserver, TcpSettings } from '@netlayers/tcp';
import type { Resolve } from './look-up.js';
import type { UnclaimedCallback } from './unclaimed.js';

/** What a stack is made of. */
export interface StackOptions {
  /** Belongs to the stack from now on. */
  readonly device: LinkDevice;
  /** Our address, e.g. `10.0.0.2`. */
  readonly address: string;
  /** Of the subnet. @default 32: a point-to-point link */
  readonly prefixLength?: number;
  /** Further addresses of ours. @default none */
  readonly addresses?: readonly string[];
  /** Further links; what no network of theirs contains leaves through `device`. @default none */
  readonly links?: readonly StackLink[];
  /**
   * Passes on packets that are for others, from one link to another; with `acceptAny` none are.
   * @default false
   */
  readonly forward?: boolean;
  /** Takes connections to any address that is routed to the device (catch-all). @default false */
  readonly acceptAny?: boolean;
  /** @default the host's */
  readonly clock?: Clock;
  /** Uniform uint32s that nobody can guess. @default the host's cryptographic generator */
  readonly random?: () => number;
  /** @default the host's microtasks and macrotasks */
  readonly scheduler?: TurnScheduler;
  /** Settings of every connection. */
  readonly tcp?: Partial<TcpSettings>;
  /** Watches TCP. */
  readonly observer?: TcpObserver;
  /** The most connections at once, TIME-WAIT not among them. @default 262,144 */
  readonly maxConnections?: number;
  /** The most connections in TIME-WAIT, 64 bytes each; one more recycles the oldest. @default 262,144 */
  readonly maxTimeWait?: number;
  /**
   * Octets that connections may hold together, their buffers and 2 KiB for each. Windows shrink from
   * half of it on, new connections are refused from seven eighths. @default 256 MiB
   */
  readonly memoryLimit?: number;
  /**
   * Bytes of datagrams that may wait for the handlers of all UDP sockets together, 256 for each
   * included. @default 16 MiB
   */
  readonly udpMemoryLimit?: number;
  /** Further options of the IPv4 layer. */
  readonly ipv4?: Partial<Pick<Ipv4Options, 'ttl' | 'reassembly' | 'icmpRateLimit' | 'onDrop'>>;
  /**
   * Finds the addresses of a name that `connect` is given; they are tried in turn. `localhost` is not
   * asked for. @default names are refused
   */
  readonly resolve?: Resolve;
  /**
   * 48 bytes that nobody can guess, the same for all stacks that stand for one host, side by side or one
   * after another. They need clocks that agree. Numbers of connections then go on from one to the other,
   * and each takes the SYN cookies of the others. @default one of its own
   */
  readonly sharedSecret?: Uint8Array;
  /**
   * Is shown what belongs to no connection of this stack, before it is answered with a reset: another one
   * that stands for the same host may have it, whose `handlePacket` then takes it. @default nobody is
   */
  readonly onUnclaimed?: UnclaimedCallback;
}

/** A link beside the device of a stack. */
export interface StackLink {
  /** Belongs to the stack from now on. */
  readonly device: LinkDevice;
  /** Our address on this link. @default the stack's own */
  readonly address?: string;
  /** What is reached through it, e.g. `['10.1.0.0/16']`; of several the longest prefix counts. */
  readonly networks: readonly string[];
  /** The largest IP packet to these networks, in bytes. @default the device's, which it cannot exceed */
  readonly mtu?: number;
}

/** Where to listen. */
export interface StackListenOptions {
  /** One of our addresses; `0.0.0.0`, `::` or absent = all of them. */
  readonly host?: string;
  /** 0 chooses a free one. */
  readonly port: number;
  /** Established connections that may wait to be pulled. @default 511 */
  readonly backlog?: number;
  /** Handshakes that may be kept under way at once; beyond them see `tcp.synCookies`. @default 1024 */
  readonly halfOpenLimit?: number;
  readonly tcp?: Partial<TcpSettings>;
}

/** Where to connect. */
export interface StackConnectOptions {
  /** An address, or a name if the stack can resolve names. */
  readonly host: string;
  readonly port: number;
  /** One of our addresses, or of 127/8 for what stays on this host. @default the route's */
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly signal?: AbortLike;
  readonly tcp?: Partial<TcpSettings>;
}

/** Where a UDP socket is bound, and what it may do. */
export interface UdpSocketOptions {
  /** One of our addresses; `0.0.0.0`, `::` or absent = all of them. */
  readonly host?: string;
  /** 0 or absent chooses a free one. */
  readonly port?: number;
  /** Permits to send to everybody on the subnet. @default false */
  readonly broadcast?: boolean;
  /** Shares its address and port with sockets that do so too. @default false */
  readonly reuseAddress?: boolean;
  /** Bytes that may wait for the handler, 256 for each datagram included. @default 212,992 */
  readonly receiveBuffer?: number;
}
