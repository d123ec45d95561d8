/**
 * An exchange on a connection of HTTP/1.1, which it has for itself while it runs (RFC 9112, 9.3).
 * Giving it up gives the connection up: there is no other way to stop a message in its middle.
 */

import type {
  ClientConnection,
  ClientExchange,
  ClientExchangeHandler,
  Headers,
  Request,
  SendResult,
  TakenStream,
} from '@netlayers/http';

/** The connection, as far as an exchange uses it. */
export interface Http1Connection {
  readonly http: ClientConnection;
  readonly unacknowledged: number;
  measureUnacknowledged(): number;
  /** Resets the connection. */
  abort(): void;
  /** Gives the stream away. */
  detach(): TakenStream;
}

/** An exchange of HTTP/1.1. */
export class Http1Exchange implements ClientExchange {
  readonly handler: ClientExchangeHandler;
  readonly #connection: Http1Connection;
  #over = false;
  #switched = false;

  constructor(connection: Http1Connection, handler: ClientExchangeHandler) {
    this.#connection = connection;
    this.handler = handler;
  }

  get isOpen(): boolean {
    return !this.#over && this.#connection.http.clientState === 'SEND-BODY';
  }

  get isSwitched(): boolean {
    return this.#switched;
  }

  get unacknowledged(): number {
    return this.#over ? 0 : this.#connection.unacknowledged;
  }

  measureUnacknowledged(): number {
    return this.#over ? 0 : this.#connection.measureUnacknowledged();
  }

  sendRequest(request: Request): SendResult {
    return this.#connection.http.sendRequest(request);
  }

  sendBody(buf: Uint8Array, start = 0, end = buf.length): boolean {
    return this.#connection.http.sendBody(buf, start, end);
  }

  endBody(trailers: Headers | null): void {
    this.#connection.http.endBody(trailers);
  }

  pauseBody(): void {
    if (!this.#over) this.#connection.http.pause();
  }

  resumeBody(): void {
    if (!this.#over) this.#connection.http.resume();
  }

  reset(): void {
    if (this.#over) return;
    this.#over = true;
    this.#connection.abort();
  }

  takeStream(): TakenStream {
    if (!this.#switched || this.#over) throw new TypeError('the server has not switched protocols');
    this.#over = true;
    return this.#connection.detach();
  }

  /** The connection has left HTTP: what comes now is not for this exchange. */
  becomeStream(): void {
    this.#switched = true;
  }

  /** The connection has nothing more to do with it. */
  release(): void {
    this.#over = true;
  }
}
