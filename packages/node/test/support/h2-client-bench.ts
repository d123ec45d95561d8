/**
 * A client of HTTP/2 over a pipe in memory, in virtual time; the server is Node's, or frames.
 */

import {
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { Client, type ClientActivity, type ClientOptions } from '@netlayers/client';
import type { ByteStream, Transport } from '@netlayers/http';
import { duplexOf, type Http2ClientOptions, http2Client } from '@netlayers/node';
import { ManualClock, MemoryTransport, type MemoryTransportOptions } from '@netlayers/testkit';
import { settle } from './h2-bench.js';
import { frame, PREFACE, RawPeer, Type } from './h2-frames.js';

/** Answers one request. */
export type Answer = (
  stream: ServerHttp2Stream,
  fields: Readonly<Record<string, unknown>>,
  session: ServerHttp2Session,
) => void;

/** What a bench is made of. */
export interface ClientBenchOptions {
  readonly client?: Partial<ClientOptions>;
  readonly h2?: Http2ClientOptions;
  readonly memory?: MemoryTransportOptions;
}

/** A client and its servers. */
export class H2ClientBench {
  readonly clock = new ManualClock();
  readonly memory: MemoryTransport;
  readonly client: Client;
  readonly told: ClientActivity[] = [];
  readonly sessions: ServerHttp2Session[] = [];
  readonly peers: RawPeer[] = [];
  /** Whether a server of frames begins as one of HTTP/2 does. */
  greets = true;

  constructor({ client = {}, h2 = {}, memory = {} }: ClientBenchOptions = {}) {
    const usual = { schedule: setImmediate, alpn: 'h2', secure: true };
    this.memory = new MemoryTransport({ ...usual, ...memory });
    const transport = this.memory as Transport;
    this.client = new Client({
      transport,
      secureTransport: transport,
      protocols: [http2Client(h2)],
      clock: this.clock,
      observe: (activity) => this.told.push(activity),
      ...client,
    });
  }

  /** With a server of Node's. */
  static async served(
    answer: Answer,
    options: ClientBenchOptions = {},
    settings: { readonly maxConcurrentStreams?: number; readonly initialWindowSize?: number } = {},
  ): Promise<H2ClientBench> {
    const bench = new H2ClientBench(options);
    await bench.listen((stream) => {
      const duplex = duplexOf(stream, { allowHalfOpen: true });
      duplex.on('error', () => {});
      const session = performServerHandshake(duplex, { settings });
      session.on('error', () => {});
      session.on('stream', (given, fields) => {
        const one = given as ServerHttp2Stream;
        one.on('error', () => {});
        answer(one, fields, session);
      });
      bench.sessions.push(session);
    });
    return bench;
  }

  /** With a server that is frames; it has sent its SETTINGS. */
  static async framed(options: ClientBenchOptions = {}): Promise<H2ClientBench> {
    const bench = new H2ClientBench(options);
    await bench.listen((stream) => {
      const peer = new RawPeer(stream, PREFACE.length);
      if (bench.greets) stream.write(frame(Type.SETTINGS, 0, 0));
      bench.peers.push(peer);
    });
    return bench;
  }

  listen(accept: (stream: ByteStream) => void): PromiseLike<unknown> {
    const transport = this.memory as Transport;
    return transport.listen({ port: 443 }, accept);
  }

  /** Connections that were made. */
  get connections(): number {
    return this.memory.connections;
  }

  /** Moves time on and lets everything react. */
  async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      this.clock.advance(Math.min(left, 500));
      await settle(6);
    }
  }
}

/** Resolves with what a promise is rejected with. */
export const failureOf = (promise: PromiseLike<unknown>): Promise<{ code?: string }> =>
  Promise.resolve(promise).then(
    () => ({}),
    (error: { code?: string }) => error,
  );
