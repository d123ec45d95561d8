import { Response } from '@netlayers/http';
import { Server, type ServerRequest } from '@netlayers/server';
import { MemoryTransport } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { chunk, Harness, head, settle } from '../support/harness.js';

describe('a target of another scheme', () => {
  const start = (options = {}, transport = {}): Promise<Harness> =>
    Harness.start(
      (server) => server.route('GET', '/', ({ secure }) => Response.json({ secure })),
      options,
      transport,
    );

  it('is refused over a connection that is not secured [RFC 9110 7.4]', async () => {
    const harness = await start();
    expect((await harness.fetch(head('GET https://server/'))).status).toBe(421);
    expect((await harness.fetch(head('GET HTTPS://server/'))).status).toBe(421);
    expect((await harness.fetch(head('GET ftp://server/'))).status).toBe(421);
    expect((await harness.fetch(head('GET http://server/'))).body).toBe('{"secure":false}');
  });

  it('is served over TLS, and to a gateway that is trusted [RFC 9110 7.4]', async () => {
    const tls = await start({}, { secure: true });
    expect((await tls.fetch(head('GET https://server/'))).body).toBe('{"secure":true}');
    const trusted = await start({ trustedGateway: (address: string) => address === '127.0.0.1' });
    expect((await trusted.fetch(head('GET https://server/'))).body).toBe('{"secure":true}');
    const other = await start({ trustedGateway: () => false });
    expect((await other.fetch(head('GET https://server/'))).status).toBe(421);
  });
});

describe('what a client breaks', () => {
  const BROKEN = `${head('POST /', 'Transfer-Encoding: chunked')}${chunk('abc')}zz\r\n`;
  const HANDLERS: Record<string, (request: ServerRequest) => Promise<Response> | Response> = {
    reads: async (request) => Response.text(await request.text()),
    echoes: (request) => new Response().body(request),
    wraps: async (request) => {
      try {
        return Response.text(await request.text());
      } catch (cause) {
        throw new Error('could not read', { cause });
      }
    },
    'wraps twice': async (request) => {
      try {
        return Response.json(await request.json());
      } catch (error) {
        throw new Error('twice', { cause: new Error('once', { cause: error }) });
      }
    },
  };
  for (const [name, handler] of Object.entries(HANDLERS)) {
    it(`does not reach the log, though the handler ${name} it`, async () => {
      const harness = await Harness.start((server) => server.any('/', handler));
      const client = await harness.connect();
      await client.send(BROKEN);
      await settle();
      expect(harness.errors).toEqual([]);
      const gone = await harness.connect();
      await gone.send(`${head('POST /', 'Content-Length: 10')}abc`);
      gone.stream.abort();
      await settle();
      expect(harness.errors).toEqual([]);
    });
  }

  it('does not hide what the handler breaks', async () => {
    const harness = await Harness.start((server) =>
      server.any('/', async (request) => {
        await request.text();
        throw new Error('ours', { cause: new Error('also ours') });
      }),
    );
    expect((await harness.fetch(head('GET /'))).status).toBe(500);
    expect(harness.errors).toHaveLength(1);
  });
});

describe('bodies in memory', () => {
  it('take memory by octets, not by chunks', async () => {
    let held = 0;
    const harness = await Harness.start((server) =>
      server.any('/', async (request) => {
        const { length } = await request.bytes();
        return Response.text(`${length}`);
      }),
    );
    const client = await harness.connect();
    await client.send(head('POST /', 'Transfer-Encoding: chunked'));
    const CHUNKS = 200_000;
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    const many = '1\r\nx\r\n'.repeat(1000);
    for (let sent = 0; sent < CHUNKS; sent += 1000) await client.send(many);
    held = process.memoryUsage().heapUsed - before;
    expect(harness.server.counters().heldBodyBytes).toBe(CHUNKS);
    await client.send('0\r\n\r\n');
    expect(client.takeResponses()[0]?.body).toBe(`${CHUNKS}`);
    expect(harness.server.counters().heldBodyBytes).toBe(0);
    // A view for each piece would be some twenty megabytes.
    expect(held).toBeLessThan(15_000_000);
  });

  it('have one budget over all connections: who is above it gets 503', async () => {
    const harness = await Harness.start(
      (server) =>
        server.any('/', async (request) => Response.text(`${(await request.bytes()).length}`)),
      { limits: { heldBodyBytes: 10_000 } },
    );
    const clients = [await harness.connect(), await harness.connect(), await harness.connect()];
    for (const client of clients) await client.send(head('POST /', 'Content-Length: 6000'));
    await clients[0]!.send('x'.repeat(5000));
    await clients[1]!.send('x'.repeat(4000));
    await clients[2]!.send('x'.repeat(5000));
    expect(clients[2]!.takeResponses()[0]?.status).toBe(503);
    await clients[0]!.send('x'.repeat(1000));
    expect(clients[0]!.takeResponses()[0]?.body).toBe('6000');
    await clients[1]!.send('x'.repeat(2000));
    expect(clients[1]!.takeResponses()[0]?.body).toBe('6000');
    expect(harness.server.counters().heldBodyBytes).toBe(0);
  });

  it('count no more once a request is over, in whatever way', async () => {
    const harness = await Harness.start((server) =>
      server
        .any('/late', () => new Promise(() => {}))
        .any('/once', async (request) => {
          for await (const _ of request) break;
          return Response.text('enough');
        }),
    );
    const gone = await harness.connect();
    await gone.send(`${head('POST /late', 'Content-Length: 10')}abc`);
    expect(harness.server.counters().heldBodyBytes).toBe(3);
    gone.stream.abort();
    await settle();
    expect(harness.server.counters().heldBodyBytes).toBe(0);
    const client = await harness.connect();
    await client.send(`${head('POST /once', 'Content-Length: 10')}abc`);
    await client.send('defg');
    await settle();
    expect(harness.server.counters().heldBodyBytes).toBe(0);
  });
});

