/**
 * A WebSocket as a program uses it, over any `ByteStream`: messages by `for await` or by a function,
 * sending that waits for room, an end that comes in time. Backpressure goes both ways: who does not
 * read holds the peer back, and whom the peer holds back waits in `send`.
 */

import { checkOctets } from '@netlayers/bytes';
import type { ByteStream } from '@netlayers/http';
import { CloseCode } from '../base/close-codes.js';
import { Collector } from '../base/collector.js';
import { WebSocketError } from '../base/errors.js';
import type { MessageType, Role } from '../base/role.js';
import { WebSocketConnection } from '../connection/web-socket-connection.js';
import type { Compression } from '../deflate/parameters.js';
import { abnormal, type CloseInfo } from './close-info.js';
import { KeepAlive } from './keep-alive.js';
import { type Message, MessageQueue } from './message-queue.js';
import { Outbox } from './outbox.js';
import { PingTimes } from './ping-times.js';
import { ProgressWatch } from './progress-watch.js';
import type { SocketSettings } from './socket-options.js';
import { tolerated } from './tolerated.js';
import { TurnShare } from './turn-share.js';

/** What the two ends have agreed on, ready to be used. */
export interface SocketAgreement {
  readonly role: Role;
  readonly protocol: string;
  readonly compression: Compression | null;
}

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder('utf-8', { ignoreBOM: true });

/** One end of a WebSocket; `acceptWebSocket` and `connectWebSocket` make them. */
export class WebSocketStream implements AsyncIterable<Message> {
  /** The subprotocol that was agreed on; empty for none. */
  readonly protocol: string;
  /** Whether messages are compressed (RFC 7692). */
  readonly isCompressed: boolean;
  /** Resolves when the connection is over, whatever the reason; never rejects. */
  readonly closed: Promise<CloseInfo>;
  readonly #stream: ByteStream;
  readonly #settings: SocketSettings;
  readonly #connection: WebSocketConnection;
  readonly #queue: MessageQueue;
  readonly #outbox = new Outbox();
  readonly #pings = new PingTimes();
  readonly #keepAlive: KeepAlive;
  readonly #share: TurnShare;
  /** Of a stream that has no room. */
  readonly #sendWatch: ProgressWatch;
  /** Of a closing handshake. */
  readonly #closeWatch: ProgressWatch;
  readonly #collector = new Collector();
  readonly #abortBySignal = (): void => this.abort(this.#settings.signal?.reason);
  #messageType: MessageType = 'text';
  /** Nobody reads what has come. */
  #isHeld = false;
  /** Others have their turn. */
  #isWaiting = false;
  #isOver = false;
  #info: CloseInfo | null = null;
  #tellClosed: (info: CloseInfo) => void = () => {};

