/**
 * Two ends of a connection that never leaves the process.
 *
 * It is strict where real connections are merely undefined: delivered bytes lie somewhere inside
 * of a larger buffer and are destroyed when the handler returns, so whoever ignores `start`, or
 * keeps what it may not keep, sees 0xdb. Everything that one end does reaches the other in a later
 * call of the scheduler, never inside of the call that did it.
 */

import { checkOctets } from '@netlayers/bytes';
import type { Stream, StreamHandler } from './byte-stream.js';

/** Runs a callback later, each in its turn. */
export type Schedule = (callback: () => void) => void;

/** How a connection in memory behaves. */
export interface MemoryStreamOptions {
  readonly schedule: Schedule;
  /** Bytes under way in one direction from which `write` returns false. */
  readonly highWaterMark: number;
  /** The most that one delivery brings. */
  readonly chunkSize: number;
  /** What the streams say of TLS. @default false, null */
  readonly secure?: boolean;
  readonly alpn?: string | null;
}

/** The addresses of one end. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

const POISON = 0xdb;
/** Around every delivery, on both sides. */
const MARGIN = 16;

/** Makes a connection: the end that connected, then the end that accepted. */
export function memoryStreamPair(
  near: Endpoint,
  far: Endpoint,
  options: MemoryStreamOptions,
): [MemoryStream, MemoryStream] {
  const first = new MemoryStream(near, far, options);
  const second = new MemoryStream(far, near, options);
  first.connectTo(second);
  second.connectTo(first);
  return [first, second];
}

/** One end. It holds what was sent to it and not yet delivered. */
export class MemoryStream implements Stream {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #options: MemoryStreamOptions;
  #peer: MemoryStream | null = null;
  #handler: StreamHandler | null = null;
  #paused = false;
  /** What the peer has sent and this end has not delivered. */
  readonly #inbox: Uint8Array[] = [];
  #inboxBytes = 0;
  #peerEnded = false;
  #endDelivered = false;
  /** What waits for the last cork to be pulled. */
  #corked: Uint8Array[] = [];
  #corkedBytes = 0;
  #corks = 0;
  #needsDrain = false;
  #ended = false;
  /** Nobody reads here any more. */
  #closed = false;
  #over: 'no' | 'due' | 'told' = 'no';
  #error: Error | null = null;
  #turnScheduled = false;

  constructor(local: Endpoint, remote: Endpoint, options: MemoryStreamOptions) {
    this.localAddress = local.address;
    this.localPort = local.port;
    this.remoteAddress = remote.address;
    this.remotePort = remote.port;
    this.secure = options.secure ?? false;
    this.alpn = options.alpn ?? null;
    this.#options = options;
  }

  /** Joins two ends, once. */
  connectTo(peer: MemoryStream): void {
    this.#peer = peer;
  }

  readonly secure: boolean;
  readonly alpn: string | null;

