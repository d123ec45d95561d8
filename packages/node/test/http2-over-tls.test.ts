/**
 * HTTP/2 over the TLS of a TLS transport, where Node's session stands on Node's TLS directly.
 */

import http2Client from 'node:http2';
import tls from 'node:tls';
import { type ByteStream, Response, type Transport } from '@netlayers/http';
import { duplexOf, http2, tlsTransport } from '@netlayers/node';
import { Server, type ServerOptions } from '@netlayers/server';
import { ManualClock, MemoryTransport, selfSigned } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { answerOf, settle } from './support/h2-bench.js';

const HOST = 'localhost';
const identity = selfSigned();
const { NGHTTP2_CANCEL } = http2Client.constants;

class Bench {
  readonly clock = new ManualClock();
  readonly memory = new MemoryTransport({ schedule: setImmediate });
  readonly server: Server;

  constructor(options: ServerOptions) {
    this.server = new Server({ clock: this.clock, ...options }).speak(http2());
  }

  static async start(setUp: (server: Server) => void, options: ServerOptions = {}): Promise<Bench> {
    const bench = new Bench(options);
    setUp(bench.server);
    const transport = tlsTransport(bench.memory as Transport, {
      identity,
      alpn: ['h2', 'http/1.1'],
      clock: bench.clock,
    });
    await bench.server.listen(transport, { port: 443 });
    return bench;
  }

  async session() {
    const stream = (await this.memory.connect({ host: HOST, port: 443 })) as ByteStream;
    const socket = tls.connect({
      socket: duplexOf(stream, { allowHalfOpen: true }),
      servername: HOST,
      ca: identity.cert,
      ALPNProtocols: ['h2'],
    });
    socket.on('error', () => {});
    const session = http2Client.connect(`https://${HOST}`, { createConnection: () => socket });
    session.on('error', () => {});
    await settle();
    return { session, socket, stream };
  }

  async advance(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      this.clock.advance(Math.min(left, 500));
      await settle(6);
    }
  }
}

describe('HTTP/2 over TLS', () => {
  it('ends what was answered, and aborts no request of it [RFC 9113 5.1]', async () => {
    let aborted = 0;
    const bench = await Bench.start((server) =>
      server.route('GET', '/:name', ({ params, signal }) => {
        signal.addEventListener('abort', () => aborted++);
        return Response.text(params.name ?? '');
      }),
    );
    const { session } = await bench.session();
    for (let round = 0; round < 20; round++) {
      const names = Array.from({ length: 8 }, (_, index) => `${round}-${index}`);
      const answers = names.map((name) => answerOf(session.request({ ':path': `/${name}` })));
      expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(names);
    }
    await settle();
    expect(aborted).toBe(0);
    session.destroy();
    await settle();
    expect([aborted, bench.server.counters().connections]).toEqual([0, 0]);
  });

  it('aborts what the client resets, and what it leaves behind [RFC 9113 7]', async () => {
    const aborted: string[] = [];
    const bench = await Bench.start((server) =>
      server.route('GET', '/:name', ({ params, signal }) => {
        signal.addEventListener('abort', () => aborted.push(params.name ?? ''));
        return new Promise(() => {});
      }),
    );
    const { session, socket } = await bench.session();
    const reset = session.request({ ':path': '/reset' }).on('error', () => {});
    session.request({ ':path': '/left' }).on('error', () => {});
    await settle();
    reset.close(NGHTTP2_CANCEL);
    await settle();
    expect(aborted).toEqual(['reset']);
    socket.destroy();
    await settle();
    expect(aborted).toEqual(['reset', 'left']);
    expect(bench.server.counters().connections).toBe(0);
  });

  it('says that it goes, and lets finish what runs [RFC 9113 6.8]', async () => {
    let answer = (_response: Response): void => {};
    const bench = await Bench.start((server) =>
      server.route(
        'GET',
        '/',
        () =>
          new Promise<Response>((resolve) => {
            answer = resolve;
          }),
      ),
    );
    const { session } = await bench.session();
    const answered = answerOf(session.request({ ':path': '/' }));
    let code = -1;
    session.on('goaway', (given) => {
      code = given;
    });
    await settle();
    const closing = bench.server.close({ graceMs: 10_000 });
    await settle();
    expect(code).toBe(0);
    answer(Response.text('late'));
    expect((await answered).body).toBe('late');
    await bench.advance(2000);
    await closing;
    expect(bench.server.counters()).toMatchObject({ connections: 0, aborted: 0 });
  });

  it('gives up who takes nothing of what it was sent, and nobody who does', async () => {
    const bench = await Bench.start(
      (server) =>
        server.route('GET', '/', () => new Response(200).body(new Uint8Array(30_000_000))),
      { timeouts: { writeMs: 5000 }, minDataRate: 0 },
    );
    const { session, stream } = await bench.session();
    session.setLocalWindowSize(100_000_000);
    const answer = session.request({ ':path': '/' }).on('error', () => {});
    let taken = 0;
    answer.on('data', (chunk: Buffer) => {
      taken += chunk.length;
    });
    const resume = stream.resume.bind(stream);
    for (let turn = 0; turn < 8; turn++) {
      const before = taken;
      resume();
      await settle(3);
      stream.pause();
      // Who reads from it may not go on by itself.
      stream.resume = () => {};
      await bench.advance(2500);
      expect(taken).toBeGreaterThan(before);
    }
    expect(taken).toBeLessThan(30_000_000);
    expect(bench.server.counters()).toMatchObject({ connections: 1, aborted: 0 });
    await bench.advance(10_000);
    expect(bench.server.counters()).toMatchObject({ connections: 0, aborted: 1 });
  });
});
