/**
 * One connection of HTTP/1.1: it stands between the stream, the machine of `@netlayers/http`, and
 * the exchange that is being served.
 *
 * The machine knows the protocol, in particular order and framing; this file knows the stream and
 * what is waited for between exchanges. There is at most one exchange at a time: the machine
 * reports the next request when the response before it is sent.
 */

import type { ProgressDeadline } from '@netlayers/host';
import {
  type ByteSink,
  type ByteStream,
  type ByteStreamHandler,
  type Headers,
  type HttpProtocolError,
  type RequestHead,
  type Response,
  type SendResult,
  ServerConnection,
  type ServerConnectionHandler,
  type ServerConnectionOptions,
  type ServerExchange,
  type TakenStream,
} from '@netlayers/http';
import type { ExchangeContext } from '../exchange/exchange-context.js';
import type { CarrierConnection } from '../exchange/protocol.js';
import { ServedExchange } from '../exchange/served-exchange.js';
import { errorResponse } from '../response/error-response.js';

/** The server as its connections see it. */
export interface ConnectionContext extends ExchangeContext {
  /** What every HTTP machine is told. */
  readonly machineOptions: ServerConnectionOptions;
  /** Connections that were reset because they did not end while the server closed. */
  cut: number;
  /** A connection is over, or no longer ours. */
  forget(connection: CarrierConnection): void;
}

/**
 * What a connection is waiting for; during an exchange, that is the exchange's business. `drain` is
 * for the client to have what it was sent, `close` for its end behind that.
 */
type Awaited = 'request' | 'head' | 'exchange' | 'drain' | 'close';

const NEVER = Number.POSITIVE_INFINITY;

