/**
 * The segment size of one connection: what the SYNs have settled, and what the path turns out to
 * carry (RFC 1191; RFC 9293, 3.7.2), with what RFC 5927, 7 asks for against forged reports.
 *
 * - A report that contradicts what was seen to arrive waits: only a time-out, which nobody outside
 *   can make, lets it count. Below `minPathMtu` it takes two in a row.
 * - Where reports are dropped, a hole that swallows full segments is found by five time-outs in a
 *   row (RFC 4821, 7.7).
 * - Ten minutes later the path is tried anew (RFC 1191, 6.3).
 *
 * Deliberately absent: probes with segments above the size in use (RFC 4821, 7.1); the way up is one
 * step to what the SYNs settled.
 */

import type { IpLayer } from '@netlayers/ip';
import { TIMESTAMPS_LENGTH } from '../wire/options.js';
import { defaultMssTo, mssOf, pathMssTo } from './offer.js';
import type { TcpConnectionView } from './view.js';

/** Time-outs in a row after which full segments are thought to vanish. */
const TIMEOUTS_OF_A_HOLE = 5;
/** Time-outs in a row after which a report below `minPathMtu` is believed. */
const TIMEOUTS_OF_A_NARROW_PATH = 2;

/** A connection as its segment size needs it. */
export interface PathMtuOwner extends TcpConnectionView {
  readonly context: { readonly ip: IpLayer };
  readonly timestampsEnabled: boolean;
}

/** Settles and changes `snd.mss`. */
export class PathMtu {
  readonly #connection: PathMtuOwner;
  /** MSS of the SYNs, options not taken off. */
  #settledMss = 0;
  /** MTU of a report that is not believed yet; 0 = none. */
  #reported = 0;
  /** Full segments of this size and smaller ones were acknowledged. */
  #provenMss = 0;
  /** 0 = never. */
  #growsAt = 0;

  constructor(connection: PathMtuOwner) {
    this.#connection = connection;
  }

  /** The peer's SYN is known (RFC 9293, 3.7.1: Eff.snd.MSS); 0 = it names no MSS. */
  settle(peerMss: number): void {
    const connection = this.#connection;
    const { ip } = connection.context;
    const smallest = mssOf(ip, connection, 0);
    const offered = peerMss === 0 ? defaultMssTo(ip, connection) : Math.max(peerMss, smallest);
    this.#settledMss = Math.min(offered, pathMssTo(ip, connection));
    this.#use(this.#settledMss);
  }

  /**
   * Somebody on the path reports that it carries no more than `mtu` (RFC 1191).
   *
   * @returns whether segments get smaller by it now.
   */
  handleReport(mtu: number, now: number): boolean {
    const { snd, settings } = this.#connection;
    if (this.#textOf(mtu) >= snd.mss) return false;
    this.#reported = mtu;
    if (this.#provenMss >= snd.mss) return false;
    const isNarrow = mtu < settings.minPathMtu;
    const isSmaller = this.#reduce(isNarrow ? settings.minPathMtu : mtu, now);
    if (!isNarrow) this.#reported = 0;
    return isSmaller;
  }

  /** The retransmission timer has expired, `snd.timeouts` times before without progress. */
  handleTimeout(now: number): void {
    const { snd, settings } = this.#connection;
    const timeouts = snd.timeouts + 1;
    if (this.#reported > 0) {
      const isNarrow = this.#reported < settings.minPathMtu;
      if (isNarrow && timeouts < TIMEOUTS_OF_A_NARROW_PATH) return;
      this.#reduce(this.#reported, now);
      this.#reported = 0;
    } else if (timeouts >= TIMEOUTS_OF_A_HOLE && snd.map.size > 0 && snd.flightSize >= snd.mss) {
      const { context } = this.#connection;
      this.#reduce(context.ip.safeMtu(this.#connection.remoteAddress), now);
    }
  }

  /** A full segment was acknowledged: the path carries it, whatever was reported. */
  prove(): void {
    this.#provenMss = Math.max(this.#provenMss, this.#connection.snd.mss);
    this.#reported = 0;
  }

  /** Tries the path anew when it is time. */
  growIfDue(now: number): void {
    if (this.#growsAt === 0 || now < this.#growsAt) return;
    this.#growsAt = 0;
    this.#provenMss = 0;
    this.#use(this.#settledMss);
  }

  /** Text of a full segment on a path of that MTU. */
  #textOf(mtu: number): number {
    const { context } = this.#connection;
    return mssOf(context.ip, this.#connection, mtu) - this.#optionsLength;
  }

  get #optionsLength(): number {
    return this.#connection.timestampsEnabled ? TIMESTAMPS_LENGTH : 0;
  }

  #reduce(mtu: number, now: number): boolean {
    const { snd, settings } = this.#connection;
    if (this.#textOf(mtu) >= snd.mss) return false;
    this.#provenMss = 0;
    this.#growsAt = now + settings.pathMtuLifetimeMs;
    this.#use(this.#textOf(mtu) + this.#optionsLength);
    return true;
  }

  #use(mss: number): void {
    const { snd } = this.#connection;
    snd.mss = mss - this.#optionsLength;
    snd.congestion.setMss(snd.mss);
  }
}
