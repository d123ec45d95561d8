/**
 * A stream of HTTP/2 as an exchange of a client (RFC 9113, 8.1): Node's `http2` carries it, and what it
 * says comes in the order that programs know from HTTP/1.1.
 *
 * Node drops what nobody has read when a stream or its connection is over. A response that is complete
 * is not lost with its connection: what was received is taken out of the stream before it goes.
 */

import { type ClientHttp2Stream, constants } from 'node:http2';
import {
  type ClientExchange,
  type ClientExchangeHandler,
  checkTrailers,
  type Headers,
  HttpProtocolError,
  localError,
  Method,
  type Request,
  type ResponseHead,
  type SendResult,
  type TakenStream,
} from '@netlayers/http';
import { type IncomingContext, incomingHead, outgoingHead } from './h2-client-head.js';
import { unprocessed } from './h2-failures.js';
import { fieldsOf, sizeOfFields, trailersOf } from './h2-fields.js';
import { tunnelOf } from './h2-tunnel.js';
import type { StreamHost } from './stream-host.js';
import { UploadProgress } from './upload-progress.js';

const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR } = constants;
const END_STREAM = 0x1;
const NOTHING = new Uint8Array(0);

/** One request and its response. */
export class H2ClientExchange implements ClientExchange {
  readonly #host: StreamHost;
  readonly #handler: ClientExchangeHandler;
  readonly #progress: UploadProgress;
  #stream: ClientHttp2Stream | null = null;
  #method = '';
  #isOpen = false;
  #isSwitched = false;
  /** Nothing is told any more. */
  #isOver = false;
  /** Octets of the request that are promised; -1 for any number. */
  #left = 0;
  #needsDrain = false;
  #sentTrailers: Headers | null = null;
  #interims = 0;
  #interimOctets = 0;
  #hasHead = false;
  /** Octets of content that are still to come; negative where only the end will tell. */
  #missing = -1;
  /** The server has ended its half. */
  #hasEnded = false;
  #isBodyOver = false;
  #trailers: Headers | null = null;
  #isPaused = false;
  /** Taken out of a stream that is over. */
  #held: Uint8Array = NOTHING;

  constructor(host: StreamHost, handler: ClientExchangeHandler) {
    this.#host = host;
    this.#handler = handler;
    this.#progress = new UploadProgress(host);
  }

  get isOpen(): boolean {
    return this.#isOpen && !this.#isOver && this.#stream?.closed === false;
  }

  get isSwitched(): boolean {
    return this.#isSwitched;
  }

  get unacknowledged(): number {
    return this.#isOver ? 0 : this.#progress.underWay(this.#stream, this.#host.taken);
  }

  measureUnacknowledged(): number {
    return this.#isOver ? 0 : this.#progress.underWay(this.#stream, this.#host.measureTaken());
  }

