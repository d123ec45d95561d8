/**
 * Echo requests of a stack and whoever waits for their replies.
 */

import type { Clock } from '@netlayers/host';
import {
  type EchoHandler,
  formatAddress,
  type IpAddress,
  type IpError,
  type IpHeader,
  type IpHost,
} from '@netlayers/ip';

/** How to ping. */
export interface PingOptions {
  /** Bytes to be echoed, at most 65,507. @default 56 bytes, as ping(8) sends */
  readonly payload?: Uint8Array;
  /** How long to wait for the reply, in ms. @default 1,000 */
  readonly timeoutMs?: number;
  /** @default the stack's */
  readonly ttl?: number;
}

/** A reply. */
export interface PingReply {
  /** Who has answered. */
  readonly address: string;
  readonly rttMs: number;
  /** TTL with which the reply has arrived. */
  readonly ttl: number;
  /** Bytes that came back. */
  readonly payload: Uint8Array;
}

/** Why there was no reply. */
export class PingError extends Error {
  override readonly name = 'PingError';
  readonly code: 'ETIMEDOUT' | 'EHOSTUNREACH' | 'EMSGSIZE' | 'ENOBUFS';

  constructor(code: PingError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Codes of what keeps a request from being sent; the rest is that there is no way. */
const CODES: { readonly [failure: string]: PingError['code'] | undefined } = {
  'too-long': 'EMSGSIZE',
  'queue-full': 'ENOBUFS',
};

interface Waiting {
  readonly address: string;
  readonly sentAt: number;
  readonly timer: number;
  readonly resolve: (reply: PingReply) => void;
  readonly reject: (error: PingError) => void;
}

const DEFAULT_PAYLOAD = Uint8Array.from({ length: 56 }, (_, index) => index);

/** The pings of one stack, told apart by their sequence numbers. */
export class Pinger implements EchoHandler {
  readonly #ip: IpHost;
  readonly #clock: Clock;
  readonly #identifier: number;
  readonly #waiting = new Map<number, Waiting>();
  #sequence = 0;
  #closed = false;

  constructor(ip: IpHost, clock: Clock, identifier: number) {
    this.#ip = ip;
    this.#clock = clock;
    this.#identifier = identifier & 0xffff;
    ip.echoHandler = this;
  }

  /** Sends one request. The caller flushes. */
  ping(address: IpAddress, options: PingOptions): Promise<PingReply> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw new PingError('ENOBUFS', 'the stack was closed');
      this.#sequence = (this.#sequence + 1) & 0xffff;
      const sequence = this.#sequence;
      const text = formatAddress(address);
      const failure = this.#ip.ping(address, {
        identifier: this.#identifier,
        sequence,
        payload: options.payload ?? DEFAULT_PAYLOAD,
        ...(options.ttl !== undefined && { ttl: options.ttl }),
      });
      if (failure !== null) {
        reject(new PingError(CODES[failure] ?? 'EHOSTUNREACH', `cannot ping ${text}: ${failure}`));
        return;
      }
      const sentAt = this.#clock.now();
      const timer = this.#clock.setTimer(sentAt + (options.timeoutMs ?? 1000), () => {
        this.#waiting.delete(sequence);
        reject(new PingError('ETIMEDOUT', `${text} does not answer`));
      });
      this.#waiting.set(sequence, { address: text, sentAt, timer, resolve, reject });
    });
  }

  /** Gives up on everything that waits. */
  close(): void {
    this.#closed = true;
    for (const [sequence, waiting] of [...this.#waiting]) {
      this.#take(sequence);
      waiting.reject(new PingError('ENOBUFS', 'the stack was closed'));
    }
  }

  /** Forgets whoever waits, and tells nobody. */
  halt(): void {
    this.#closed = true;
    for (const sequence of [...this.#waiting.keys()]) this.#take(sequence);
  }

  handleEchoReply(
    header: IpHeader,
    identifier: number,
    sequence: number,
    buf: Uint8Array,
    start: number,
    end: number,
    now: number,
  ): void {
    const waiting = identifier === this.#identifier ? this.#take(sequence) : null;
    waiting?.resolve({
      address: formatAddress(header.source),
      rttMs: now - waiting.sentAt,
      ttl: header.ttl,
      payload: buf.slice(start, end),
    });
  }

  handleEchoError(error: IpError, identifier: number, sequence: number): void {
    const waiting = identifier === this.#identifier ? this.#take(sequence) : null;
    const where = formatAddress(error.reporter);
    waiting?.reject(
      new PingError(
        'EHOSTUNREACH',
        `${waiting.address} cannot be reached: ${where} says ${error.kind}`,
      ),
    );
  }

  #take(sequence: number): Waiting | null {
    const waiting = this.#waiting.get(sequence);
    if (waiting === undefined) return null;
    this.#waiting.delete(sequence);
    this.#clock.clearTimer(waiting.timer);
    return waiting;
  }
}
