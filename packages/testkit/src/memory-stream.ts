/**
 * Two ends of a connection that never leaves the process.
 *
 * It is strict where real connections are merely undefined: delivered bytes lie somewhere inside
 * of a larger buffer and are destroyed when the handler returns, so whoever ignores `start`, or
 * keeps what it may not keep, sees 0xdb. Everything that one end does reaches the other in a later
 * call of the scheduler, never inside of the call that did it.
 */

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
  #over: 'no' | 'due' | 'told' = 'no';
  #error: Error | null = null;
  #turnScheduled = false;

  constructor(local: Endpoint, remote: Endpoint, options: MemoryStreamOptions) {
    this.localAddress = local.address;
    this.localPort = local.port;
    this.remoteAddress = remote.address;
    this.remotePort = remote.port;
    this.#options = options;
  }

  /** Joins two ends, once. */
  connectTo(peer: MemoryStream): void {
    this.#peer = peer;
  }

  setHandler(handler: StreamHandler): void {
    this.#handler = handler;
    this.#scheduleTurn();
  }

  write(buf: Uint8Array, start = 0, end = buf.length): boolean {
    const peer = this.#peer;
    if (this.#ended || this.#over !== 'no' || peer === null) return false;
    if (end > start) {
      this.#corked.push(buf.slice(start, end));
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

  abort(): void {
    if (this.#over !== 'no') return;
    this.#finish(null);
    const reset = new Error('the peer has reset the connection');
    const peer = this.#peer;
    if (peer !== null) peer.#finish(Object.assign(reset, { code: 'ECONNRESET' }));
  }

  /** Breaks the connection at both ends, as a network that fails does. */
  fail(error: Error): void {
    const peer = this.#peer;
    this.#finish(error);
    if (peer !== null) peer.#finish(error);
  }

  #transmit(): void {
    const peer = this.#peer;
    if (this.#corkedBytes === 0 || peer === null) return;
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
    this.#inbox.length = 0;
    this.#inboxBytes = 0;
    this.#scheduleTurn();
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
    if (this.#handler === null || this.#over === 'told') return;
    this.#deliver();
    if (this.#over === 'no' && this.#peerEnded && !this.#paused && this.#inboxBytes === 0) {
      if (!this.#endDelivered) {
        this.#endDelivered = true;
        this.#handler.handleEnd();
      }
      // Read again: the handler may have ended or aborted.
      if (this.#ended) this.#finish(null);
    }
    if (this.#over === 'due') {
      this.#over = 'told';
      this.#handler.handleClose(this.#error);
    }
  }

  #deliver(): void {
    const limit = this.#options.chunkSize;
    while (this.#over === 'no' && !this.#paused) {
      const waiting = this.#inbox.shift();
      if (waiting === undefined) break;
      const chunk = waiting.subarray(0, limit);
      if (waiting.length > limit) this.#inbox.unshift(waiting.subarray(limit));
      this.#inboxBytes -= chunk.length;
      const buf = new Uint8Array(MARGIN + chunk.length + MARGIN).fill(POISON);
      buf.set(chunk, MARGIN);
      this.#handler?.handleData(buf, MARGIN, MARGIN + chunk.length);
      buf.fill(POISON);
    }
    const peer = this.#peer;
    if (this.#inboxBytes === 0 && peer !== null) peer.#drained();
  }

  #drained(): void {
    if (!this.#needsDrain || this.#over !== 'no' || this.#ended) return;
    this.#needsDrain = false;
    this.#options.schedule(() => {
      if (this.#over === 'no' && !this.#ended) this.#handler?.handleDrain();
    });
  }
}
