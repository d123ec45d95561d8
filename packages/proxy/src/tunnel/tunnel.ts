/**
 * Two streams joined: what comes from one goes to the other, each side as fast as the slower of the
 * two, until both are over. Nothing is looked at, but where the frames of a WebSocket end.
 */

import type { AbortLike, Clock } from '@netlayers/host';
import type { ByteStream, ByteStreamHandler, TakenStream } from '@netlayers/http';
import { GoingAway } from './going-away.js';

/** How a tunnel is watched. */
export interface TunnelSettings {
  readonly clock: Clock;
  /** Without a byte in either direction, milliseconds; then both sides are reset. */
  readonly idleMs: number;
  /** Where the tunnel is while it runs, as a way to reset it. */
  readonly running?: Set<() => void>;
  /**
   * For a WebSocket: aborted when its client is to be told to go. It has to be a WebSocket of the first
   * stream's, whose server the other one is.
   */
  readonly draining?: AbortLike;
}

/** Joins two streams, and sets their handlers; `over` is told once, when both have ended. */
export function joinStreams(
  one: TakenStream,
  other: TakenStream,
  settings: TunnelSettings,
  over: () => void,
): void {
  new Tunnel(settings, over).begin(one, other);
}

class Tunnel {
  readonly #settings: TunnelSettings;
  readonly #over: () => void;
  #movedAt: number;
  #timer = 0;
  #open = 2;
  #abort = (): void => {};
  #leave = (): void => {};

  constructor(settings: TunnelSettings, over: () => void) {
    this.#settings = settings;
    this.#over = over;
    this.#movedAt = settings.clock.now();
  }

  begin(one: TakenStream, other: TakenStream): void {
    const { draining } = this.#settings;
    const goingAway = draining === undefined ? null : new GoingAway(one.stream);
    const first = new TunnelEnd(one.stream, other.stream, this);
    const second = new TunnelEnd(other.stream, one.stream, this, goingAway ?? one.stream);
    one.stream.setHandler(first);
    other.stream.setHandler(second);
    // Whoever had them before may have held them back.
    one.stream.resume();
    other.stream.resume();
    // What had come behind the two heads goes first.
    first.pass(one.remaining);
    second.pass(other.remaining);
    const streams = [one.stream, other.stream];
    this.#abort = () => {
      for (const stream of streams) stream.abort();
    };
    this.#settings.running?.add(this.#abort);
    if (goingAway !== null) this.#leave = () => goingAway.leave();
    if (draining?.aborted) this.#leave();
    else draining?.addEventListener('abort', this.#leave);
    if (this.#settings.idleMs < Number.POSITIVE_INFINITY) this.#watch();
  }

  moved(): void {
    this.#movedAt = this.#settings.clock.now();
  }

  closed(): void {
    if (--this.#open > 0) return;
    this.#settings.clock.clearTimer(this.#timer);
    this.#settings.running?.delete(this.#abort);
    this.#settings.draining?.removeEventListener('abort', this.#leave);
    this.#over();
  }

  /** One timer, set again for what is left: nothing is armed for a byte. */
  #watch(): void {
    const { clock, idleMs } = this.#settings;
    this.#timer = clock.setTimer(this.#movedAt + idleMs, () => {
      if (this.#open === 0) return;
      if (clock.now() >= this.#movedAt + idleMs) this.#abort();
      else this.#watch();
    });
  }
}

/** One direction, and the end that it comes from. */
class TunnelEnd implements ByteStreamHandler {
  readonly #from: ByteStream;
  readonly #to: ByteStream;
  readonly #tunnel: Tunnel;
  readonly #sink: Pick<ByteStream, 'write'>;
  #hasEnded = false;

  /** @param sink what is on the way to the other end. */
  constructor(
    from: ByteStream,
    to: ByteStream,
    tunnel: Tunnel,
    sink: Pick<ByteStream, 'write'> = to,
  ) {
    this.#from = from;
    this.#to = to;
    this.#tunnel = tunnel;
    this.#sink = sink;
  }

  pass(bytes: Uint8Array): void {
    if (bytes.length > 0) this.handleData(bytes, 0, bytes.length);
  }

  handleData(buf: Uint8Array, start: number, end: number): void {
    this.#tunnel.moved();
    if (!this.#sink.write(buf, start, end)) this.#from.pause();
  }

  handleEnd(): void {
    this.#hasEnded = true;
    this.#tunnel.moved();
    this.#to.end();
  }

  /** There is room at this end again: the other may send. */
  handleDrain(): void {
    this.#tunnel.moved();
    this.#to.resume();
  }

  handleClose(error: Error | null): void {
    // An end that failed, or that was reset by us, is not to be taken for a whole message.
    if (error === null && this.#hasEnded) this.#to.end();
    else this.#to.abort();
    this.#to.resume();
    this.#tunnel.closed();
  }
}
