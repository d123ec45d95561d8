/**
 * How long a server is waited for: it must take the request, then begin to answer, then send the
 * rest. What moves in the meantime is progress: octets it has acknowledged, octets it has sent. So a
 * slow server that keeps to the minimum rate is never given up, one that has stopped always is.
 *
 * Time stands still while it is the program that is waited for: for more of the request, or to read
 * what has come. Streams do not tell when something is acknowledged: they are looked at from time to
 * time, eight times in a time-out. What the kernel has of the request shows only where it is measured;
 * that is done from the first look on that sees no progress, and so never for a server that is quick.
 */

import { type Clock, ProgressDeadline } from '@netlayers/host';
import type { ClientExchange } from '@netlayers/http';
import { ClientError } from '../base/errors.js';
import { Timeout } from '../base/timeout.js';

/** What is waited for, and for how long. */
export interface PatienceSettings {
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  /** Octets per second. */
  readonly minDataRate: number;
  /** Where the request goes, for messages. */
  readonly place: string;
}

/** Where the progress of a request shows. */
export type Progress = Pick<ClientExchange, 'unacknowledged' | 'measureUnacknowledged'>;

const LOOKS = 8;

/** Watches that the server gets on. */
export class Patience {
  readonly #clock: Clock;
  readonly #settings: PatienceSettings;
  readonly #progress: () => Progress;
  readonly #timer: Timeout;
  readonly #answer: ProgressDeadline;
  readonly #content: ProgressDeadline;
  #phase: 'take' | 'answer' | 'rest' = 'take';
  /** The program is waited for, in either direction. */
  #sourceWaits = true;
  #readerWaits = false;
  /** Octets of content handed to the exchange. */
  #sent = 0;
  /** What of the request had been acknowledged at the last look, but for a constant, and its time. */
  #taken = 0;
  #lookedAt = 0;
  /** Whether what was under way at the last look was measured. */
  #isMeasured = false;
  /** Whether there is content that a kernel may still hold when all of the request is sent. */
  #hasContent = false;

  constructor(
    clock: Clock,
    settings: PatienceSettings,
    progress: () => Progress,
    giveUp: (error: ClientError) => void,
  ) {
    this.#clock = clock;
    this.#settings = settings;
    this.#progress = progress;
    const { minDataRate } = settings;
    this.#answer = new ProgressDeadline(settings.headersTimeoutMs, minDataRate);
    this.#content = new ProgressDeadline(settings.bodyTimeoutMs, minDataRate);
    this.#timer = new Timeout(clock, () => {
      const now = this.#clock.now();
      this.#look(now);
      if (this.#deadline.isLate(now)) giveUp(this.#error());
      else this.#arm(now);
    });
  }

  /**
   * Content was handed to the exchange, or none but there is room again. While it `hasRoom`, the
   * program is asked for more.
   */
  sent(octets: number, hasRoom: boolean): void {
    this.#sent += octets;
    this.#waitForSource(hasRoom);
  }

  /** The request is sent: it is the server's turn. */
  waitForAnswer(hasContent: boolean): void {
    if (this.#phase !== 'take') {
      this.#waitForSource(false);
      return;
    }
    this.#content.stop();
    this.#phase = 'answer';
    this.#hasContent = hasContent;
    const now = this.#clock.now();
    this.#lookAnew(now);
    this.#answer.start(now);
    this.#arm(now);
  }

  /** The response has begun; `sending` says whether more of the request is to be sent beside it. */
  waitForRest(sending: boolean): void {
    this.#answer.stop();
    if (!sending) this.#sourceWaits = false;
    this.#phase = 'rest';
    this.#content.start(this.#clock.now());
    this.#regulate();
  }

  /** The response is complete, before the request is. */
  waitForTaking(): void {
    this.#phase = 'take';
    const now = this.#clock.now();
    this.#lookAnew(now);
    this.#content.start(now);
    this.#regulate();
  }

  /** Octets of the response have come. */
  received(octets: number): void {
    if (this.#phase === 'rest') this.#content.advance(this.#clock.now(), octets);
  }

  /** Whether the program is to read what has come, before more is wanted. */
  waitForReader(waits: boolean): void {
    this.#readerWaits = waits;
    this.#regulate();
  }

  /** Nothing is waited for any more. */
  stop(): void {
    this.#answer.stop();
    this.#content.stop();
    this.#timer.stop();
  }

  get #deadline(): ProgressDeadline {
    return this.#phase === 'answer' ? this.#answer : this.#content;
  }

  #waitForSource(waits: boolean): void {
    if (this.#phase === 'take') this.#look(this.#clock.now());
    if (this.#sourceWaits === waits) return;
    this.#sourceWaits = waits;
    this.#regulate();
  }

  /** Lets time run or stand still. */
  #regulate(): void {
    if (this.#phase === 'answer') return;
    const now = this.#clock.now();
    const isHeld = this.#sourceWaits || (this.#readerWaits && this.#phase === 'rest');
    if (isHeld) {
      this.#content.pause(now);
      this.#timer.suspend();
    } else {
      this.#content.resume(now);
      this.#arm(now);
    }
  }

  /** Sees what of the request the server has taken since the last look. */
  #look(now: number): void {
    if (this.#phase === 'rest') return;
    const underWay = this.#underWay(now);
    const taken = this.#sent - underWay;
    const octets = taken - this.#taken;
    this.#taken = taken;
    if (octets > 0) {
      // The server has all of it, since some time behind the last look: now it may think.
      if (this.#phase === 'answer' && underWay === 0) this.#answer.start(this.#lookedAt);
      else this.#deadline.advance(now, octets);
    }
    this.#lookedAt = now;
  }

  /** What of the request is under way. A figure of the other kind than the last cannot be compared. */
  #underWay(now: number): number {
    const { deadline, timeoutMs } = this.#deadline;
    const measures = deadline - now <= timeoutMs * (1 - 1 / LOOKS);
    const underWay = measures
      ? this.#progress().measureUnacknowledged()
      : this.#progress().unacknowledged;
    if (measures !== this.#isMeasured) this.#taken = this.#sent - underWay;
    this.#isMeasured = measures;
    return underWay;
  }

  #lookAnew(now: number): void {
    this.#isMeasured = false;
    this.#taken = this.#sent - this.#progress().unacknowledged;
    this.#lookedAt = now;
  }

  #arm(now: number): void {
    const { deadline, timeoutMs } = this.#deadline;
    if (deadline === Number.POSITIVE_INFINITY) return;
    const isSending = this.#hasContent || this.#progress().unacknowledged > 0;
    const looks = this.#phase === 'take' || (this.#phase === 'answer' && isSending);
    const at = looks ? Math.min(deadline, now + timeoutMs / LOOKS) : deadline;
    this.#timer.restart(at - now);
  }

  #error(): ClientError {
    const { place, headersTimeoutMs, bodyTimeoutMs, minDataRate } = this.#settings;
    const slowly = `less than ${minDataRate} bytes per second for too long, or nothing for ${bodyTimeoutMs} ms`;
    switch (this.#phase) {
      case 'answer': {
        const text = `${place}: no response within ${headersTimeoutMs} ms: allow it more time`;
        return new ClientError('headers-timeout', text);
      }
      case 'take': {
        const text = `${place}: the server took ${slowly} of the request: try again`;
        return new ClientError('body-timeout', text);
      }
      default: {
        const text = `${place}: the server sent ${slowly} of the response: try again`;
        return new ClientError('body-timeout', text);
      }
    }
  }
}
