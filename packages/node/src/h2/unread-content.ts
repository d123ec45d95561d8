/**
 * What has come on the streams of one connection and that nobody has read yet.
 *
 * Node gives the connection's window back as octets come, read or not (RFC 9113, 6.9), so that only the
 * windows of all streams together bound what a client can have kept. Here the connection's window is
 * made smaller by what waits, and nghttp2 gives nothing back until it is taken: a connection holds one
 * window at most. Each piece counts with what it costs beside its octets.
 */

import type { Http2Stream, ServerHttp2Session } from 'node:http2';

/** The connection's window, octets; that of one stream may be larger. */
const WINDOW = 0x10_0000;
/** The window follows in steps, so that few of them are frames. */
const STEP = 0x1_0000;
/**
 * nghttp2 looks whether there is something to give back when content comes (with `setLocalWindowSize` it
 * sends only what is more than ever before): a client that is blocked gets so many octets to go on with.
 */
const GRANT = 256;
/** What Node keeps for one piece beside its octets. */
const PIECE_COST = 256;
/** Small pieces may cost more than the window: so many times as much is for clients that mean no harm. */
const MOST_WINDOWS = 4;

/** Counts what waits on one connection. */
export class UnreadContent {
  readonly #session: ServerHttp2Session;
  readonly #window: number;
  readonly #count: (octets: number) => boolean;
  readonly #streams = new Set<Http2Stream>();
  #cost = 0;
  /** Octets more than the window that were granted until now. */
  #granted = 0;
  #withheld = 0;

  /**
   * @param streamWindow that of each stream.
   * @param count told of octets more, or fewer; false when too many wait on all connections.
   */
  constructor(
    session: ServerHttp2Session,
    streamWindow: number,
    count: (octets: number) => boolean,
  ) {
    this.#session = session;
    this.#window = Math.max(WINDOW, streamWindow);
    this.#count = count;
    session.setLocalWindowSize(this.#window);
  }

  /**
   * Counts what waits on a stream, from now until it is closed.
   *
   * @param refuse called, perhaps again and again, where it holds content and more waits than may.
   * @returns to be called when something was taken, and now and then.
   */
  watch(stream: Http2Stream, refuse: () => void): () => void {
    let length = 0;
    let pieces = 0;
    let cost = 0;
    const look = (): void => {
      const { readableLength, destroyed } = stream;
      const waiting = destroyed ? 0 : readableLength;
      if (waiting > length) pieces++;
      else if (waiting < length) pieces = waiting === 0 ? 0 : Math.max(1, pieces - 1);
      length = waiting;
      const before = cost;
      cost = length + pieces * PIECE_COST;
      const fits = this.#change(cost - before);
      if (cost > 0 && !fits) refuse();
    };
    const push = stream.push.bind(stream);
    stream.push = (chunk: Buffer | null, encoding) => {
      const waits = stream.readableFlowing !== true || stream.readableLength > 0;
      const wantsMore = push(waits && chunk !== null ? withoutRest(chunk) : chunk, encoding);
      look();
      return wantsMore;
    };
    this.#streams.add(stream);
    stream.once('close', () => {
      this.#streams.delete(stream);
      look();
    });
    return look;
  }

  /** @returns whether all that waits may. */
  #change(cost: number): boolean {
    this.#cost += cost;
    const withheld = Math.min(this.#window, this.#cost - (this.#cost % STEP));
    if (withheld !== this.#withheld && !this.#session.destroyed) this.#withhold(withheld);
    return this.#count(cost) && this.#cost <= MOST_WINDOWS * this.#window;
  }

  #withhold(octets: number): void {
    const session = this.#session;
    const isLess = octets < this.#withheld;
    this.#withheld = octets;
    if (isLess && this.#isBlocked) {
      this.#granted += GRANT;
      session.setLocalWindowSize(this.#window + this.#granted);
    }
    session.setLocalWindowSize(this.#window - octets);
    if (isLess) this.#flush();
  }

  /** Whether the client can send nothing. */
  get #isBlocked(): boolean {
    const { effectiveLocalWindowSize = 0, effectiveRecvDataLength = 0 } = this.#session.state;
    return effectiveRecvDataLength >= effectiveLocalWindowSize;
  }

  /** What nghttp2 has to say leaves when a stream is told to go on reading. */
  #flush(): void {
    for (const stream of this.#streams) {
      if (stream.readableFlowing !== true) continue;
      stream._read(0);
      return;
    }
  }
}

/** A piece is a part of what was read at once, which it would keep as a whole. */
function withoutRest(piece: Buffer): Buffer {
  if (piece.length * 2 >= piece.buffer.byteLength) return piece;
  const copy = Buffer.allocUnsafeSlow(piece.length);
  copy.set(piece);
  return copy;
}
