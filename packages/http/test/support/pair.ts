/**
 * Two ends back to back: what one writes the other reads, in pieces of a chosen size. Everything
 * happens in `run`, so a test decides when bytes move.
 */

import {
  type ByteSink,
  ClientConnection,
  type ClientConnectionHandler,
  type ClientConnectionOptions,
  type RequestHead,
  type ResponseHead,
  ServerConnection,
  type ServerConnectionHandler,
  type ServerConnectionOptions,
} from '@netlayers/http';

export const bytes = (text: string): Uint8Array =>
  Uint8Array.from(text, (char) => char.charCodeAt(0));
export const textOf = (buf: Uint8Array, start = 0, end = buf.length): string =>
  Array.from(buf.subarray(start, end), (byte) => String.fromCharCode(byte)).join('');

/** A sink that remembers. */
export class ListSink implements ByteSink {
  /** Each write as text. */
  readonly writes: string[] = [];
  paused = false;
  ended = false;
  corks = 0;
  /** What `write` returns. */
  goOn = true;

  get text(): string {
    return this.writes.join('');
  }

  /** What was written since the last call. */
  take(): string {
    return this.writes.splice(0).join('');
  }

  write(buf: Uint8Array, start = 0, end = buf.length): boolean {
    if (this.ended) throw new Error('a write behind the end');
    this.writes.push(textOf(buf, start, end));
    return this.goOn;
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  cork(): void {
    this.corks++;
  }
  uncork(): void {
    this.corks--;
  }
  end(): void {
    this.ended = true;
  }
}

/** Events of either end as short lines. */
export class EventLog implements Required<ServerConnectionHandler & ClientConnectionHandler> {
  readonly events: string[] = [];
  requests: RequestHead[] = [];
  responses: ResponseHead[] = [];
  body = '';

  take(): string[] {
    return this.events.splice(0);
  }
  handleRequest(head: RequestHead): void {
    this.requests.push(head);
    this.events.push(`request ${head.method} ${head.target}`);
  }
  handleInterim(head: ResponseHead): void {
    this.events.push(`interim ${head.status}`);
  }
  handleResponse(head: ResponseHead): void {
    this.responses.push(head);
    this.events.push(`response ${head.status}`);
  }
  handleBody(buf: Uint8Array, start: number, end: number): void {
    this.body += textOf(buf, start, end);
    const last = this.events.at(-1);
    if (last?.startsWith('body '))
      this.events[this.events.length - 1] = last + textOf(buf, start, end);
    else this.events.push(`body ${textOf(buf, start, end)}`);
  }
  handleBodyEnd(trailers: Iterable<readonly [string, string]> | null): void {
    this.events.push(trailers === null ? 'end' : `end ${JSON.stringify([...trailers])}`);
  }
  handleError(error: Error & { code: string; status: number }): void {
    this.events.push(`error ${error.code} ${error.status}`);
  }
  handleExchangeEnd(persists: boolean): void {
    this.events.push(persists ? 'next' : 'closed');
  }
  handlePeerEnd(): void {
    this.events.push('peer end');
  }
}

/** A server's end with a sink and a log. */
export function serverEnd(options?: ServerConnectionOptions, log = new EventLog()) {
  const sink = new ListSink();
  const connection = new ServerConnection(sink, log, options);
  const receives = (text: string, pieces = text.length): void => {
    const buf = bytes(text);
    for (let at = 0; at < buf.length; at += pieces) {
      connection.handleData(buf, at, Math.min(buf.length, at + pieces));
    }
  };
  return { connection, sink, log, receives };
}

/** A client's end with a sink and a log. */
export function clientEnd(options?: ClientConnectionOptions, log = new EventLog()) {
  const sink = new ListSink();
  const connection = new ClientConnection(sink, log, options);
  const receives = (text: string, pieces = text.length): void => {
    const buf = bytes(text);
    for (let at = 0; at < buf.length; at += pieces) {
      connection.handleData(buf, at, Math.min(buf.length, at + pieces));
    }
  };
  return { connection, sink, log, receives };
}

/** Both ends; `run` moves bytes until none are left. */
export class ConnectionPair {
  readonly server;
  readonly client;

  constructor(
    options: {
      server?: ServerConnectionOptions;
      client?: ClientConnectionOptions;
      serverLog?: EventLog;
    } = {},
  ) {
    this.server = serverEnd(options.server, options.serverLog);
    this.client = clientEnd(options.client);
  }

  run(pieces = 1 << 20): void {
    for (;;) {
      const up = this.client.sink.take();
      const down = this.server.sink.take();
      if (up === '' && down === '') break;
      if (up !== '') this.server.receives(up, pieces);
      if (down !== '') this.client.receives(down, pieces);
    }
    if (this.client.sink.ended) this.server.connection.handleEnd();
    if (this.server.sink.ended) this.client.connection.handleEnd();
  }
}
