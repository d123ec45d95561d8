/**
 * Whether the peer of one connection gets any further: what it takes of what it was sent, and what it
 * sends of what it still owes. Time runs against it only while it is waited for, and progress buys time.
 */

import type { ProgressDeadline } from '@netlayers/host';
import type { ByteStream } from '@netlayers/http';
import type { ServerSettings } from './server-options.js';
import type { Ticker } from './ticker.js';

/** What it goes by. */
export interface ProgressContext {
  readonly settings: ServerSettings;
  readonly ticker: Ticker;
}

/** What the peer is sent through. */
export type WrittenStream = Pick<ByteStream, 'unacknowledged' | 'measureUnacknowledged'>;

/** Watches one peer, tick by tick. */
export class PeerProgress {
  readonly #stream: WrittenStream;
  readonly #context: ProgressContext;
  /** For the peer to take what it was sent, while the connection is blocked or closing. */
  #writePatience: ProgressDeadline | null = null;
  /** For the rest of a request that is answered already. */
  #restPatience: ProgressDeadline | null = null;
  /** For any progress while the server closes. */
  #gracePatience: ProgressDeadline | null = null;
  /** Octets that were given to the stream, and that came from it, since this was made. */
  written = 0;
  received = 0;
  /** What of both was acknowledged or received at the last tick that looked; below zero: what came before. */
  #acknowledgedBefore: number;
  #receivedBefore = 0;
  /** Whether that is measured: for a peer that seems to have stopped. */
  #isMeasured = false;

  constructor(stream: WrittenStream, context: ProgressContext) {
    this.#stream = stream;
    this.#context = context;
    this.#acknowledgedBefore = 0 - stream.unacknowledged;
  }

  /** Whether the peer is given time to end, or to send a rest. */
  get isAwaited(): boolean {
    return this.#gracePatience !== null || this.#restPatience !== null;
  }

  /** Whether the server closes. */
  get hasGrace(): boolean {
    return this.#gracePatience !== null;
  }

  /** The peer is to take what it was sent. */
  expectReading(): void {
    if (this.#writePatience === null) {
      this.#writePatience = this.#patience(this.#context.settings.timeouts.writeMs);
      this.#acknowledgedBefore = this.written - this.#stream.unacknowledged;
    }
    this.#writePatience.resume(this.#context.ticker.now);
  }

  /** There is room: what is left of the patience is kept, and what was taken counts. */
  stopExpecting(): void {
    const { now } = this.#context.ticker;
    this.#writePatience?.pause(now);
    this.watch(now, false);
  }

  /** Whether the rest of a request is awaited that is answered already. */
  awaitRest(isAwaited: boolean): void {
    if (!isAwaited) this.#restPatience = null;
    else if (this.#restPatience === null) {
      this.#restPatience = this.#patience(this.#context.settings.timeouts.bodyMs);
      this.#restPatience.start(this.#context.ticker.now);
    }
  }

  /** The server closes: who gets no further for so long is late. */
  giveGrace(graceMs: number): void {
    this.#gracePatience = this.#patience(graceMs);
    this.#gracePatience.start(this.#context.ticker.now);
  }

  /** The peer has everything. */
  forget(): void {
    this.#writePatience = null;
    this.#gracePatience = null;
  }

  /**
   * Credits what the peer has taken and sent since the last look.
   *
   * @param isReading whether it is to take what it was sent: then it has the time that it always has, for
   *   what it takes may show in lumps, as its window opens.
   * @returns octets that it has not acknowledged.
   */
  watch(now: number, isReading: boolean): number {
    const unacknowledged = this.#unacknowledged(now);
    const acknowledged = this.written - unacknowledged;
    const taken = acknowledged - this.#acknowledgedBefore;
    const sent = this.received - this.#receivedBefore;
    this.#acknowledgedBefore = acknowledged;
    this.#receivedBefore = this.received;
    this.#writePatience?.advance(now, taken);
    this.#restPatience?.advance(now, sent);
    this.#gracePatience?.advance(now, taken + sent);
    if (isReading) this.#gracePatience?.start(now);
    return unacknowledged;
  }

  /** Whether it has made none for too long. */
  isLate(now: number): boolean {
    return (
      this.#writePatience?.isLate(now) === true ||
      this.#restPatience?.isLate(now) === true ||
      this.#gracePatience?.isLate(now) === true
    );
  }

  /**
   * What the peer has not acknowledged. What the kernel holds shows only where it is measured, which is
   * done for a peer whose patience is half gone.
   */
  #unacknowledged(now: number): number {
    const patience = this.#writePatience;
    const isLow = patience !== null && patience.deadline - now < patience.timeoutMs / 2;
    if (!isLow || this.#stream.measureUnacknowledged === undefined) {
      this.#isMeasured = false;
      return this.#stream.unacknowledged;
    }
    const unacknowledged = this.#stream.measureUnacknowledged();
    if (!this.#isMeasured) this.#acknowledgedBefore = this.written - unacknowledged;
    this.#isMeasured = true;
    return unacknowledged;
  }

  #patience(ms: number): ProgressDeadline {
    const { settings, ticker } = this.#context;
    return ticker.patience(ms, settings.minDataRate);
  }
}
