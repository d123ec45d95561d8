/**
 * For how long a connection waits for its peer when nothing comes of it. Three limits:
 *
 * - R2 (RFC 9293, 3.8.3; RFC 5482): the peer leaves unacknowledged what we have sent.
 * - Keep-alive (3.8.4): nothing at all happens, and the peer does not answer when it is asked.
 * - The orphan's: the application has closed both directions. What is queued is delivered as long as
 *   that makes progress; then FIN-WAIT-2 lasts `finWait2Ms`, as in Linux, or a peer that never closes
 *   would hold the connection for ever. The RFC has no such limit, and lets an implementation end a
 *   connection that nobody owns (RFC 6429, 5).
 *
 * Deliberately absent: the User Timeout Option of RFC 5482. It would let a peer say how long we keep
 * state for it; on arrival it is skipped like every unknown option.
 */

import { wholeMs } from '../base/whole-ms.js';
import type { TcpSettings } from './settings.js';
import type { TcpConnectionView } from './view.js';

/** R2 where no user time-out is set (RFC 9293, SHLD-11: at least 100 s). */
const DEFAULT_R2_MS = 120_000;
const NEVER = Number.POSITIVE_INFINITY;

/** The probing of a connection that has keep-alive turned on. */
export interface KeepAlive {
  /** For how long nothing has come when the first probe leaves, milliseconds. */
  idleMs: number;
  /**
   * When somebody has to look; `Infinity` = off. No segment moves it: whoever looks finds out for how
   * long it was quiet.
   */
  at: number;
  /** Probes in a row without an answer, the last of which left at `probedAt`. */
  probes: number;
  probedAt: number;
}

/** The limits of one connection; times in milliseconds. */
export class Patience {
  /** `null` until it is turned on for the first time. */
  keepAlive: KeepAlive | null = null;
  /** 0 = none is set. */
  userTimeoutMs: number;
  /** When a segment last came from the peer that was not refused. */
  heardAt: number;
  /** When an orphan last made progress; -1 = it has an application. */
  orphanProgressAt = -1;

  constructor(settings: TcpSettings, now: number) {
    this.userTimeoutMs = settings.userTimeoutMs;
    this.heardAt = wholeMs(now);
    if (settings.keepAlive) this.turnOn(settings.keepAliveIdleMs, now);
  }

  /** How long the peer may leave something unacknowledged. */
  get r2Ms(): number {
    return this.userTimeoutMs || DEFAULT_R2_MS;
  }

  /** Turns keep-alive on, or changes its time. */
  turnOn(idleMs: number, now: number): void {
    this.keepAlive ??= { idleMs, at: now, probes: 0, probedAt: now };
    this.keepAlive.idleMs = idleMs;
    this.keepAlive.at = Math.max(now, this.heardAt + idleMs);
  }

  turnOff(): void {
    if (this.keepAlive !== null) this.keepAlive.at = NEVER;
  }

  /** A segment that was not refused has come; `isProgress` = it acknowledges something. */
  heard(now: number, isProgress: boolean): void {
    this.heardAt = wholeMs(now);
    if (isProgress && this.orphanProgressAt >= 0) this.orphanProgressAt = wholeMs(now);
  }

  /** When R2 ends a connection whose peer does not acknowledge; `Infinity` while it does. */
  stalledUntil({ snd }: TcpConnectionView): number {
    return snd.stalledSince < 0 ? NEVER : snd.stalledSince + this.r2Ms;
  }

  /** When an orphan ends; `Infinity` for a connection with an application. */
  orphanedUntil({ state, settings }: TcpConnectionView): number {
    if (this.orphanProgressAt < 0) return NEVER;
    return this.orphanProgressAt + (state === 'FIN-WAIT-2' ? settings.finWait2Ms : this.r2Ms);
  }

  /** When the first of the limits has to be looked at; `Infinity` = never. */
  until(connection: TcpConnectionView): number {
    // Nobody waits for anything any more.
    if (connection.state === 'TIME-WAIT' || connection.state === 'CLOSED') return NEVER;
    return Math.min(
      this.keepAlive === null ? NEVER : this.keepAlive.at,
      this.stalledUntil(connection),
      this.orphanedUntil(connection),
    );
  }
}
