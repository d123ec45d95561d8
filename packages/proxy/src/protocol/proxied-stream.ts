/**
 * A stream behind a PROXY header: the one below it with other addresses, and first of all the bytes
 * that came in one delivery with the header.
 *
 * Invariant: while some of those wait, the stream below is paused, so that nothing overtakes them.
 */

import type { ByteStream, ByteStreamHandler, Lasting } from '@netlayers/http';
import type { Endpoint, ProxyHeader } from './proxy-header.js';

/** What a stream says of itself in place of what the one below says. */
export interface StreamFacts {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly secure: boolean;
  readonly alpn: string | null;
  /** The header that was received; `null` where none was. */
  readonly header: ProxyHeader | null;
}

const NOTHING = new Uint8Array(0);

/** Wraps a stream, which it then owns. */
export class ProxiedStream implements ByteStream, ByteStreamHandler {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly secure: boolean;
  readonly alpn: string | null;
  readonly header: ProxyHeader | null;
  readonly #inner: ByteStream;
  #handler: ByteStreamHandler | null = null;
  /** What came behind the header and was not delivered yet. */
  #held: Uint8Array = NOTHING;
  #paused = false;
  #scheduled = false;
  /** The user's bytes, which are behind any header of ours. */
  #written = 0;
  #needsDrain = false;
  /** Nothing but the close is told any more. */
  #givenUp = false;
  /** Unread bytes were refused while some of the user's were under way. */
  #isLost = false;
  /** A close that waits for what is held. */
  #closed: { readonly error: Error | null } | null = null;

  constructor(inner: ByteStream, facts: StreamFacts) {
    this.#inner = inner;
    this.localAddress = facts.local.address;
    this.localPort = facts.local.port;
    this.remoteAddress = facts.remote.address;
    this.remotePort = facts.remote.port;
    this.secure = facts.secure;
    this.alpn = facts.alpn;
    this.header = facts.header;
  }

  get unacknowledged(): number {
    return this.#closed === null ? Math.min(this.#inner.unacknowledged, this.#written) : 0;
  }

  measureUnacknowledged(): number {
    const { measureUnacknowledged } = this.#inner;
    const all = measureUnacknowledged?.call(this.#inner) ?? this.unacknowledged;
    return Math.min(all, this.#written);
  }

  setHandler(handler: ByteStreamHandler): void {
    const first = this.#handler === null;
    this.#handler = handler;
    if (first) this.#inner.setHandler(this);
  }

  /** Delivers what came behind the header, from the call that brought it; `bytes` are kept. */
  begin(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#givenUp) return;
    this.#held = bytes;
    // What is held then is held by a pause, which the stream below has too.
    this.#deliverHeld();
  }

  write(buf: Uint8Array, start?: number, end?: number, lasts?: Lasting): boolean {
    const hasRoom = this.#inner.write(buf, start, end, lasts);
    this.#written += (end ?? buf.length) - (start ?? 0);
    if (!hasRoom) this.#needsDrain = true;
    // Who waits to write learns of a close that waits for them to read.
    if (this.#closed !== null) this.#schedule();
    return hasRoom;
  }

  pause(): void {
    this.#paused = true;
    this.#inner.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#held.length > 0 || this.#closed !== null) this.#schedule();
    else this.#inner.resume();
  }

  cork(): void {
    this.#inner.cork();
  }

  uncork(): void {
    this.#inner.uncork();
  }

  end(): void {
    this.#inner.end();
  }

  close(): void {
    if (this.#givenUp) return;
    const isUnread = this.#held.length > 0;
    this.#giveUp();
    // What is held was read of the stream below, which does not know that nobody takes it.
    if (!isUnread) this.#inner.close();
    else if (this.#closed === null) {
      this.#isLost = this.unacknowledged > 0;
      this.#inner.abort();
    }
  }

  abort(): void {
    if (this.#closed !== null) this.#closed = { error: null };
    this.#giveUp();
    this.#inner.abort();
  }

  // The stream below.

  handleData(buf: Uint8Array, start: number, end: number): void {
    if (!this.#givenUp) this.#handler?.handleData(buf, start, end);
  }

  handleEnd(): void {
    if (!this.#givenUp) this.#handler?.handleEnd();
  }

  handleDrain(): void {
    // That of a header of ours is nobody's.
    if (!this.#needsDrain || this.#givenUp) return;
    this.#needsDrain = false;
    this.#handler?.handleDrain();
  }

  handleClose(error: Error | null): void {
    this.#closed = { error: this.#isLost ? (error ?? lost()) : error };
    if (this.#held.length === 0 || this.#needsDrain) this.#tellClose();
  }

  #giveUp(): void {
    this.#givenUp = true;
    this.#held = NOTHING;
    if (this.#closed !== null) this.#schedule();
  }

  /** Goes on later: nothing is delivered from inside a call of the user's. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      if (this.#closed !== null && this.#needsDrain) this.#tellClose();
      if (this.#paused) return;
      this.#deliverHeld();
      if (this.#paused || this.#held.length > 0) return;
      if (this.#closed !== null) this.#tellClose();
      else if (!this.#givenUp) this.#inner.resume();
    });
  }

  #deliverHeld(): void {
    const held = this.#held;
    if (held.length === 0 || this.#paused) return;
    this.#held = NOTHING;
    this.#handler?.handleData(held, 0, held.length);
  }

  #tellClose(): void {
    const closed = this.#closed;
    if (closed === null || this.#handler === null) return;
    const handler = this.#handler;
    this.#held = NOTHING;
    this.#handler = null;
    handler.handleClose(closed.error);
  }
}

const lost = (): Error =>
  Object.assign(
    new Error('the connection was closed with unread bytes: what was written is lost'),
    {
      code: 'ECONNRESET',
    },
  );
