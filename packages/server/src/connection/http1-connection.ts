/**
 * One connection of HTTP/1.1: it stands between the stream, the machine of `@netlayers/http`, and
 * the exchange that is being served.
 *
 * The machine knows the protocol, in particular order and framing; this file knows the stream and
 * what is waited for between exchanges. There is at most one exchange at a time: the machine
 * reports the next request when the response before it is sent.
 */

import {
  type ByteSink,
  type ByteStream,
  type ByteStreamHandler,
  type Headers,
  type HttpProtocolError,
  type Lasting,
  type RequestHead,
  type Response,
  type SendResult,
  ServerConnection,
  type ServerConnectionHandler,
  type ServerConnectionOptions,
  type ServerExchange,
  type TakenStream,
} from '@netlayers/http';
import { PeerProgress } from '../base/peer-progress.js';
import type { ExchangeContext } from '../exchange/exchange-context.js';
import type { CarrierConnection } from '../exchange/protocol.js';
import { ServedExchange } from '../exchange/served-exchange.js';
import { errorResponse } from '../response/error-response.js';
import { PipelineShare } from './pipeline-share.js';

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

/** Octets of a piece of content: what is written without a look at whether there is room. */
const LARGEST_PIECE = 0x1_0000;
/** Of octets that are not copied it is more: they are kept by the response in any case. */
const LARGEST_LENT = 0x10_0000;

