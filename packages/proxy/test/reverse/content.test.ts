import { Response } from '@netlayers/http';
import { fillPattern, type RecordingPeer } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { answers, Harness, head, ok, statusOf } from '../support/harness.js';
import { settle } from '../support/settle.js';

const MEGABYTE = 1 << 20;

/** The content that has come behind a head, in bytes. */
const contentOf = (peer: RecordingPeer): number =>
  peer.received - peer.text.indexOf('\r\n\r\n') - 4;

describe('content of a request', () => {
  it('goes on with the length that was read, or in chunks of ours [RFC 9112 6.3]', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a', () => {});
    const client = await harness.connect();
    client.send(`${head('POST /', 'Content-Length: 5', 'Connection: Content-Length')}hello`);
    await settle();
    expect(upstream.text).toMatch(/\r\nContent-Length: 5\r\n\r\nhello$/);
    expect(upstream.text).not.toMatch(/transfer-encoding/i);
    const other = await harness.connect();
    other.send(
      `${head('POST /', 'Transfer-Encoding: chunked')}3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 1\r\nProxy-X: 2\r\n\r\n`,
    );
    await settle();
    expect(upstream.text).toMatch(/\r\nTransfer-Encoding: chunked\r\n\r\n/);
    expect(upstream.text).not.toMatch(/ext|content-length|Proxy-X/i);
    expect(upstream.text.slice(upstream.text.indexOf('\r\n\r\n') + 4)).toMatch(
      /^(?:3\r\nabc\r\n2\r\nde|5\r\nabcde)\r\n0\r\nX-Sum: 1\r\n\r\n$/,
    );
  });

  it('of ambiguous framing goes nowhere [RFC 9112 6.3]', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a');
    const texts = [
      head('POST /', 'Content-Length: 5', 'Transfer-Encoding: chunked'),
      head('POST /', 'Content-Length: 5', 'Content-Length: 6'),
      head('POST /', 'Content-Length: +5'),
      head('POST /', 'Transfer-Encoding: chunked, identity'),
      head('POST /', 'Transfer-Encoding: \u000bchunked'),
      head('POST /', 'Transfer-Encoding : chunked'),
      head('GET /', 'Host: other'),
    ];
    for (const text of texts) {
      const response = await harness.fetch(
        `${text}0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n`,
      );
      expect(statusOf(response), text).toBeGreaterThanOrEqual(400);
    }
    expect(upstream.peers).toEqual([]);
  });

  it('is read no faster than the upstream takes it', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a', () => {});
    const client = await harness.connect();
    client.send(head('PUT /', `Content-Length: ${8 * MEGABYTE}`));
    await settle();
    upstream.peers[0]?.pause();
    client.sendPattern(8 * MEGABYTE);
    await settle(200);
    // The streams' own queues, the server's mark, and what is kept for another upstream.
    expect(client.sent).toBeLessThan(MEGABYTE);
    upstream.peers[0]?.resume();
    await settle(2000);
    expect(client.sent).toBe(8 * MEGABYTE);
    expect(upstream.peers[0]?.received).toBeGreaterThan(8 * MEGABYTE);
  });

  it('may wait for time that the client takes, and not for the upstream [RFC 9110 15.6.5]', async () => {
    const harness = await Harness.start(
      { timeouts: { bodyMs: 5000, headersMs: 5000 } },
      ['http://a'],
      { timeouts: { bodyMs: 60_000 } },
    );
    await harness.raw('a', () => {});
    const client = await harness.connect();
    client.send(`${head('PUT /', 'Content-Length: 10')}hello`);
    await harness.advance(30_000);
    expect(client.text).toBe('');
    client.send('world');
    await harness.advance(6000);
    expect(statusOf(client.text)).toBe(504);
    expect(harness.proxy.counters().upstreams[0]?.active).toBe(0);
  });

  it('that does not come is the client’s fault [RFC 9110 15.5.9]', async () => {
    const harness = await Harness.start({}, ['http://a'], { timeouts: { bodyMs: 5000 } });
    const upstream = await harness.raw('a', () => {});
    const client = await harness.connect();
    client.send(`${head('PUT /', 'Content-Length: 10')}hello`);
    await harness.advance(10_000);
    expect(statusOf(client.text)).toBe(408);
    expect(upstream.peers[0]?.closeCode).toBe('ECONNRESET');
    expect(harness.failures).toEqual([]);
    expect(harness.proxy.counters().upstreams[0]).toMatchObject({ active: 0, failures: 0 });
  });
});