  sendRequest(request: Request): SendResult {
    if (this.#stream !== null) throw localError('wrong-state', 'a request was sent already');
    const { fields, bytes, length, awaitsContinue } = outgoingHead(request, this.#host.scheme);
    const { method, trailers } = request;
    const isOpen = bytes === null || (awaitsContinue && bytes.length > 0);
    const isTunnel = method === Method.CONNECT;
    const endStream = !isOpen && !isTunnel && bytes.length === 0 && trailers === null;
    const waitForTrailers = !endStream && !isTunnel && (isOpen || trailers !== null);
    this.#method = method;
    const stream = this.#host.begin(fields, { endStream, waitForTrailers });
    if (stream === null) {
      // It was closed a moment ago.
      queueMicrotask(() => this.#lose(unprocessed()));
      return 'complete';
    }
    this.#stream = stream;
    this.#listen(stream);
    if (waitForTrailers) stream.once('wantTrailers', () => this.#sendTrailers(stream));
    this.#left = length;
    this.#isOpen = isOpen;
    if (isOpen) return 'open';
    this.#sentTrailers = trailers;
    // The bytes are the program's, and Node keeps them.
    if (bytes.length > 0) this.#write(stream, bytes);
    if (!endStream && !isTunnel) stream.end();
    return 'complete';
  }

  sendBody(buf: Uint8Array, start = 0, end = buf.length): boolean {
    const stream = this.#openStream();
    const length = end - start;
    if (this.#left >= 0) {
      if (length > this.#left) {
        const more = length - this.#left;
        throw localError('length-mismatch', `content is longer than its Content-Length by ${more}`);
      }
      this.#left -= length;
    }
    if (length === 0) return true;
    const hasRoom = this.#write(stream, buf.subarray(start, end));
    this.#needsDrain = !hasRoom;
    return hasRoom;
  }

  endBody(trailers: Headers | null): void {
    const stream = this.#openStream();
    if (trailers !== null) checkTrailers(trailers);
    if (this.#left > 0) {
      const text = `content is shorter than its Content-Length by ${this.#left}`;
      throw localError('length-mismatch', text);
    }
    this.#sentTrailers = trailers;
    this.#isOpen = false;
    stream.end();
    if (this.#isBodyOver) this.#finish();
  }

  pauseBody(): void {
    this.#isPaused = true;
    if (!this.#isSwitched) this.#stream?.pause();
  }

  resumeBody(): void {
    this.#isPaused = false;
    if (this.#isSwitched) return;
    this.#stream?.resume();
    this.#deliverHeld();
  }

  takeStream(): TakenStream {
    const stream = this.#stream;
    if (!this.#isSwitched || this.#isOver || stream === null || stream.destroyed) {
      throw new TypeError('the server has not switched protocols');
    }
    this.#isOver = true;
    return { stream: tunnelOf(stream, this.#host.ends), remaining: NOTHING };
  }

  reset(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#held = NOTHING;
    if (this.#stream === null) this.#host.handleEnded(this);
    else this.#stream.close(NGHTTP2_CANCEL);
    // Was it the request that took too long, or is nobody there any more?
    if (!this.#hasHead) this.#host.probe();
  }

  /** The connection has nothing to do with it any more; what was received stays. */
  #closed(stream: ClientHttp2Stream): void {
    this.#host.handleEnded(this);
    if (this.#isOver || this.#isSwitched) return;
    this.#isOpen = false;
    // Some reset with NO_ERROR what they have sent, in place of its end.
    if (this.#missing === 0 && stream.rstCode === NGHTTP2_NO_ERROR) this.#hasEnded = true;
    // RFC 9113, 8.1: a server that has answered may do without the rest of the request.
    if (this.#isBodyOver) this.#finish();
    else if (this.#hasHead && this.#hasEnded) this.#deliverHeld();
    else this.#lose(this.#host.failureOf(stream, this.#hasHead));
  }

  #listen(stream: ClientHttp2Stream): void {
    this.#watchEnd(stream);
    this.#keepUnread(stream);
    stream.on('error', () => {});
    stream.on('headers', (_fields, flags, raw?: string[]) => this.#takeInterim(flags, raw ?? []));
    stream.on('response', (_fields, flags, raw?: string[]) => this.#takeHead(flags, raw ?? []));
    stream.on('trailers', (_fields, _flags, raw: string[] = []) => {
      if (!this.#isOver) this.#handler.handleProgress(sizeOfFields(raw));
      this.#trailers = trailersOf(raw);
    });
    stream.on('close', () => this.#closed(stream));
    stream.on('drain', () => {
      if (!this.#needsDrain || this.#isOver || this.#isSwitched) return;
      this.#needsDrain = false;
      this.#handler.handleDrain();
    });
  }

  /** An end of the server's looks like that of a stream which is reset: only the former comes before. */
  #watchEnd(stream: ClientHttp2Stream): void {
    const push = stream.push.bind(stream);
    stream.push = (chunk, encoding) => {
      if (chunk === null && !stream.closed && !stream.destroyed) this.#hasEnded = true;
      return push(chunk, encoding);
    };
  }

  #keepUnread(stream: ClientHttp2Stream): void {
    const destroy = stream.destroy.bind(stream);
    stream.destroy = (error) => {
      const { readableLength, destroyed } = stream;
      const isWanted = this.#hasHead && this.#hasEnded && !this.#isOver && !this.#isSwitched;
      if (!destroyed && isWanted && readableLength > 0) {
        stream.removeAllListeners('data');
        this.#held = (stream.read(readableLength) as Buffer | null) ?? NOTHING;
      }
      return destroy(error);
    };
  }

  #takeInterim(flags: number, raw: readonly string[]): void {
    if (this.#isOver || this.#hasHead) return;
    const size = sizeOfFields(raw);
    const { interimResponses, interimSections } = this.#host.limits;
    this.#interimOctets += size;
    this.#handler.handleProgress(size);
    if (++this.#interims > interimResponses || this.#interimOctets > interimSections) {
      this.#refuse('too-many-interim-responses', 'interim responses without end');
      return;
    }
    const head = this.#headOf(flags, raw);
    if (head !== null) this.#handler.handleInterim(head);
  }

  #takeHead(flags: number, raw: readonly string[]): void {
    const stream = this.#stream;
    if (this.#isOver || this.#hasHead || stream === null) return;
    this.#handler.handleProgress(sizeOfFields(raw));
    const head = this.#headOf(flags, raw);
    if (head === null) return;
    this.#hasHead = true;
    this.#missing = head.bodyLength;
    if (this.#method === Method.CONNECT && head.status < 300) {
      this.#isSwitched = true;
      this.#handler.handleResponse(head);
      return;
    }
    stream.on('data', (chunk: Buffer) => this.#deliver(chunk));
    stream.on('end', () => {
      if (this.#hasEnded && this.#held.length === 0) this.#endBody();
    });
    if (this.#isPaused) stream.pause();
    this.#handler.handleResponse(head);
  }

  #headOf(flags: number, raw: readonly string[]): ResponseHead | null {
    const isWhole = (flags & END_STREAM) !== 0;
    const context: IncomingContext = { method: this.#method, isWhole, limits: this.#host.limits };
    const head = incomingHead(raw, context);
    if (!(head instanceof Error)) return head;
    this.#fail(head);
    return null;
  }

  #deliver(chunk: Uint8Array): void {
    if (this.#isOver) return;
    this.#missing -= chunk.length;
    this.#handler.handleProgress(chunk.length);
    this.#handler.handleBody(chunk, 0, chunk.length);
  }

  /** Goes on with a response whose stream is over. */
  #deliverHeld(): void {
    if (this.#isPaused || this.#isOver || this.#isBodyOver || !this.#stream?.destroyed) return;
    const held = this.#held;
    this.#held = NOTHING;
    if (held.length > 0) this.#deliver(held);
    if (this.#hasHead && this.#hasEnded) this.#endBody();
  }

  #endBody(): void {
    if (this.#isOver || this.#isBodyOver) return;
    this.#isBodyOver = true;
    this.#handler.handleBodyEnd(this.#trailers);
    if (!this.isOpen) this.#finish();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const stream = this.#stream;
    // Content that was in memory and that the server does not take: nobody waits for that.
    if (stream !== null && !stream.writableFinished) this.#host.closeLater(stream);
    this.#handler.handleExchangeEnd();
  }

  #refuse(code: HttpProtocolError['code'], message: string): void {
    this.#fail(new HttpProtocolError('remote', 502, code, message));
  }

  /** Loses the exchange for what the server has sent. */
  #fail(error: Error): void {
    this.#stream?.close(NGHTTP2_CANCEL);
    this.#lose(error);
  }

  #lose(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#held = NOTHING;
    if (this.#stream === null) this.#host.handleEnded(this);
    this.#handler.handleReset(error);
  }

  #openStream(): ClientHttp2Stream {
    const stream = this.#stream;
    if (stream === null || !this.isOpen || stream.writableEnded) {
      throw localError('wrong-state', 'no request is open');
    }
    return stream;
  }

  #write(stream: ClientHttp2Stream, octets: Uint8Array): boolean {
    this.#progress.sent += octets.length;
    return stream.write(Buffer.from(octets), () => this.#progress.mark());
  }

  #sendTrailers(stream: ClientHttp2Stream): void {
    if (stream.destroyed || stream.closed) return;
    const trailers = this.#sentTrailers;
    stream.sendTrailers(trailers === null ? {} : fieldsOf(trailers));
  }
}
