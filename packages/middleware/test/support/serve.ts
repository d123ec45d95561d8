/**
 * A server over a transport in memory, in virtual time, and a client that asks and waits for what is
 * complete. Work of zlib and of WebCrypto takes real time, which decides nothing here.
 */

import { type ByteStream, type Headers, Response, type Transport } from '@netlayers/http';
import { Server, type ServerOptions } from '@netlayers/server';
import { ManualClock, MemoryTransport } from '@netlayers/testkit';

const PORT = 80;

/** Lets everything happen that waits for nothing but its turn. */
export const settle = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** What a request is made of; a body in pieces is sent chunked. */
export interface Question {
  readonly fields?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | readonly Uint8Array[];
}

/** A response that has come to its end. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
  readonly text: string;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** One connection of a client, with everything that has come. */
export class Wire {
  readonly stream: ByteStream;
  /** The server has reset or ended the connection. */
  isOver = false;
  #received = new Uint8Array(0);
  #changed: () => void = () => {};

  constructor(stream: ByteStream) {
    this.stream = stream;
    stream.setHandler({
      handleData: (buf, start, end) => {
        const grown = new Uint8Array(this.#received.length + end - start);
        grown.set(this.#received);
        grown.set(buf.subarray(start, end), this.#received.length);
        this.#received = grown;
        this.#changed();
      },
      handleEnd: () => this.#end(),
      handleDrain: () => {},
      handleClose: () => this.#end(),
    });
  }

  /** What has come so far, one character a byte. */
  get text(): string {
    return Buffer.from(this.#received).toString('latin1');
  }

  get received(): Uint8Array {
    return this.#received;
  }

  #end(): void {
    this.isOver = true;
    this.#changed();
  }

  ask(method: string, target: string, { fields = {}, body }: Question = {}): void {
    const lines = [`${method} ${target} HTTP/1.1`, 'Host: server'];
    for (const [name, value] of Object.entries(fields)) lines.push(`${name}: ${value}`);
    const bytes = typeof body === 'string' ? encode(body) : body;
    if (bytes instanceof Uint8Array) lines.push(`Content-Length: ${bytes.length}`);
    else if (bytes !== undefined) lines.push('Transfer-Encoding: chunked');
    this.stream.write(encode(`${lines.join('\r\n')}\r\n\r\n`));
    if (bytes instanceof Uint8Array) this.stream.write(bytes);
    else if (bytes !== undefined) {
      for (const piece of bytes) {
        this.stream.write(encode(`${piece.length.toString(16)}\r\n`));
        this.stream.write(piece);
        this.stream.write(encode('\r\n'));
      }
      this.stream.write(encode('0\r\n\r\n'));
    }
  }

  /** Waits until `done` says so of what has come. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  /** Takes the next response, once it is complete. */
  async answer(method = 'GET'): Promise<Answered> {
    for (;;) {
      const result = Response.parse(this.#received, { method, ended: this.isOver });
      if (result.status === 'error') throw new Error(result.reason);
      if (result.status === 'complete') {
        const { status, headers, content } = result.message;
        this.#received = this.#received.slice(result.consumed);
        const bytes = (content as Uint8Array | null) ?? new Uint8Array(0);
        return { status, headers, bytes, text: Buffer.from(bytes).toString() };
      }
      const { length } = this.#received;
      await this.until(() => this.isOver || this.#received.length > length);
    }
  }
}

/** A server that listens in memory. */
export class Site {
  readonly clock = new ManualClock();
  readonly errors: unknown[] = [];
  readonly transport = new MemoryTransport();
  readonly server: Server;

  constructor(options: ServerOptions) {
    this.server = new Server({
      clock: this.clock,
      onError: (error) => this.errors.push(error),
      ...options,
    });
  }

  async connect(): Promise<Wire> {
    return new Wire((await this.transport.connect({ host: 'server', port: PORT })) as ByteStream);
  }

  /** Opens a connection, asks, takes the response. */
  async ask(method: string, target: string, question: Question = {}): Promise<Answered> {
    const wire = await this.connect();
    wire.ask(method, target, question);
    return wire.answer(method);
  }

  /** Moves time on, and lets the server react. */
  async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 250) {
      this.clock.advance(Math.min(left, 250));
      await settle();
    }
  }
}

/** Starts a server. */
export async function serve(
  setUp: (server: Server) => void,
  options: ServerOptions = {},
): Promise<Site> {
  const site = new Site(options);
  setUp(site.server);
  await site.server.listen(site.transport as Transport, { port: PORT });
  return site;
}