describe('an expectation', () => {
  const ask = head('PUT /', 'Content-Length: 5', 'Expect: 100-continue');

  it('is the upstream’s to meet, end to end [RFC 9110 10.1.1]', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a', () => {});
    const client = await harness.connect();
    client.send(ask);
    await settle();
    expect(upstream.text).toContain('\r\nExpect: 100-continue\r\n');
    expect(client.text).toBe('');
    upstream.peers[0]?.send('HTTP/1.1 100 Continue\r\n\r\n');
    await settle();
    expect(client.text).toBe('HTTP/1.1 100 Continue\r\n\r\n');
    client.send('hello');
    await settle();
    expect(upstream.text).toMatch(/\r\n\r\nhello$/);
    upstream.peers[0]?.send(ok('done'));
    await settle();
    expect(client.text).toMatch(/done$/);
  });

  it('is refused without any content on its way [RFC 9110 10.1.1]', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a', (peer) => {
      peer.send('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    });
    const client = await harness.connect();
    client.send(ask);
    await settle();
    expect(client.text).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(client.text).toMatch(/no$/);
    expect(upstream.text).toMatch(/\r\n\r\n$/);
    expect(harness.proxy.counters().upstreams[0]?.active).toBe(0);
  });

  it('is met by the proxy when the upstream says nothing [RFC 9110 10.1.1]', async () => {
    const harness = await Harness.start({ timeouts: { continueMs: 2000 } });
    await harness.raw('a', () => {});
    const client = await harness.connect();
    client.send(ask);
    await settle();
    await harness.advance(1999);
    expect(client.text).toBe('');
    await harness.advance(2);
    expect(client.text).toBe('HTTP/1.1 100 Continue\r\n\r\n');
  });

  it('that nobody had is told all the same [RFC 9110 15.2]', async () => {
    const harness = await Harness.start();
    await harness.raw('a', answers(`HTTP/1.1 100 Continue\r\n\r\n${ok('x')}`));
    expect(await harness.fetch(head('GET /'))).toMatch(
      /^HTTP\/1\.1 100 Continue\r\nVia: 1\.1 netlayers\r\n\r\nHTTP\/1\.1 200 OK/,
    );
  });
});

describe('content of a response', () => {
  it('waits in the upstream while the client does not read', async () => {
    const harness = await Harness.start();
    let sent = 0;
    await harness.serve('a', async () =>
      new Response(200, { 'Content-Length': String(64 * MEGABYTE) }).body(
        (async function* () {
          for (; sent < 64 * MEGABYTE; sent += 0x1_0000) {
            const piece = new Uint8Array(0x1_0000);
            fillPattern(piece, sent);
            yield piece;
          }
        })(),
      ),
    );
    const client = await harness.connect();
    client.keeps = false;
    client.pause();
    client.send(head('GET /'));
    await settle(300);
    expect(sent).toBeGreaterThan(0);
    // 256 KiB of the client, and the queues of two streams.
    expect(sent).toBeLessThan(MEGABYTE);
    client.resume();
    await settle(20_000);
    expect(client.received).toBeGreaterThan(64 * MEGABYTE);
    expect(harness.proxy.counters().upstreams[0]?.active).toBe(0);
  });

  it('comes piece by piece, as the upstream sends it', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a', () => {});
    const client = await harness.connect();
    client.send(head('GET /'));
    await settle();
    upstream.peers[0]?.send(
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n',
    );
    await settle();
    expect(client.text).toContain('data: 1\n\n');
    upstream.peers[0]?.send('data: 2\n\n');
    await settle();
    expect(client.text).toContain('data: 2\n\n');
    client.abort();
    await settle();
    expect(upstream.peers[0]?.closeCode).toBe('ECONNRESET');
    expect(harness.failures).toEqual([]);
    expect(harness.proxy.counters().upstreams[0]?.active).toBe(0);
  });

  it('that stops is given up, one that goes on is not [RFC 9110 15.6.5]', async () => {
    const harness = await Harness.start({ timeouts: { bodyMs: 5000 } });
    const upstream = await harness.raw('a', () => {});
    const client = await harness.connect();
    client.send(head('GET /'));
    await settle();
    upstream.peers[0]?.send('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n');
    for (let second = 0; second < 20; second++) {
      upstream.peers[0]?.send('x'.repeat(300));
      await harness.advance(1000);
    }
    expect(client.closed).toBe(false);
    await harness.advance(6000);
    expect(client.closeCode).toBe('ECONNRESET');
    expect(harness.failures).toEqual(['http://a/ body-timeout']);
  });
});

