/**
 * A server of HTTP/2 over a pipe in memory, in virtual time, and Node's own client.
 */

import http2Client, { type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { ByteStream, Transport } from '@netlayers/http';
import { duplexOf, type Http2Options, http2 } from '@netlayers/node';
import { Server, type ServerOptions } from '@netlayers/server';
import { ManualClock, MemoryTransport, type MemoryTransportOptions } from '@netlayers/testkit';

/** Lets everything happen that waits for nothing but its turn. */
export const settle = async (turns = 40): Promise<void> => {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** What came of one request. */
export interface H2Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
  readonly trailers: Record<string, unknown> | null;
  readonly interim: number[];
  readonly code: number;
}

/** Listens to a request until it is closed. */
export function answerOf(stream: ClientHttp2Stream): Promise<H2Answer> {
  const interim: number[] = [];
  let headers: Record<string, unknown> = {};
  let trailers: Record<string, unknown> | null = null;
  let body = '';
  stream.on('headers', (fields) => interim.push(Number(fields[':status'])));
  stream.on('response', (fields) => {
    headers = fields as Record<string, unknown>;
  });
  stream.on('trailers', (fields) => {
    trailers = fields as Record<string, unknown>;
  });
  stream.on('data', (chunk: Buffer) => {
    body += chunk.toString('latin1');
  });
  stream.on('error', () => {});
  return new Promise((resolve) => {
    stream.on('close', () => {
      const status = Number(headers[':status'] ?? 0);
      resolve({ status, headers, body, trailers, interim, code: stream.rstCode ?? 0 });
    });
  });
}

/** A server, and its clients. */
export class H2Bench {
  readonly clock = new ManualClock();
  readonly memory: MemoryTransport;
  readonly errors: unknown[] = [];
  readonly server: Server;

  constructor(options: ServerOptions = {}, memory: MemoryTransportOptions = {}) {
    const usual = { schedule: setImmediate, alpn: 'h2', secure: true };
    this.memory = new MemoryTransport({ ...usual, ...memory });
    const onError = (error: unknown): void => void this.errors.push(error);
    this.server = new Server({ clock: this.clock, onError, ...options });
  }

  static async start(
    setUp: (server: Server) => void,
    options: ServerOptions = {},
    h2: Http2Options = {},
    memory: MemoryTransportOptions = {},
  ): Promise<H2Bench> {
    const bench = new H2Bench(options, memory);
    setUp(bench.server.speak(http2(h2)));
    await bench.server.listen(bench.memory as Transport, { port: 443 });
    return bench;
  }

  async stream(): Promise<ByteStream> {
    return (await this.memory.connect({ host: 'server', port: 443 })) as ByteStream;
  }

  async session(options: http2Client.ClientSessionOptions = {}): Promise<ClientHttp2Session> {
    const session = this.sessionOver(await this.stream(), options);
    await settle();
    return session;
  }

  sessionOver(
    stream: ByteStream,
    options: http2Client.ClientSessionOptions = {},
  ): ClientHttp2Session {
    const duplex = duplexOf(stream, { allowHalfOpen: true });
    const createConnection = () => duplex;
    const session = http2Client.connect('https://server.test', { ...options, createConnection });
    session.on('error', () => {});
    return session;
  }

  /** Moves time on and lets the server react. */
  async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      this.clock.advance(Math.min(left, 500));
      await settle(6);
    }
  }
}
