/**
 * The segment size of one connection: what the SYNs have settled, and what the path turns out to
 * carry (RFC 1191; RFC 9293, 3.7.2), with what RFC 5927, 7 asks for against forged reports.
 *
 * - A report that contradicts what was seen to arrive waits: only a time-out, which nobody outside
 *   can make, lets it count. Below `minPathMtu` it takes two in a row.
 * - Where reports are dropped, a hole that swallows full segments is found by five time-outs in a
 *   row (RFC 4821, 7.7).
 * - Ten minutes later the path is tried anew (RFC 1191, 6.3): with SACK by one larger segment of new
 *   text at a time, whose loss says nothing about congestion (RFC 4821, 7.1 and 7.6), first as large as
 *   the SYNs settled, then halfway. Without SACK a lone loss cannot be told: there all segments grow.
 */

import type { IpLayer } from '@netlayers/ip';
import { TCP_HEADER_LENGTH } from '../wire/header.js';
import { TIMESTAMPS_LENGTH } from '../wire/options.js';
import { type Seq, seqLt } from '../wire/seq.js';
import { defaultMssTo, mssOf, pathMssTo } from './offer.js';
import type { TcpConnectionView } from './view.js';

/** Time-outs in a row after which full segments are thought to vanish. */
const TIMEOUTS_OF_A_HOLE = 5;
/** Time-outs in a row after which a report below `minPathMtu` is believed. */
const TIMEOUTS_OF_A_NARROW_PATH = 2;

/** The search for the path's size ends where it is known to that many octets. */
const CLOSE_ENOUGH = 32;
/** Between two probes of a search, in milliseconds. */
const PAUSE_MS = 1000;

/** What has become of a probe. */
export type ProbeOutcome = 'arrived' | 'lost' | 'unknown';

/** A connection as its segment size needs it. */
export interface PathMtuOwner extends TcpConnectionView {
  readonly context: { readonly ip: IpLayer };
  readonly timestampsEnabled: boolean;
  readonly sackEnabled: boolean;
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
  /** After a change: what was sent before was cut at another size and proves nothing; `null` = it has arrived. */
  #provesFrom: Seq | null = null;
  /** 0 = never. */
  #growsAt = 0;
  /** Text of the probe that is out; 0 = none is. */
  #probe = 0;
  /** The least text that did not pass in this search; 0 = none is known. */
  #ceiling = 0;

  constructor(connection: PathMtuOwner) {
    this.#connection = connection;
  }

  /** What the path is believed to carry, IP header included. */
  get mtu(): number {
    const connection = this.#connection;
    const { ip } = connection.context;
    const most = ip.mtuTo(connection.remoteAddress);
    if (this.#growsAt === 0) return most;
    const headers = ip.headerLength(connection.remoteAddress) + TCP_HEADER_LENGTH;
    return Math.min(most, connection.snd.mss + this.#optionsLength + headers);
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
    const text = this.#textOf(mtu);
    if (text >= snd.mss) {
      // Of the probe: the next one has that size.
      if (text < this.#probe) this.#ceiling = text + 1;
      return false;
    }
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
    if (this.#probe > 0) this.handleProbe('lost', now);
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

  /** A full segment, or several, from `start` on were acknowledged: the path carries them, whatever was reported. */
  prove(start: Seq): void {
    if (this.#provesFrom !== null) {
      if (seqLt(start, this.#provesFrom)) return;
      this.#provesFrom = null;
    }
    this.#prove();
  }

  #prove(): void {
    this.#provenMss = Math.max(this.#provenMss, this.#connection.snd.mss);
    this.#reported = 0;
  }

  /** Text of a probe that is due now; 0 = none is. Without SACK all segments grow instead. */
  probeIfDue(now: number): number {
    if (this.#growsAt === 0 || now < this.#growsAt) return 0;
    if (this.#connection.sackEnabled) return this.#probe > 0 ? 0 : this.#candidate;
    this.#growsAt = 0;
    this.#provenMss = 0;
    this.#provesFrom = this.#connection.snd.nxt;
    this.#use(this.#settledMss);
    return 0;
  }

  /** A probe with that much text has left. */
  noteProbe(text: number): void {
    this.#probe = text;
  }

  /**
   * The probe has arrived, or it has not although what was sent around it has, or nobody can tell
   * because more was lost.
   */
  handleProbe(outcome: ProbeOutcome, now: number): void {
    const { snd } = this.#connection;
    const probe = this.#probe;
    this.#probe = 0;
    // A report may have come meanwhile, of this probe or of a narrower path.
    if (probe <= snd.mss) return;
    if (outcome === 'arrived') {
      this.#use(probe + this.#optionsLength);
      this.#prove();
    } else if (outcome === 'lost' && (this.#ceiling === 0 || probe < this.#ceiling)) {
      this.#ceiling = probe;
    }
    this.#growsAt = now + PAUSE_MS;
    if (this.#candidate > snd.mss) return;
    const isWhole = snd.mss >= this.#settledText;
    this.#growsAt = isWhole ? 0 : now + this.#connection.settings.pathMtuLifetimeMs;
    this.#ceiling = 0;
  }

  /** The text to try next; what is in use if nothing is left to be tried. */
  get #candidate(): number {
    const { mss } = this.#connection.snd;
    if (this.#ceiling === 0) return this.#settledText;
    if (this.#ceiling - mss <= CLOSE_ENOUGH) return mss;
    return this.#settledText < this.#ceiling ? this.#settledText : (mss + this.#ceiling) >> 1;
  }

  get #settledText(): number {
    return this.#settledMss - this.#optionsLength;
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
    this.#probe = 0;
    this.#ceiling = 0;
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