describe('an answer before the request is read', () => {
  it('that refuses stops the upload, and reaches the client [RFC 9112 9.5]', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a', (peer) => {
      if (peer.events.length === 0 && peer.received < 2000) {
        peer.send('HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno');
        peer.pause();
      }
    });
    const client = await harness.connect();
    client.send(head('PUT /', `Content-Length: ${64 * MEGABYTE}`));
    client.sendPattern(64 * MEGABYTE);
    await settle(200);
    expect(client.text).toMatch(/^HTTP\/1\.1 413 /);
    expect(upstream.peers[0]?.received).toBeLessThan(MEGABYTE);
    expect(harness.proxy.counters().upstreams[0]?.active).toBe(0);
  });

  it('that is complete leaves no upload behind [RFC 9112 9.5]', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a', (peer) => {
      if (!peer.text.includes('HTTP/1.1 200')) peer.send(ok('early'));
    });
    const client = await harness.connect();
    client.send(head('PUT /', 'Content-Length: 10'));
    await settle();
    expect(client.text).toMatch(/early$/);
    client.send('hello');
    await settle();
    expect(upstream.peers[0]?.closeCode).toBe('ECONNRESET');
    expect(harness.proxy.counters().upstreams[0]).toMatchObject({ active: 0, connections: 0 });
    // The connection of the client goes on.
    client.send(`world${head('GET /')}`);
    await settle();
    expect(client.text).toMatch(/early$/);
    expect(client.text.match(/HTTP\/1\.1 200 OK/g)?.length).toBe(2);
  });

  it('streams beside the upload', async () => {
    const harness = await Harness.start();
    await harness.serve('a', async (request) => new Response(200).body(request));
    const client = await harness.connect();
    client.send(`${head('POST /', 'Transfer-Encoding: chunked')}3\r\nabc\r\n`);
    await settle();
    expect(client.text).toMatch(/3\r\nabc\r\n$/);
    client.send('2\r\nde\r\n0\r\n\r\n');
    await settle();
    expect(client.text).toMatch(/2\r\nde\r\n0\r\n\r\n$/);
    expect(contentOf(client)).toBeGreaterThan(0);
    expect(harness.proxy.counters().upstreams[0]).toMatchObject({ active: 0, connections: 1 });
  });
});

describe('a client that goes', () => {
  it('takes its request along, before and during the answer', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a', () => {});
    const client = await harness.connect();
    client.send(head('GET /'));
    await settle();
    expect(harness.proxy.counters().upstreams[0]?.active).toBe(1);
    client.abort();
    await settle();
    expect(upstream.peers[0]?.closeCode).toBe('ECONNRESET');
    expect(harness.proxy.counters().upstreams[0]).toMatchObject({ active: 0, failures: 0 });
    expect(harness.errors).toEqual([]);
  });
});