/** Serves the requests of one stream. */
export class Http1Connection
  implements ByteStreamHandler, ServerConnectionHandler, ByteSink, ServerExchange, CarrierConnection
{
  readonly #stream: ByteStream;
  readonly #context: ConnectionContext;
  readonly #machine: ServerConnection;
  /** The exchange that runs; `null` between two of them. */
  #served: ServedExchange | null = null;
  /** As text, made once for all that ask. */
  #remoteAddress: string | null = null;
  #requests = 0;
  #awaited: Awaited = 'head';
  #deadline: number;
  /** What is known of the peer's progress, since it was waited for the first time. */
  #progress: PeerProgress | null = null;
  readonly #share = new PipelineShare();
  #isBlocked = false;
  #isBodyHeld = false;
  #isPaused = false;
  /** Others have their turn. */
  #isYielding = false;
  /** Our half is ended, or all of it: nothing that comes in means anything. */
  #isEnded = false;

  constructor(stream: ByteStream, context: ConnectionContext) {
    this.#stream = stream;
    this.#context = context;
    this.#deadline = context.ticker.deadline(context.settings.timeouts.headMs);
    this.#machine = new ServerConnection(this, this, context.machineOptions);
    stream.setHandler(this);
  }

  get localAddress(): string {
    return this.#stream.localAddress;
  }

  get localPort(): number {
    return this.#stream.localPort;
  }

  get remoteAddress(): string {
    this.#remoteAddress ??= this.#stream.remoteAddress;
    return this.#remoteAddress;
  }

  get remotePort(): number {
    return this.#stream.remotePort;
  }

  get secure(): boolean {
    return this.#stream.secure;
  }

  // The stream's events.

  handleData(buf: Uint8Array, start: number, end: number, lasts?: boolean): void {
    if (this.#progress !== null) this.#progress.received += end - start;
    if (this.#isEnded) return;
    this.#share.handleData();
    this.#machine.handleData(buf, start, end, lasts);
    if (this.#awaited === 'request' && !this.#machine.isIdle) {
      this.#await('head', this.#context.settings.timeouts.headMs);
    }
  }

  handleEnd(): void {
    this.#machine.handleEnd();
  }

  handleDrain(): void {
    this.#isBlocked = false;
    if (this.#awaited !== 'drain') this.#progress?.stopExpecting();
    this.#updatePause();
    this.#served?.handleDrain();
  }

  handleClose(error: Error | null): void {
    this.#isEnded = true;
    this.#context.forget(this);
    this.#served?.handleReset(error);
  }

  // The machine's sink.

  write(buf: Uint8Array, start?: number, end?: number, lasts?: Lasting): boolean {
    const hasRoom = this.#stream.write(buf, start, end, lasts);
    if (this.#progress !== null) {
      this.#progress.written += (end ?? buf.length) - (start ?? 0);
    }
    if (!hasRoom && !this.#isBlocked) {
      this.#isBlocked = true;
      this.#watched().expectReading();
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
    if (!this.#isBlocked) this.#watched().expectReading();
    // What the peer still sends is taken and dropped, or its reset would overtake our response.
    this.#stream.end();
  }

  // The machine's events.

  handleRequest(head: RequestHead): void {
    const { settings, isClosing } = this.#context;
    this.#awaited = 'exchange';
    this.#deadline = NEVER;
    this.#share.handleRequest();
    if (++this.#requests >= settings.limits.requestsPerConnection || isClosing) {
      this.#machine.closeAfterResponse();
    }
    this.#served = new ServedExchange(this, this.#context);
    this.#served.handleRequest(head);
  }

  handleBody(buf: Uint8Array, start: number, end: number, lasts?: boolean): void {
    this.#served?.handleBody(buf, start, end, lasts);
  }

  handleBodyEnd(trailers: Headers | null): void {
    this.#served?.handleBodyEnd(trailers);
  }

  handleError(error: HttpProtocolError): void {
    this.#serving().handleError(error);
  }

  handlePeerEnd(): void {
    this.#served?.handlePeerEnd();
  }

  handleExchangeEnd(persists: boolean): void {
    this.#served?.handleExchangeEnd();
    this.#served = null;
    if (!persists) return;
    this.#await('request', this.#context.settings.timeouts.idleMs);
    if (this.#share.handleExchangeEnd()) this.#yield();
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

  get largestPiece(): number {
    return LARGEST_PIECE;
  }

  get largestLent(): number {
    return this.#stream.lends === true ? LARGEST_LENT : LARGEST_PIECE;
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

  sendBody(buf: Uint8Array, start?: number, end?: number, lasts?: Lasting): boolean {
    return this.#machine.sendBody(buf, start, end, lasts);
  }

  endBody(trailers: Headers | null): void {
    this.#machine.endBody(trailers);
  }

  keep(buf: Uint8Array): boolean {
    return this.#stream.keep?.(buf) === true;
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
    this.#watched().giveGrace(graceMs);
    this.closeAfterResponse();
  }

  handleTick(now: number): void {
    if (this.#isRestAwaited) this.#watched();
    if (this.#progress !== null) this.#watchProgress(this.#progress, now);
    if (this.#progress?.isLate(now) === true) this.#giveUp();
    else if (now >= this.#deadline) this.#handleTimeout();
    else if (this.#awaited === 'exchange') this.#served?.handleTick(now);
  }

  /** The exchange that runs, or one for what has not become a request. */
  #serving(): ServedExchange {
    this.#served ??= new ServedExchange(this, this.#context);
    return this.#served;
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

  /** The peer's progress, which is waited for from now on. */
  #watched(): PeerProgress {
    this.#progress ??= new PeerProgress(this.#stream, this.#context);
    return this.#progress;
  }

  #watchProgress(progress: PeerProgress, now: number): void {
    progress.awaitRest(this.#isRestAwaited);
    if (!this.#isBlocked && !this.#isEnded && !progress.isAwaited) return;
    const isDraining = this.#awaited === 'drain';
    const unacknowledged = progress.watch(now, this.#isBlocked || isDraining);
    if (!isDraining || unacknowledged > 0) return;
    // RFC 9112, 9.6: the peer has it all; from now on it is to close.
    progress.forget();
    this.#await('close', this.#context.settings.timeouts.lingerMs);
  }

  #handleTimeout(): void {
    const isSilent = this.#awaited === 'request' || this.#machine.isIdle;
    if (this.#awaited === 'close') this.#letGo();
    else if (isSilent) this.closeAfterResponse();
    else if (this.#machine.canRespond) this.#serving().refuse(errorResponse(408));
    else this.#giveUp();
  }

  /** The peer has everything and does not close: nobody here reads what it sends any more. */
  #letGo(): void {
    this.#stream.close();
    this.#context.forget(this);
  }

  #giveUp(): void {
    if (this.#progress?.hasGrace === true) this.#context.cut++;
    this.#serving().giveUp();
  }

  #setBodyHeld(isHeld: boolean): void {
    if (this.#isBodyHeld === isHeld) return;
    this.#isBodyHeld = isHeld;
    this.#updatePause();
  }

  /** Lets other connections be served before the next request is read. */
  #yield(): void {
    const { clock } = this.#context.settings;
    this.#isYielding = true;
    this.#updatePause();
    clock.setTimer(clock.now(), () => {
      this.#isYielding = false;
      if (!this.#isEnded) this.#updatePause();
    });
  }

  #updatePause(): void {
    const isWaiting = this.#isBlocked || this.#isBodyHeld || this.#isYielding;
    const wanted = isWaiting && !this.#isEnded;
    if (wanted === this.#isPaused) return;
    this.#isPaused = wanted;
    if (wanted) this.#machine.pause();
    else this.#machine.resume();
  }
}