  /** @internal */
  constructor(stream: ByteStream, agreement: SocketAgreement, settings: SocketSettings) {
    const { role, protocol, compression } = agreement;
    const { random, limits, signal } = settings;
    this.protocol = protocol;
    this.isCompressed = compression !== null;
    this.#stream = stream;
    this.#settings = settings;
    this.closed = new Promise((resolve) => {
      this.#tellClosed = resolve;
    });
    this.#queue = new MessageQueue(settings.queueBytes, (isHeld) => this.#setHeld(isHeld));
    const options = { role, limits, compression, random };
    this.#connection = new WebSocketConnection(stream, this.#connectionHandler(), options);
    this.#keepAlive = this.#makeKeepAlive();
    this.#share = new TurnShare(settings.clock, (isWaiting) => {
      this.#isWaiting = isWaiting;
      this.#regulate();
    });
    const { sendTimeoutMs, closeTimeoutMs } = settings;
    this.#sendWatch = this.#watch(sendTimeoutMs, 'the peer does not take what was sent');
    this.#closeWatch = this.#watch(closeTimeoutMs, 'the peer has not closed in time');
    stream.setHandler({
      handleData: (buf, start, end) => this.handleData(buf, start, end),
      handleEnd: () => this.#connection.handleEnd(),
      handleDrain: () => this.#handleDrain(),
      handleClose: (error) => this.#handleStreamClose(error),
    });
    signal?.addEventListener('abort', this.#abortBySignal);
    if (signal?.aborted) this.#abortBySignal();
  }

  get localAddress(): string {
    return this.#stream.localAddress;
  }

  get localPort(): number {
    return this.#stream.localPort;
  }

  get remoteAddress(): string {
    return this.#stream.remoteAddress;
  }

  get remotePort(): number {
    return this.#stream.remotePort;
  }

  /** `closing` once a Close frame was sent or has come; nothing can be sent then. */
  get readyState(): 'open' | 'closing' | 'closed' {
    if (this.#isOver) return 'closed';
    return this.#info === null && this.#connection.state === 'OPEN' ? 'open' : 'closing';
  }

  /** Octets that were sent and that the peer has not acknowledged, frames and all. */
  get bufferedAmount(): number {
    return this.#stream.unacknowledged;
  }

  /**
   * A function that is called for each message, at once and in order, instead of keeping it for a reader.
   * Messages that are kept already go to it when it is set. What it throws closes the connection with
   * 1011 and is the `error` of {@link closed}.
   */
  get onmessage(): ((message: Message) => void) | null {
    return this.#queue.listener;
  }

  set onmessage(listener: ((message: Message) => void) | null) {
    this.#queue.listener =
      listener === null ? null : (message) => this.#callListener(listener, message);
  }

  /**
   * Sends a message: a string as text, octets as a binary one. They are taken before it returns.
   *
   * @returns once the stream has room for more; whoever does not wait for it fills memory.
   * @throws rejects with WebSocketError `not-open` when the connection is or gets closed; TypeError for
   *   what is neither.
   */
  send(message: Message): Promise<void> {
    const type = typeof message === 'string' ? 'text' : 'binary';
    let octets: Uint8Array;
    try {
      octets = octetsOf(message);
    } catch (error) {
      return tolerated(Promise.reject(error));
    }
    return tolerated(
      this.#outbox.send(() => this.#watched(this.#connection.sendMessage(type, octets))),
    );
  }

  /**
   * Sends one message in pieces as they come, each in a frame; other messages wait until it is sent.
   *
   * @throws rejects as `send` does, and with what the source throws: then the connection is closed with
   *   1011, because a message cannot be taken back.
   */
  sendPieces(type: MessageType, pieces: AsyncIterable<Message>): Promise<void> {
    return tolerated(this.#outbox.run(() => this.#sendPieces(type, pieces)));
  }

  /** The next message; `null` behind the last one. @throws rejects with what ended the connection early. */
  receive(): Promise<Message | null> {
    return this.#queue.next();
  }

  /**
   * Reads messages until the peer closes; throws what ended the connection without a Close frame. To
   * leave the loop does not close anything.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Message, void, void> {
    for (;;) {
      const message = await this.receive();
      if (message === null) return;
      yield message;
    }
  }

  /**
   * Sends a ping.
   *
   * @returns the time until its pong, milliseconds.
   * @throws rejects with WebSocketError `not-open` when the connection is or gets closed.
   */
  ping(): Promise<number> {
    const { payload, time } = this.#pings.begin(this.#settings.clock.now());
    try {
      this.#connection.ping(payload);
    } catch (error) {
      this.#pings.fail(error);
    }
    return tolerated(time);
  }

  /**
   * Closes in an orderly way: sends a Close frame behind what was sent, waits for the peer's and for the
   * end of the stream, and resets it when that takes too long. Messages that still come are dropped,
   * those that have come can be read.
   *
   * @param code 1000 to 1003, 1007 to 1014, 3000 to 4999.
   * @returns how it ended; the same promise as `closed`.
   * @throws WebSocketError `invalid-argument` for another code, or a reason of more than 123 octets.
   */
  close(code: CloseCode = CloseCode.Normal, reason = ''): Promise<CloseInfo> {
    this.#connection.close(code, reason);
    this.#beginClosing(null);
    return this.closed;
  }

  /** Resets the connection now. @param error what `closed` and readers are told. */
  abort(error: unknown = new WebSocketError('not-open', 'the WebSocket was aborted')): void {
    if (this.#isOver) return;
    this.#info ??= abnormal(error);
    this.#queue.end(error);
    this.#stream.abort();
  }

  /** Takes bytes that came with the opening handshake, or from the stream. @internal */
  handleData(buf: Uint8Array, start: number, end: number): void {
    this.#keepAlive.handleActivity();
    this.#share.begin();
    this.#connection.handleData(buf, start, end);
  }

  /** A program's own code has failed: closes with 1011. @internal */
  handleFailure(error: unknown): void {
    if (this.readyState !== 'open') return;
    this.#info = abnormal(error);
    this.#queue.listener = null;
    this.#connection.close(CloseCode.InternalError);
    this.#beginClosing(error);
  }

  // What the connection tells.

  #connectionHandler() {
    const collector = this.#collector;
    return {
      handleMessageStart: (type: MessageType): void => {
        this.#messageType = type;
      },
      handleMessageData: (buf: Uint8Array, start: number, end: number): void => {
        collector.append(buf, start, end);
      },
      handleMessageEnd: (): void => {
        const octets = collector.take();
        const message = this.#messageType === 'text' ? DECODER.decode(octets) : octets;
        this.#queue.push(message, octets.length);
        this.#share.spend();
      },
      handlePing: (): void => this.#share.spend(),
      handlePong: (payload: Uint8Array): void => {
        this.#share.spend();
        this.#pings.handlePong(payload, this.#settings.clock.now());
      },
      handleCloseFrame: (code: CloseCode, reason: string): void => {
        this.#info ??= { code, reason, wasClean: true, error: null };
        this.#beginClosing(null);
      },
      handleError: (error: WebSocketError): void => {
        this.#info ??= abnormal(error);
        this.#beginClosing(error);
      },
    };
  }

  #makeKeepAlive(): KeepAlive {
    const { clock, keepAliveMs, pongTimeoutMs } = this.#settings;
    const stream = this.#stream;
    const connection = this.#connection;
    const isHeld = (): boolean => this.#isHeld;
    return new KeepAlive(clock, keepAliveMs, pongTimeoutMs, {
      get unacknowledged() {
        return stream.unacknowledged;
      },
      get isHeld() {
        return isHeld();
      },
      sendPing: () => void connection.ping(),
      handleSilence: () => this.#giveUp('the peer does not answer'),
    });
  }

  #watch(timeoutMs: number, message: string): ProgressWatch {
    const stream = this.#stream;
    return new ProgressWatch(
      this.#settings.clock,
      timeoutMs,
      () => stream.unacknowledged,
      () => this.#giveUp(message),
    );
  }

  #callListener(listener: (message: Message) => void, message: Message): void {
    try {
      listener(message);
    } catch (error) {
      this.handleFailure(error);
    }
  }

  #setHeld(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#regulate();
  }

  #regulate(): void {
    if (this.#isHeld || this.#isWaiting) this.#connection.pause();
    else this.#connection.resume();
  }

  /** Passes on whether the stream has room; somebody waits for it where it has none. */
  #watched(hasRoom: boolean): boolean {
    if (!hasRoom && !this.#isOver) this.#sendWatch.start();
    return hasRoom;
  }

  #handleDrain(): void {
    this.#sendWatch.stop();
    this.#connection.handleDrain();
    this.#outbox.handleDrain();
  }

  // The end.

  /** From here on only the end of the stream is waited for. */
  #beginClosing(error: unknown): void {
    if (this.#isOver) return;
    this.#keepAlive.stop();
    this.#sendWatch.stop();
    this.#closeWatch.start();
    // Also lets the connection read on, or the peer's Close frame would never be seen.
    this.#queue.end(error);
  }

  #giveUp(message: string): void {
    this.abort(new WebSocketError('timeout', message));
  }

  #handleStreamClose(error: Error | null): void {
    this.#isOver = true;
    this.#connection.handleClose();
    this.#keepAlive.stop();
    this.#share.stop();
    this.#sendWatch.stop();
    this.#closeWatch.stop();
    this.#settings.signal?.removeEventListener('abort', this.#abortBySignal);
    const lost =
      error ?? new WebSocketError('no-close', 'the connection ended without a Close frame');
    this.#info ??= abnormal(lost);
    this.#queue.end(this.#info.error);
    this.#outbox.fail();
    this.#pings.fail(new WebSocketError('not-open', 'the WebSocket was closed before the pong'));
    this.#tellClosed(this.#info);
  }

  async #sendPieces(type: MessageType, pieces: AsyncIterable<Message>): Promise<void> {
    const connection = this.#connection;
    connection.beginMessage(type);
    try {
      for await (const piece of pieces) {
        await this.#outbox.room(this.#watched(connection.sendPiece(octetsOf(piece))));
      }
      await this.#outbox.room(this.#watched(connection.endMessage()));
    } catch (error) {
      this.handleFailure(error);
      throw error;
    }
  }
}

/** @throws TypeError for what is neither text nor octets. */
function octetsOf(message: Message): Uint8Array {
  if (typeof message === 'string') return ENCODER.encode(message);
  checkOctets(message, 0, message?.length ?? 0);
  return message;
}
