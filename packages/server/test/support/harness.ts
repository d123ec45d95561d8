/**
 * A server over a transport in memory, in virtual time, and a client that is nothing but bytes.
 */

import type { ByteStream, Transport } from '@netlayers/http';
import { Server, type ServerOptions } from '@netlayers/server';
import { ManualClock, MemoryTransport, type MemoryTransportOptions } from '@netlayers/testkit';

const PORT = 80;

/** Lets everything happen that waits for nothing but its turn. */
export const settle = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** One response as it stands in the bytes. */
export interface RawResponse {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** A client that writes and reads bytes, one character each. */
export class RawClient {
  received = '';
  /** Pauses after each delivery. */
  readsOnce = false;
  /** The server has ended its half. */
  isEnded = false;
  /** `null` while open; then what `handleClose` reported. */
  closed: { error: Error | null } | null = null;
  readonly stream: ByteStream;

  constructor(stream: ByteStream) {
    this.stream = stream;
    stream.setHandler({
      handleData: (buf, start, end) => {
        for (let at = start; at < end; at++) this.received += String.fromCharCode(buf[at]!);
        if (this.readsOnce) stream.pause();
      },
      handleEnd: () => {
        this.isEnded = true;
      },
      handleDrain: () => {},
      handleClose: (error) => {
        this.closed = { error };
      },
    });
  }

  /** Sends text, one byte a character, and lets the server react. */
  async send(text: string): Promise<void> {
    this.stream.write(Uint8Array.from(text, (character) => character.charCodeAt(0)));
    await settle();
  }

  /** Takes what has been received out of the client. */
  take(): string {
    const { received } = this;
    this.received = '';
    return received;
  }

  /** Takes the responses that have been received, each with a length; methods tell which are to HEAD. */
  takeResponses(...methods: string[]): RawResponse[] {
    const responses: RawResponse[] = [];
    let rest = this.take();
    while (rest !== '') {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) throw new Error(`an incomplete head: ${JSON.stringify(rest)}`);
      const head = rest.slice(0, end);
      const status = Number(head.split(' ', 2)[1]);
      const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
      const bodiless =
        status < 200 || status === 204 || status === 304 || methods[responses.length] === 'HEAD';
      const bodyEnd = end + 4 + (bodiless ? 0 : length);
      if (/^transfer-encoding/im.test(head)) throw new Error('a chunked response: read it by hand');
      responses.push({ status, head, body: rest.slice(end + 4, bodyEnd) });
      rest = rest.slice(bodyEnd);
    }
    return responses;
  }

  /** Sends a request and takes the one response to it. */
  async fetch(text: string): Promise<RawResponse> {
    await this.send(text);
    for (let turn = 0; turn < 10 && this.received === ''; turn++) await settle();
    const responses = this.takeResponses(text.split(' ', 1)[0]!);
    if (responses.length !== 1) throw new Error(`${responses.length} responses`);
    return responses[0]!;
  }
}

/** A server that listens in memory. */
export class Harness {
  readonly clock = new ManualClock();
  readonly server: Server;
  /** What was given to `onError`. */
  readonly errors: unknown[] = [];
  readonly transport: MemoryTransport;

  constructor(options: ServerOptions, transport: MemoryTransportOptions) {
    this.transport = new MemoryTransport(transport);
    this.server = new Server({
      clock: this.clock,
      onError: (error) => this.errors.push(error),
      ...options,
    });
  }

  static async start(
    setUp: (server: Server) => void,
    options: ServerOptions = {},
    transport: MemoryTransportOptions = {},
  ): Promise<Harness> {
    const harness = new Harness(options, transport);
    setUp(harness.server);
    await harness.server.listen(harness.transport as Transport, { port: PORT });
    return harness;
  }

  async connect(): Promise<RawClient> {
    const stream = await this.transport.connect({ host: 'server', port: PORT });
    return new RawClient(stream as ByteStream);
  }

  /** Opens a connection, sends a request, takes the response. */
  async fetch(text: string): Promise<RawResponse> {
    return (await this.connect()).fetch(text);
  }

  /** Moves time on and lets the server react. */
  async advance(ms: number): Promise<void> {
    // Step by step: what a tick sets off takes turns of its own.
    for (let left = ms; left > 0; left -= 250) {
      this.clock.advance(Math.min(left, 250));
      await settle();
    }
  }
}

/** A request head with a Host. */
export const head = (line: string, ...fields: string[]): string =>
  `${[`${line} HTTP/1.1`, 'Host: server', ...fields].join('\r\n')}\r\n\r\n`;

/** A request with a body of known length. */
export const post = (path: string, body: string, ...fields: string[]): string =>
  head(`POST ${path}`, `Content-Length: ${body.length}`, ...fields) + body;

/** Text as one chunk of a chunked body. */
export const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