  get unacknowledged(): number {
    if (this.#over !== 'no' || this.#peer === null) return 0;
    return this.#corkedBytes + this.#peer.#inboxBytes;
  }

  setHandler(handler: StreamHandler): void {
    this.#handler = handler;
    this.#scheduleTurn();
  }

  write(buf: Uint8Array, start = 0, end = buf?.length): boolean {
    checkOctets(buf, start, end);
    const peer = this.#peer;
    if (this.#ended || peer === null) return false;
    if (this.#over !== 'no') {
      this.#needsDrain = true;
      this.#scheduleTurn();
      return false;
    }
    if (end > start) {
      // `slice` of a Buffer would be a part of the same memory.
      this.#corked.push(new Uint8Array(buf.subarray(start, end)));
      this.#corkedBytes += end - start;
    }
    const full = this.#corkedBytes + peer.#inboxBytes >= this.#options.highWaterMark;
    // Also when corked: a writer that waits for the queue to drain would wait for ever.
    if (this.#corks === 0 || full) this.#transmit();
    if (full) this.#needsDrain = true;
    return !full;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#scheduleTurn();
  }

  cork(): void {
    this.#corks++;
  }

  uncork(): void {
    if (this.#corks > 0 && --this.#corks === 0) this.#transmit();
  }

  end(): void {
    if (this.#ended || this.#over !== 'no') return;
    this.#transmit();
    this.#ended = true;
    const peer = this.#peer;
    if (peer !== null) {
      peer.#peerEnded = true;
      peer.#scheduleTurn();
    }
    this.#scheduleTurn();
  }

  close(): void {
    if (this.#closed || this.#over !== 'no') {
      this.#dropUntold();
      return;
    }
    this.#closed = true;
    if (this.#inboxBytes > 0) this.#refuse();
    else this.end();
    this.#scheduleTurn();
  }

  abort(): void {
    if (this.#over !== 'no') {
      if (this.#over === 'due') this.#error = null;
      this.#dropUntold();
      return;
    }
    this.#finish(null);
    this.#dropUntold();
    const peer = this.#peer;
    if (peer !== null) peer.#finish(reset());
  }

  /** Breaks the connection at both ends, as a network that fails does: what has come is delivered. */
  fail(error: Error): void {
    const peer = this.#peer;
    this.#finish(error);
    if (peer !== null) peer.#finish(error);
  }

  #transmit(): void {
    const peer = this.#peer;
    if (this.#corkedBytes === 0 || peer === null) return;
    if (peer.#closed && peer.#over !== 'no') {
      this.#finish(reset());
      return;
    }
    for (const chunk of this.#corked) peer.#inbox.push(chunk);
    peer.#inboxBytes += this.#corkedBytes;
    this.#corked = [];
    this.#corkedBytes = 0;
    peer.#scheduleTurn();
  }

  #finish(error: Error | null): void {
    if (this.#over !== 'no') return;
    this.#over = 'due';
    this.#error = error;
    this.#scheduleTurn();
  }

  /** The user wants no more of what has come. */
  #dropUntold(): void {
    this.#inbox.length = 0;
    this.#inboxBytes = 0;
    this.#scheduleTurn();
  }

  /** Resets a peer whose bytes nobody reads; what it has not taken yet is lost. */
  #refuse(): void {
    const isLost = this.unacknowledged > 0;
    this.#finish(isLost ? reset() : null);
    this.#dropUntold();
    const peer = this.#peer;
    if (peer === null) return;
    // With its bytes the end behind them is lost too.
    peer.#dropUntold();
    peer.#peerEnded = false;
    peer.#finish(reset());
  }

  #scheduleTurn(): void {
    if (this.#turnScheduled) return;
    this.#turnScheduled = true;
    this.#options.schedule(() => {
      this.#turnScheduled = false;
      this.#takeTurn();
    });
  }

  #takeTurn(): void {
    if (this.#over === 'told') return;
    if (this.#closed && this.#over === 'no') {
      if (this.#inboxBytes > 0) this.#refuse();
      else if (this.unacknowledged === 0) this.#finish(null);
    }
    if (this.#handler === null) return;
    this.#deliver();
    this.#deliverEnd();
    // Bytes that have come before a reset are told before it, unless the user waits for a drain.
    if (this.#over === 'due' && (this.#inboxBytes === 0 || this.#needsDrain)) {
      this.#over = 'told';
      this.#handler.handleClose(this.#error);
    }
  }

  #deliver(): void {
    const { chunkSize, highWaterMark } = this.#options;
    while (!this.#paused && !this.#closed) {
      const waiting = this.#inbox.shift();
      if (waiting === undefined) break;
      const chunk = waiting.subarray(0, chunkSize);
      if (waiting.length > chunkSize) this.#inbox.unshift(waiting.subarray(chunkSize));
      this.#inboxBytes -= chunk.length;
      const buf = new Uint8Array(MARGIN + chunk.length + MARGIN).fill(POISON);
      buf.set(chunk, MARGIN);
      this.#handler?.handleData(buf, MARGIN, MARGIN + chunk.length);
      buf.fill(POISON);
    }
    const peer = this.#peer;
    if (peer === null) return;
    if (this.#inboxBytes <= highWaterMark / 2) peer.#drained();
    if (this.#inboxBytes === 0 && peer.#closed) peer.#scheduleTurn();
  }

  #deliverEnd(): void {
    if (!this.#peerEnded || this.#paused || this.#closed || this.#inboxBytes > 0) return;
    const isAborted = this.#over === 'due' && this.#error === null;
    if (!this.#endDelivered && !isAborted) {
      this.#endDelivered = true;
      this.#handler?.handleEnd();
    }
    // Read again: the handler may have ended or aborted.
    if (this.#ended) this.#finish(null);
  }

  #drained(): void {
    if (!this.#needsDrain || this.#over !== 'no' || this.#ended) return;
    this.#needsDrain = false;
    this.#options.schedule(() => {
      if (this.#over === 'no' && !this.#ended) this.#handler?.handleDrain();
    });
  }
}

const reset = (): Error =>
  Object.assign(new Error('the peer has reset the connection'), { code: 'ECONNRESET' });