/** Serves the requests of one stream. */
export class Http1Connection
  implements ByteStreamHandler, ServerConnectionHandler, ByteSink, ServerExchange, CarrierConnection
{
  readonly #stream: ByteStream;
  readonly #context: ConnectionContext;
  readonly #machine: ServerConnection;
  readonly #served: ServedExchange;
  #requests = 0;
  #awaited: Awaited = 'head';
  #deadline: number;
  /** For the peer to take what it was sent, while we are blocked or closing. */
  #writePatience: ProgressDeadline | null = null;
  /** For the rest of a request that is answered already. */
  #restPatience: ProgressDeadline | null = null;
  /** For any progress while the server closes. */
  #gracePatience: ProgressDeadline | null = null;
  /** Octets that were given to the stream, and that came from it. */
  #written = 0;
  #received = 0;
  /** What of both was acknowledged or received at the last tick that looked. */
  #acknowledgedBefore = 0;
  /** Whether that is measured: for a peer that seems to have stopped. */
  #isMeasured = false;
  #receivedBefore = 0;
  #isBlocked = false;
  #isBodyHeld = false;
  #isPaused = false;
  /** Our half is ended, or all of it: nothing that comes in means anything. */
  #isEnded = false;

  constructor(stream: ByteStream, context: ConnectionContext) {
    this.#stream = stream;
    this.#context = context;
    this.#deadline = context.ticker.deadline(context.settings.timeouts.headMs);
    this.#machine = new ServerConnection(this, this, context.machineOptions);
    this.#served = new ServedExchange(this, context);
    stream.setHandler(this);
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

  get secure(): boolean {
    return this.#stream.secure;
  }

  // The stream's events.

  handleData(buf: Uint8Array, start: number, end: number): void {
    this.#received += end - start;
    if (this.#isEnded) return;
    this.#machine.handleData(buf, start, end);
    if (this.#awaited === 'request' && !this.#machine.isIdle) {
      this.#await('head', this.#context.settings.timeouts.headMs);
    }
  }

  handleEnd(): void {
    this.#machine.handleEnd();
  }

  handleDrain(): void {
    this.#isBlocked = false;
    if (this.#awaited !== 'drain') this.#stopExpecting();
    this.#updatePause();
    this.#served.handleDrain();
  }

  handleClose(error: Error | null): void {
    this.#isEnded = true;
    this.#context.forget(this);
    this.#served.handleReset(error);
  }

  // The machine's sink.

  write(buf: Uint8Array, start?: number, end?: number): boolean {
    const hasRoom = this.#stream.write(buf, start, end);
    this.#written += (end ?? buf.length) - (start ?? 0);
    if (!hasRoom && !this.#isBlocked) {
      this.#isBlocked = true;
      this.#expectReading();
      this.#updatePause();
    }
    return hasRoom;
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  cork(): void {
    this.#stream.cork();
  }

  uncork(): void {
    this.#stream.uncork();
  }

  /** Half-closes, and gives the peer time to read what was sent (RFC 9112, 9.6). */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#await('drain', NEVER);
    if (!this.#isBlocked) this.#expectReading();
    // What the peer still sends is taken and dropped, or its reset would overtake our response.
    this.#stream.end();
  }

  // The machine's events.

  handleRequest(head: RequestHead): void {
    const { settings, isClosing } = this.#context;
    this.#awaited = 'exchange';
    this.#deadline = NEVER;
    if (++this.#requests >= settings.limits.requestsPerConnection || isClosing) {
      this.#machine.closeAfterResponse();
    }
    this.#served.handleRequest(head);
  }

  handleBody(buf: Uint8Array, start: number, end: number): void {
    this.#served.handleBody(buf, start, end);
  }

  handleBodyEnd(trailers: Headers | null): void {
    this.#served.handleBodyEnd(trailers);
  }

  handleError(error: HttpProtocolError): void {
    this.#served.handleError(error);
  }

  handlePeerEnd(): void {
    this.#served.handlePeerEnd();
  }

  handleExchangeEnd(persists: boolean): void {
    this.#served.handleExchangeEnd();
    if (!persists) return;
    this.#await('request', this.#context.settings.timeouts.idleMs);
    // The machine's pause ends with the exchange; that of a peer which does not read goes on.
    if (this.#isPaused) this.#machine.pause();
  }

  // What the exchange asks of its connection.

  get canRespond(): boolean {
    return this.#machine.canRespond;
  }

  get awaitsContinue(): boolean {
    return this.#machine.awaitsContinue;
  }

  sendInterim(response: Response): void {
    this.#machine.sendInterim(response);
  }

  sendContinue(): void {
    this.#machine.sendContinue();
  }

  sendResponse(response: Response): SendResult {
    return this.#machine.sendResponse(response);
  }

  sendBody(buf: Uint8Array, start?: number, end?: number): boolean {
    return this.#machine.sendBody(buf, start, end);
  }

  endBody(trailers: Headers | null): void {
    this.#machine.endBody(trailers);
  }

  pauseBody(): void {
    this.#setBodyHeld(true);
  }

  resumeBody(): void {
    this.#setBodyHeld(false);
  }

  closeAfterResponse(): void {
    this.#machine.closeAfterResponse();
  }

  takeStream(): TakenStream {
    const remaining = this.#machine.takeRemaining();
    this.#context.forget(this);
    return { stream: this.#stream, remaining };
  }

  reset(): void {
    this.#isEnded = true;
    this.#stream.abort();
  }

  // What the server tells its connection.

  /** The server closes: whoever gets no further from now on is cut off. */
  closeWithin(graceMs: number): void {
    this.#gracePatience = this.#patience(graceMs);
    this.#gracePatience.start(this.#context.ticker.now);
    this.closeAfterResponse();
  }

  handleTick(now: number): void {
    this.#restPatience = this.#isRestAwaited ? (this.#restPatience ?? this.#startRest()) : null;
    if (
      this.#isBlocked ||
      this.#isEnded ||
      this.#gracePatience !== null ||
      this.#restPatience !== null
    ) {
      this.#watchProgress(now);
    }
    const isStuck = this.#writePatience?.isLate(now) || this.#restPatience?.isLate(now);
    if (isStuck || this.#gracePatience?.isLate(now)) this.#giveUp();
    else if (now >= this.#deadline) this.#handleTimeout();
    else if (this.#awaited === 'exchange') this.#served.handleTick(now);
  }

  // Waiting.

  /** Whether a request is answered whose rest still comes, and is dropped. */
  get #isRestAwaited(): boolean {
    return this.#awaited === 'exchange' && this.#machine.serverState === 'DONE';
  }

  #await(awaited: Awaited, ms: number): void {
    this.#awaited = awaited;
    this.#deadline = this.#context.ticker.deadline(ms);
  }

  #patience(ms: number): ProgressDeadline {
    const { settings, ticker } = this.#context;
    return ticker.patience(ms, settings.minDataRate);
  }

  #expectReading(): void {
    if (this.#writePatience === null) {
      this.#writePatience = this.#patience(this.#context.settings.timeouts.writeMs);
      this.#acknowledgedBefore = this.#written - this.#stream.unacknowledged;
    }
    this.#writePatience.resume(this.#context.ticker.now);
  }

  /** There is room: what is left of the patience is kept, and what was taken counts. */
  #stopExpecting(): void {
    const { now } = this.#context.ticker;
    this.#writePatience?.pause(now);
    this.#watchProgress(now);
  }

  #startRest(): ProgressDeadline {
    const patience = this.#patience(this.#context.settings.timeouts.bodyMs);
    patience.start(this.#context.ticker.now);
    return patience;
  }

  /** Credits what the peer has taken and sent since the last look. */
  #watchProgress(now: number): void {
    const unacknowledged = this.#unacknowledged(now);
    const acknowledged = this.#written - unacknowledged;
    const taken = acknowledged - this.#acknowledgedBefore;
    const sent = this.#received - this.#receivedBefore;
    this.#acknowledgedBefore = acknowledged;
    this.#receivedBefore = this.#received;
    this.#writePatience?.advance(now, taken);
    this.#restPatience?.advance(now, sent);
    this.#gracePatience?.advance(now, taken + sent);
    // A peer that is to take what it was sent has the time that it always has: what it takes may show in
    // lumps, as its window opens.
    if (this.#isBlocked || this.#awaited === 'drain') this.#gracePatience?.start(now);
    if (this.#awaited !== 'drain' || unacknowledged > 0) return;
    // RFC 9112, 9.6: the peer has it all; from now on it is to close.
    this.#writePatience = null;
    this.#gracePatience = null;
    this.#await('close', this.#context.settings.timeouts.lingerMs);
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
    if (!this.#isMeasured) this.#acknowledgedBefore = this.#written - unacknowledged;
    this.#isMeasured = true;
    return unacknowledged;
  }

  #handleTimeout(): void {
    const isSilent = this.#awaited === 'request' || this.#machine.isIdle;
    if (this.#awaited === 'close') this.#letGo();
    else if (isSilent) this.closeAfterResponse();
    else if (this.#machine.canRespond) this.#served.refuse(errorResponse(408));
    else this.#giveUp();
  }

  /** The peer has everything and does not close: nobody here reads what it sends any more. */
  #letGo(): void {
    this.#stream.close();
    this.#context.forget(this);
  }

  #giveUp(): void {
    if (this.#gracePatience !== null) this.#context.cut++;
    this.#served.giveUp();
  }

  #setBodyHeld(isHeld: boolean): void {
    if (this.#isBodyHeld === isHeld) return;
    this.#isBodyHeld = isHeld;
    this.#updatePause();
  }

  #updatePause(): void {
    const wanted = (this.#isBlocked || this.#isBodyHeld) && !this.#isEnded;
    if (wanted === this.#isPaused) return;
    this.#isPaused = wanted;
    if (wanted) this.#machine.pause();
    else this.#machine.resume();
  }
}
