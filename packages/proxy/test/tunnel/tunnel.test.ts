import { createHash } from 'node:crypto';
import { Response, type Transport } from '@netlayers/http';
import { type ConnectProxyOptions, connectProxy } from '@netlayers/proxy';
import { RecordingPeer } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { answers, Harness, head, ok, statusOf } from '../support/harness.js';
import { settle } from '../support/settle.js';

const MEGABYTE = 1 << 20;
const UPGRADE = head(
  'GET /chat',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Key: x',
);
const AGREEMENT =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: y\r\n\r\n';

/** A client, and the upstream that it is joined to. */
async function joined(harness: Harness) {
  const upstream = await harness.raw('a', (peer, text) => {
    if (text.endsWith('\r\n\r\n')) peer.send(AGREEMENT);
  });
  const client = await harness.connect();
  client.send(UPGRADE);
  await settle();
  return { client, far: upstream.peers[0] };
}

describe('an upgrade', () => {
  it('becomes a tunnel, with what came behind both heads [RFC 9110 7.8]', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a', (peer, text) => {
      if (text.endsWith('\r\n\r\n')) peer.send(`${AGREEMENT}welcome`);
    });
    const client = await harness.connect();
    client.send(UPGRADE);
    await settle();
    expect(upstream.text).toContain('\r\nUpgrade: websocket\r\n');
    expect(upstream.text).toContain('\r\nConnection: Upgrade\r\n');
    expect(upstream.text).toContain('\r\nSec-WebSocket-Key: x\r\n');
    expect(client.text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    expect(client.text).toContain('\r\nSec-WebSocket-Accept: y\r\n');
    expect(client.text).toMatch(/\r\n\r\nwelcome$/);
    client.send('ping');
    await settle();
    expect(upstream.text).toMatch(/ping$/);
    upstream.peers[0]?.send('pong');
    await settle();
    expect(client.text).toMatch(/pong$/);
    expect(harness.proxy.counters().upstreams[0]?.active).toBe(1);
    client.stream.end();
    await settle();
    expect(upstream.peers[0]?.ended).toBe(true);
    upstream.peers[0]?.send('last');
    upstream.peers[0]?.stream.end();
    await settle();
    expect(client.text).toMatch(/last$/);
    expect(client.closeError).toBe(null);
    expect(harness.proxy.counters().upstreams[0]?.active).toBe(0);
  });

  it('of a WebSocket has its client told to go when the server closes, between two frames [RFC 6455 7.4.1]', async () => {
    const harness = await Harness.start();
    const { client, far } = await joined(harness);
    far?.write(Uint8Array.of(0x82, 4, 1, 2));
    await settle();
    let isClosed = false;
    const closing = harness.server.close({ graceMs: 5000 }).then(() => {
      isClosed = true;
    });
    await settle();
    const before = client.received;
    // The rest of the frame, and another one, which comes too late.
    far?.write(Uint8Array.of(3, 4, 0x82, 1, 0));
    await settle();
    expect(client.received - before).toBe(2 + 4);
    const answer = Uint8Array.of(0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe9);
    const received = far?.received ?? 0;
    client.write(answer);
    await settle();
    expect((far?.received ?? 0) - received).toBe(answer.length);
    expect(isClosed).toBe(false);
    far?.stream.end();
    client.stream.end();
    await settle();
    await closing;
    expect([client.ended, client.closeError]).toEqual([true, null]);
    expect(harness.server.counters().cut).toBe(0);
  });

  it('of a WebSocket whose client does not go is cut off after the grace', async () => {
    const harness = await Harness.start();
    await harness.raw('a', (peer, text) => {
      if (text.endsWith('\r\n\r\n')) peer.send(AGREEMENT);
    });
    const client = await harness.connect();
    client.send(UPGRADE);
    await settle();
    const closing = harness.server.close({ graceMs: 5000 });
    await harness.advance(6000);
    await closing;
    await settle();
    expect(client.closed).toBe(true);
    expect(harness.server.counters().cut).toBe(1);
    expect(harness.proxy.counters().upstreams[0]?.active).toBe(0);
  });

  it('waits for what a client sends too early, and loses none of it', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a', () => {});
    const client = await harness.connect();
    client.send(UPGRADE);
    client.sendPattern(MEGABYTE);
    await settle(50);
    expect(client.sent).toBeLessThan(MEGABYTE);
    const [far] = upstream.peers;
    const before = far!.received;
    far?.send(`${AGREEMENT}${'x'.repeat(100_000)}`);
    await settle(100);
    expect(client.sent).toBe(MEGABYTE);
    expect(far!.received - before).toBe(MEGABYTE);
    expect(client.received).toBeGreaterThan(100_000);
  });

  it('whose upstream is lost in the moment it agrees is a reset for the client', async () => {
    const harness = await Harness.start();
    let release: () => void = () => {};
    harness.server.use(async (_request, next) => {
      const response = await next();
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return response;
    });
    const { client, far } = await joined(harness);
    far?.abort();
    await settle();
    release();
    await settle();
    expect(client.closed).toBe(true);
    expect(harness.proxy.counters().upstreams[0]?.active).toBe(0);
  });

  it('may be declined [RFC 9110 7.8]', async () => {
    const harness = await Harness.start();
    await harness.raw('a', answers(ok('no')));
    expect(await harness.fetch(UPGRADE)).toMatch(/no$/);
  });

  it('to what nobody asked for is 502 [RFC 9110 7.8]', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a', answers(AGREEMENT.replace('websocket', 'h2c')));
    expect(statusOf(await harness.fetch(UPGRADE))).toBe(502);
    expect(upstream.peers[0]?.closed).toBe(true);
    expect(harness.proxy.counters().upstreams[0]?.active).toBe(0);
  });

  it('is not asked for behind content [RFC 9110 7.8]', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a');
    await harness.fetch(
      `${head('POST /', 'Connection: Upgrade', 'Upgrade: websocket', 'Content-Length: 1')}x`,
    );
    expect(upstream.text).not.toMatch(/upgrade/i);
  });

  it('is offered on for protocols that are allowed, and never for another HTTP [RFC 9110 7.8]', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a');
    const settings = 'HTTP2-Settings: AAMAAABkAAQAAP__';
    await harness.fetch(
      head('GET /', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', settings),
    );
    expect(upstream.text).not.toMatch(/upgrade|http2/i);
    await harness.fetch(head('GET /', 'Connection: Upgrade', 'Upgrade: h2c, WebSocket, tls/1.0'));
    expect(upstream.text).toContain('\r\nUpgrade: WebSocket\r\n');
  });

  it('does not keep a proxy from closing for ever', async () => {
    const harness = await Harness.start();
    await harness.raw('a', (peer, text) => {
      if (text.endsWith('\r\n\r\n')) peer.send(AGREEMENT);
    });
    const client = await harness.connect();
    client.send(UPGRADE);
    await settle();
    let isClosed = false;
    const closing = harness.proxy.close({ graceMs: 2000 }).then(() => {
      isClosed = true;
    });
    await harness.advance(1900);
    expect(isClosed).toBe(false);
    await harness.advance(200);
    await closing;
    expect(client.closed).toBe(true);
  });

  it('is as fast as the slower side', async () => {
    const harness = await Harness.start();
    const { client, far } = await joined(harness);
    far?.pause();
    client.sendPattern(8 * MEGABYTE, true);
    await settle(100);
    expect(client.sent).toBeLessThan(MEGABYTE);
    far?.resume();
    await settle(1000);
    expect(client.sent).toBe(8 * MEGABYTE);
    expect(far?.received).toBeGreaterThan(8 * MEGABYTE);
    expect(far?.ended).toBe(true);
  });

  it('ends in a reset on one side when the other is reset, and after too long without a byte', async () => {
    for (const how of ['client', 'upstream', 'time'] as const) {
      const harness = await Harness.start({ timeouts: { tunnelIdleMs: 10_000 } });
      const { client, far } = await joined(harness);
      await harness.advance(9000);
      client.send('still here');
      await harness.advance(9000);
      expect(client.closed).toBe(false);
      if (how === 'client') client.abort();
      else if (how === 'upstream') far?.abort();
      else await harness.advance(2000);
      await settle();
      expect([client.closed, far?.closed], how).toEqual([true, true]);
      const survivor = how === 'client' ? far : client;
      expect(survivor?.closeCode).toBe('ECONNRESET');
      expect(harness.proxy.counters().upstreams[0]?.active).toBe(0);
    }
  });

  it('whose client goes before it is agreed to leaves nothing behind', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a', () => {});
    const client = await harness.connect();
    client.send(UPGRADE);
    await settle();
    upstream.peers[0]?.send(AGREEMENT);
    client.abort();
    await settle();
    expect(upstream.peers[0]?.closed).toBe(true);
    expect(harness.proxy.counters().upstreams[0]?.active).toBe(0);
  });

  it('between servers of ours brings every byte', async () => {
    const harness = await Harness.start({ upgrades: ['Echo'] });
    await harness.serve('a', async (request) =>
      request.upgrade(new Response(101, { Upgrade: 'echo' }), (stream, remaining) => {
        stream.write(remaining);
        stream.setHandler({
          handleData: (buf, start, end) => void stream.write(buf, start, end),
          handleEnd: () => stream.end(),
          handleDrain: () => {},
          handleClose: () => {},
        });
      }),
    );
    const client = await harness.connect();
    client.send(head('GET /', 'Connection: upgrade', 'Upgrade: echo'));
    await settle();
    const hash = createHash('sha1');
    client.reactions.data = (bytes) => hash.update(bytes);
    const bytes = new Uint8Array(300_000).map((_, at) => at % 251);
    client.stream.write(bytes);
    client.stream.end();
    await settle(100);
    expect(client.ended).toBe(true);
    expect(hash.digest('hex')).toBe(createHash('sha1').update(bytes).digest('hex'));
  });
});

