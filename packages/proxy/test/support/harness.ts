/**
 * A proxy over a transport in memory, in virtual time: raw bytes in front of it, and behind it servers
 * that are nothing but bytes, or servers of ours.
 */

import type { Transport } from '@netlayers/http';
import {
  type ProxyOptions,
  proxy,
  type ReverseProxy,
  type UpstreamOptions,
} from '@netlayers/proxy';
import { type Handler, Server, type ServerOptions } from '@netlayers/server';
import { ManualClock, MemoryTransport, RecordingPeer } from '@netlayers/testkit';
import { settle } from './settle.js';

/** What a raw server does when something has come; called with all that came on the connection. */
export type RawScript = (peer: RecordingPeer, text: string) => void;

/** A server that writes down what comes and answers as it is told. */
export interface RawServer {
  readonly peers: RecordingPeer[];
  /** All that came on the last connection. */
  readonly text: string;
}

/** What a peer keeps as text, bytes. */
const MOST_TEXT = 20_000;

/** A response with a text as content. */
export const ok = (content: string, ...fields: string[]): string =>
  [`HTTP/1.1 200 OK`, `Content-Length: ${content.length}`, ...fields, '', content].join('\r\n');

/** Answers each request without content by the same text. */
export const answers =
  (text: string): RawScript =>
  (peer, received) => {
    if (received.endsWith('\r\n\r\n')) peer.send(text);
  };

/** A request head with a Host. */
export const head = (line: string, ...fields: string[]): string =>
  `${[`${line} HTTP/1.1`, 'Host: example.org', ...fields].join('\r\n')}\r\n\r\n`;

/** A proxy and everything around it. */
export class Harness {
  readonly clock = new ManualClock();
  readonly transport = new MemoryTransport();
  readonly server: Server;
  readonly errors: unknown[] = [];
  readonly failures: string[] = [];
  readonly proxy: ReverseProxy;

  constructor(
    upstreams: readonly (UpstreamOptions | string)[],
    options: Partial<ProxyOptions>,
    server: ServerOptions,
  ) {
    this.server = new Server({
      clock: this.clock,
      onError: (error) => this.errors.push(error),
      ...server,
    });
    this.proxy = proxy(upstreams, {
      transport: this.transport as Transport,
      clock: this.clock,
      onFailure: ({ upstream, error }) => {
        this.failures.push(`${upstream} ${(error as { code?: string }).code}`);
      },
      ...options,
    });
    this.server.fallback(this.proxy);
  }

  /** A proxy in front of `http://a` and, if named, others. */
  static async start(
    options: Partial<ProxyOptions> = {},
    upstreams: readonly (UpstreamOptions | string)[] = ['http://a'],
    server: ServerOptions = {},
  ): Promise<Harness> {
    const harness = new Harness(upstreams, options, server);
    await harness.server.listen(harness.transport as Transport, { host: 'proxy', port: 80 });
    return harness;
  }

  /** Listens as a server that is nothing but bytes. */
  async raw(host: string, script: RawScript = answers(ok('hello'))): Promise<RawServer> {
    const peers: RecordingPeer[] = [];
    await this.transport.listen({ host, port: 80 }, (stream) => {
      const peer = new RecordingPeer(stream).attach();
      peer.keeps = true;
      peer.reactions.data = () => {
        // Text is for heads and a little content.
        if (peer.received > MOST_TEXT) peer.keeps = false;
        script(peer, peer.keeps ? peer.text : '');
      };
      peers.push(peer);
    });
    return {
      peers,
      get text() {
        return peers.at(-1)?.text ?? '';
      },
    };
  }

  /** Listens as a server of ours. */
  async serve(host: string, handler: Handler): Promise<Server> {
    const server = new Server({ clock: this.clock, serverName: null });
    server.fallback(handler);
    await server.listen(this.transport as Transport, { host, port: 80 });
    return server;
  }

  /** A client that is nothing but bytes. */
  async connect(): Promise<RecordingPeer> {
    const stream = await this.transport.connect({ host: 'proxy', port: 80 });
    const peer = new RecordingPeer(stream).attach();
    peer.keeps = true;
    return peer;
  }

  /** Sends a request on a connection of its own; what has come back when all is quiet. */
  async fetch(text: string): Promise<string> {
    const peer = await this.connect();
    peer.send(text);
    await settle();
    return peer.text;
  }

  /** Moves time on, and lets everybody react. */
  async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 250) {
      this.clock.advance(Math.min(left, 250));
      await settle(3);
    }
  }
}

/** The status of a response in text; 0 for none. */
export const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);
