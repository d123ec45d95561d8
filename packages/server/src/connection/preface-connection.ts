/**
 * A connection without TLS whose first octets say what it speaks: the preface of another protocol
 * (RFC 9113, 3.4), or else HTTP/1.1.
 *
 * Nothing is kept of what comes: as long as it may still be the preface it is a part of that. Most
 * requests differ in their first octet.
 */

import type { ByteStream, ByteStreamHandler } from '@netlayers/http';
import type { CarrierConnection, ExchangeHost, ServerProtocol } from '../exchange/protocol.js';
import { type ConnectionContext, Http1Connection } from './http1-connection.js';

/** A protocol, and what its clients begin with. */
export interface PrefacedProtocol {
  readonly protocol: ServerProtocol;
  readonly preface: Uint8Array;
}

/** The server as an undecided connection sees it. */
export interface PrefaceContext extends ConnectionContext, ExchangeHost {
  /** A connection has turned out to be another. */
  replace(connection: CarrierConnection, by: CarrierConnection): void;
}

/** Waits for the first octets of one stream. */
export class PrefaceConnection implements ByteStreamHandler, CarrierConnection {
  readonly #stream: ByteStream;
  readonly #prefaced: PrefacedProtocol;
  readonly #context: PrefaceContext;
  readonly #deadline: number;
  /** Octets of the preface that have come. */
  #seen = 0;

  constructor(stream: ByteStream, prefaced: PrefacedProtocol, context: PrefaceContext) {
    this.#stream = stream;
    this.#prefaced = prefaced;
    this.#context = context;
    this.#deadline = context.ticker.deadline(context.settings.timeouts.headMs);
    stream.setHandler(this);
  }

  handleData(buf: Uint8Array, start: number, end: number): void {
    const { preface, protocol } = this.#prefaced;
    let at = start;
    let seen = this.#seen;
    while (at < end && seen < preface.length && buf[at] === preface[seen]) {
      at++;
      seen++;
    }
    if (seen === preface.length) {
      const received = new Uint8Array(preface.length + end - at);
      received.set(preface);
      received.set(buf.subarray(at, end), preface.length);
      this.#context.replace(this, protocol.accept(this.#stream, this.#context, received));
    } else if (at < end) this.#speakHttp1().handleData(buf, start, end);
    else this.#seen = seen;
  }

  handleEnd(): void {
    this.#speakHttp1().handleEnd();
  }

  handleDrain(): void {}

  handleClose(): void {
    this.#context.forget(this);
  }

  handleTick(now: number): void {
    if (now >= this.#deadline) this.closeWithin();
  }

  /** Nothing was begun. */
  closeWithin(): void {
    this.#stream.close();
    this.#context.forget(this);
  }

  reset(): void {
    this.#stream.abort();
  }

  #speakHttp1(): Http1Connection {
    const connection = new Http1Connection(this.#stream, this.#context);
    this.#context.replace(this, connection);
    if (this.#seen > 0) connection.handleData(this.#prefaced.preface, 0, this.#seen);
    return connection;
  }
}