describe('an interim response', () => {
  it('goes out ahead of the final one [RFC 9110 15.2]', async () => {
    const harness = await Harness.start((server) =>
      server.any('/', (request) => {
        request.inform(new Response(103).header('Link', '</a.css>; rel=preload'));
        return Response.text('done');
      }),
    );
    const client = await harness.connect();
    await client.send(head('GET /'));
    expect(client.take()).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
    );
    await client.send('GET / HTTP/1.0\r\n\r\n');
    expect(client.take()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it('is nothing any more once the response has begun', async () => {
    let kept: ServerRequest | null = null;
    const harness = await Harness.start((server) =>
      server.any('/', (request) => {
        kept = request;
        return Response.text('done');
      }),
    );
    const client = await harness.connect();
    await client.fetch(head('GET /'));
    kept!.inform(new Response(103));
    expect(client.take()).toBe('');
  });
});

describe('an agreement to leave HTTP', () => {
  it('may be what a route answers with [RFC 9110 7.8]', async () => {
    const harness = await Harness.start((server) =>
      server.route('GET', '/chat', (request) =>
        request.upgrade(new Response(101).header('Upgrade', 'chat'), (stream, remaining) => {
          stream.setHandler({
            handleData: (buf, start, end) => void stream.write(buf, start, end),
            handleEnd: () => stream.end(),
            handleDrain: () => {},
            handleClose: () => {},
          });
          stream.write(remaining);
        }),
      ),
    );
    const client = await harness.connect();
    await client.send(`${head('GET /chat', 'Connection: upgrade', 'Upgrade: chat')}early `);
    await client.send('late');
    expect(client.take()).toMatch(/^HTTP\/1\.1 101 (.*\r\n)+\r\nearly late$/);
    expect(harness.server.counters().connections).toBe(0);
    // Without the offer it is a mistake of the handler's.
    expect((await harness.fetch(head('GET /chat'))).status).toBe(500);
  });
});

describe('options', () => {
  it('of listen are a transport and a port, which is told where one is missing', async () => {
    const listen = (...args: unknown[]) =>
      new Server().listen(...(args as Parameters<Server['listen']>));
    for (const args of [[], [{ port: 80 }], [new MemoryTransport()], [new MemoryTransport(), {}]]) {
      await expect(listen(...args)).rejects.toThrow(/^listen takes a transport and a port: /);
    }
  });

  it('that do not exist are told in one line', async () => {
    await expect(Harness.start(() => {}, { timeout: 3 } as never)).rejects.toThrow(
      'Server has no option timeout; is it timeouts?',
    );
    await expect(Harness.start(() => {}, { timeouts: { headersMs: 3 } as never })).rejects.toThrow(
      /^timeouts has no option headersMs/,
    );
    await expect(Harness.start(() => {}, { head: { fieldcount: 3 } as never })).rejects.toThrow(
      'head has no option fieldcount; is it fieldCount?',
    );
    const { server } = await Harness.start(() => {});
    expect(() => server.close({ grace: 3 } as never)).toThrow('close has no option grace');
    await expect(Harness.start(() => {}, { minDataRate: -1 })).rejects.toThrow(RangeError);
  });
});