describe('CONNECT', () => {
  async function setUp(options: Partial<ConnectProxyOptions> = {}) {
    const harness = await Harness.start();
    harness.server.connect(
      connectProxy({
        transport: harness.transport as Transport,
        clock: harness.clock,
        allow: ({ host, port }) => host === 'a' && port === 80,
        ...options,
      }),
    );
    return harness;
  }
  const connect = (target: string): string =>
    `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`;

  it('goes where it is allowed to, and nowhere else [RFC 9110 9.3.6]', async () => {
    const harness = await setUp();
    const upstream = await harness.raw('a', () => {});
    for (const target of ['b:80', 'a:81', '127.0.0.1:80', '[::1]:80', 'a.b:80']) {
      expect(statusOf(await harness.fetch(connect(target))), target).toBe(403);
    }
    const client = await harness.connect();
    client.send(`${connect('A:80')}early`);
    await settle();
    expect(client.text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(client.text).not.toMatch(/content-length|transfer-encoding/i);
    expect(upstream.text).toBe('early');
    upstream.peers[0]?.send('hello');
    await settle();
    expect(client.text).toMatch(/\r\n\r\nhello$/);
  });

  it('needs a rule', () => {
    expect(() => connectProxy({ transport: {} } as never)).toThrow(TypeError);
  });

  it('is 502 where nobody listens, 504 where nobody answers [RFC 9110 15.6.5]', async () => {
    const refused = await setUp();
    expect(statusOf(await refused.fetch(connect('a:80')))).toBe(502);
    const never: Transport = {
      listen: () => Promise.reject(new Error('no')),
      connect: () => new Promise(() => {}),
      close: async () => {},
    };
    const silent = await setUp({ transport: never, connectTimeoutMs: 2000 });
    const client = await silent.connect();
    client.send(connect('a:80'));
    await settle();
    await silent.advance(1999);
    expect(client.text).toBe('');
    await silent.advance(2);
    expect(statusOf(client.text)).toBe(504);
  });

  it('is bounded in number', async () => {
    const harness = await setUp({ maxTunnels: 1 });
    await harness.raw('a', () => {});
    const first = await harness.connect();
    first.send(connect('a:80'));
    await settle();
    expect(statusOf(await harness.fetch(connect('a:80')))).toBe(503);
    first.abort();
    await settle();
    expect(statusOf(await harness.fetch(connect('a:80')))).toBe(200);
  });

  it('whose client goes meanwhile drops the connection that comes too late', async () => {
    let connected: (peer: RecordingPeer) => void = () => {};
    const harness = await Harness.start();
    const late: Transport = {
      listen: () => Promise.reject(new Error('no')),
      connect: () =>
        new Promise((resolve) => {
          connected = async () =>
            resolve((await harness.transport.connect({ host: 'a', port: 80 })) as never);
        }),
      close: async () => {},
    };
    harness.server.connect(
      connectProxy({ transport: late, clock: harness.clock, allow: () => true }),
    );
    const upstream = await harness.raw('a', () => {});
    const client = await harness.connect();
    client.send(connect('a:80'));
    await settle();
    client.abort();
    await settle();
    connected(client);
    await settle();
    expect(upstream.peers[0]?.closeCode).toBe('ECONNRESET');
    expect(client).toBeInstanceOf(RecordingPeer);
  });
});
