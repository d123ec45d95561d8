/**
 * A connection whose PROXY header has not come yet: reads it, and gives the connection on or resets it.
 */

import type { Clock } from '@netlayers/host';
import type { ByteStream, ByteStreamHandler } from '@netlayers/http';
import { parseProxyHeader } from './parse-header.js';
import type { HeaderFault, ProxyHeader } from './proxy-header.js';

const NOTHING = new Uint8Array(0);

/** Why a connection came no further; `closed` is the peer's doing. */
export type PhaseEnd = HeaderFault | 'timeout' | 'closed' | 'aborted';

/** Who waits for headers. */
export interface PhaseOwner {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** The header has come; `rest` are the bytes behind it, valid until this returns. */
  handleHeader(phase: HeaderPhase, header: ProxyHeader, rest: Uint8Array): void;
  /** The connection will not get further. Comes once, in place of a header. */
  handleFailure(phase: HeaderPhase, why: PhaseEnd): void;
}

/** Reads one header. */
export class HeaderPhase implements ByteStreamHandler {
  readonly stream: ByteStream;
  readonly #owner: PhaseOwner;
  #received: Uint8Array = NOTHING;
  readonly #timer: number;
  #isOver = false;

  constructor(stream: ByteStream, owner: PhaseOwner) {
    this.stream = stream;
    this.#owner = owner;
    const { clock, timeoutMs } = owner;
    this.#timer = clock.setTimer(clock.now() + timeoutMs, () => this.#fail('timeout'));
    stream.setHandler(this);
  }

  /** Resets it. */
  abort(): void {
    this.#fail('aborted');
  }

  handleData(buf: Uint8Array, start: number, end: number): void {
    if (this.#isOver) return;
    const first = this.#received.length === 0;
    const received = first ? buf.subarray(start, end) : joined(this.#received, buf, start, end);
    const result = parseProxyHeader(received, 0, received.length, this.#owner.maxBytes);
    switch (result.status) {
      case 'partial':
        // What was delivered is only lent.
        this.#received = first ? joined(NOTHING, buf, start, end) : received;
        break;
      case 'error':
        this.#fail(result.fault);
        break;
      case 'complete':
        this.#finish();
        this.#owner.handleHeader(this, result.header, received.subarray(result.consumed));
    }
  }

  handleEnd(): void {
    this.#fail('closed');
  }

  handleDrain(): void {}

  handleClose(): void {
    if (this.#isOver) return;
    this.#finish();
    this.#owner.handleFailure(this, 'closed');
  }

  #fail(why: PhaseEnd): void {
    if (this.#isOver) return;
    this.#finish();
    this.stream.abort();
    this.#owner.handleFailure(this, why);
  }

  #finish(): void {
    this.#isOver = true;
    this.#received = NOTHING;
    this.#owner.clock.clearTimer(this.#timer);
  }
}

function joined(before: Uint8Array, buf: Uint8Array, start: number, end: number): Uint8Array {
  const bytes = new Uint8Array(before.length + end - start);
  bytes.set(before);
  bytes.set(buf.subarray(start, end), before.length);
  return bytes;
}
