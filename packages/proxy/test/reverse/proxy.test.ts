import { Response } from '@netlayers/http';
import { proxy } from '@netlayers/proxy';
import { MemoryTransport } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { answers, Harness, head, ok, statusOf } from '../support/harness.js';
import { settle } from '../support/settle.js';

describe('a request', () => {
  it('goes on as it is, in origin form, with Via and what is known of the client [RFC 9110 7.6.3]', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a');
    const response = await harness.fetch(head('GET /x/../y?q=%2F', 'Accept: text/plain'));
    expect(statusOf(response)).toBe(400);
    await harness.fetch(head('GET /a//b%2Fc?q=../x', 'Accept: text/plain', 'User-Agent: me'));
    expect(upstream.text).toBe(
      [
        'GET /a//b%2Fc?q=../x HTTP/1.1',
        'Host: example.org',
        'Accept: text/plain',
        'User-Agent: me',
        'Forwarded: for=127.0.0.1;host=example.org;proto=http',
        'X-Forwarded-For: 127.0.0.1',
        'X-Forwarded-Host: example.org',
        'X-Forwarded-Proto: http',
        'Via: 1.1 netlayers',
        '',
        '',
      ].join('\r\n'),
    );
  });

  it('loses what ends at this hop, and what Connection names [RFC 9110 7.6.1]', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a');
    await harness.fetch(
      head(
        'GET /',
        'Connection: keep-alive, X-Mine, , Upgrade',
        'connection: HOST, Content-Length, X-Forwarded-For, Via',
        'Keep-Alive: timeout=5',
        'X-Mine: 1',
        'Proxy-Authorization: Basic eDp5',
        'Proxy-Connection: keep-alive',
        'TE: gzip',
        'Proxy: http://evil',
        'Proxy-Status: x; error=y',
        'X-Theirs: 2',
      ),
    );
    for (const name of [
      'connection',
      'keep-alive',
      'x-mine',
      'proxy-a',
      'proxy-c',
      'proxy:',
      'te:',
      'upgrade',
    ]) {
      expect(upstream.text.toLowerCase()).not.toContain(`\r\n${name}`);
    }
    for (const line of [
      'Proxy-Status: x; error=y',
      'X-Theirs: 2',
      'X-Forwarded-For: 127.0.0.1',
      'Via: 1.1 netlayers',
      'Host: example.org',
    ]) {
      expect(upstream.text).toContain(`\r\n${line}\r\n`);
    }
  });

  it('says nothing of the client that it did not say itself [RFC 9110 10.1.5]', async () => {
    const harness = await Harness.start({ forwarded: 'none' });
    const upstream = await harness.raw('a');
    await harness.fetch('GET / HTTP/1.1\r\nHost: example.org\r\n\r\n');
    expect(upstream.text).toBe('GET / HTTP/1.1\r\nHost: example.org\r\nVia: 1.1 netlayers\r\n\r\n');
  });

  it('believes no client about itself, but a trusted peer [RFC 7239 8.1]', async () => {
    const lines = [
      'Forwarded: for=1.2.3.4',
      'X-Forwarded-For: 1.2.3.4',
      'X-Forwarded-Proto: https',
      'X-Real-IP: 1.2.3.4',
    ];
    const doubting = await Harness.start();
    const first = await doubting.raw('a');
    await doubting.fetch(head('GET /', ...lines));
    expect(first.text).not.toContain('1.2.3.4');
    const trusting = await Harness.start({ trusted: (address) => address === '127.0.0.1' });
    const second = await trusting.raw('a');
    await trusting.fetch(head('GET /', ...lines));
    expect(second.text).toContain('\r\nX-Forwarded-For: 1.2.3.4, 127.0.0.1\r\n');
    expect(second.text).toContain('\r\nX-Forwarded-Proto: https\r\n');
    expect(second.text).toContain(
      '\r\nForwarded: for=1.2.3.4, for=127.0.0.1;host=example.org;proto=http\r\n',
    );
  });

  it('has the host of an absolute target, whatever Host says [RFC 9112 3.2.2]', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a');
    await harness.fetch(head('GET http://other.example:81/x?y'));
    expect(upstream.text).toMatch(/^GET \/x\?y HTTP\/1\.1\r\nHost: other\.example:81\r\n/);
    expect(upstream.text).toContain(
      '\r\nForwarded: for=127.0.0.1;host="other.example:81";proto=http\r\n',
    );
  });

  it('has the host and the path that the options say', async () => {
    const harness = await Harness.start(
      { host: 'upstream', rewrite: (path) => path.replace(/^\/api/, '') },
      ['http://a/base/'],
    );
    const upstream = await harness.raw('a');
    await harness.fetch(head('GET /api/x?y'));
    expect(upstream.text).toMatch(/^GET \/base\/x\?y HTTP\/1\.1\r\nHost: a\r\n/);
    const named = await Harness.start({ host: 'named.example', forwarded: 'none' });
    const other = await named.raw('a');
    await named.fetch(head('GET /'));
    expect(other.text).toContain('\r\nHost: named.example\r\n');
    expect(other.text).not.toContain('orwarded');
  });

  it('does not climb out of where it was routed to', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a');
    for (const path of [
      '/..',
      '/a/../b',
      '/a/%2e%2E/b',
      '/a/.%2e',
      '/a/..;/b',
      '/a%2f..%2fb',
      '/a/..\\b',
    ]) {
      expect(statusOf(await harness.fetch(head(`GET ${path}`))), path).toBe(400);
    }
    for (const path of ['/...', '/a..b', '/..a', '/a/.b', '/?/../']) {
      expect(statusOf(await harness.fetch(head(`GET ${path}`))), path).toBe(200);
    }
    expect(upstream.text).not.toContain('climb');
  });

  it('is counted down by Max-Forwards, and ends where it says [RFC 9110 7.6.2]', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a');
    await harness.fetch(head('OPTIONS /', 'Max-Forwards: 3'));
    expect(upstream.text).toContain('\r\nMax-Forwards: 2\r\n');
    await harness.fetch(head('GET /', 'Max-Forwards: 0'));
    expect(upstream.text).toContain('\r\nMax-Forwards: 0\r\n');
    const options = await harness.fetch(head('OPTIONS /', 'Max-Forwards: 0'));
    expect(statusOf(options)).toBe(204);
    expect(options).toContain('\r\nAllow: GET, ');
    const trace = await harness.fetch(head('TRACE /x', 'Max-Forwards: 0', 'Cookie: a=b', 'X-Y: z'));
    expect(trace).toContain('\r\nContent-Type: message/http\r\n');
    expect(trace).toContain('\r\n\r\nTRACE /x HTTP/1.1\r\nHost: example.org\r\n');
    expect(trace).toContain('X-Y: z');
    expect(trace).not.toContain('a=b');
    expect(upstream.text.match(/ HTTP\/1\.1\r\n/g)?.length).toBe(2);
  });

  it('that runs in a circle ends [RFC 9110 7.6.3]', async () => {
    const harness = await Harness.start({}, ['http://proxy']);
    expect(statusOf(await harness.fetch(head('GET /')))).toBe(508);
    expect(harness.proxy.counters().requests).toBe(11);
  });

  it('to a tunnel is none of a reverse proxy', async () => {
    const harness = await Harness.start();
    harness.server.connect(harness.proxy);
    const text = 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n';
    expect(statusOf(await harness.fetch(text))).toBe(501);
  });

  it('asks for trailers where the client does [RFC 9110 10.1.4]', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a');
    await harness.fetch(head('GET /', 'TE: trailers, deflate;q=0.5', 'Connection: te'));
    expect(upstream.text).toContain('\r\nTE: trailers\r\n');
    expect(upstream.text).toContain('\r\nConnection: TE\r\n');
    expect(upstream.text).not.toContain('deflate');
  });
});

describe('a response', () => {
  it('comes back with its fields, but for those of the hop [RFC 9110 7.6.1]', async () => {
    const harness = await Harness.start();
    await harness.raw(
      'a',
      answers(
        ok(
          'hello',
          'Connection: close, X-Mine',
          'X-Mine: 1',
          'Keep-Alive: timeout=9',
          'Set-Cookie: a',
          'Set-Cookie: b',
          'Server: x',
          'Proxy-Authenticate: Basic',
          'Date: Thu, 01 Jan 1970 00:00:00 GMT',
        ),
      ),
    );
    expect(await harness.fetch(head('GET /'))).toBe(
      [
        'HTTP/1.1 200 OK',
        'Set-Cookie: a',
        'Set-Cookie: b',
        'Server: x',
        'Date: Thu, 01 Jan 1970 00:00:00 GMT',
        'Via: 1.1 netlayers',
        'Connection: keep-alive',
        'Content-Length: 5',
        '',
        'hello',
      ].join('\r\n'),
    );
  });

  it('to HEAD, and 304, keeps the length of what is not sent [RFC 9110 8.6]', async () => {
    const harness = await Harness.start();
    await harness.raw(
      'a',
      answers('HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\nETag: "x"\r\n\r\n'),
    );
    expect(await harness.fetch(head('GET /'))).toContain('\r\nContent-Length: 7\r\n');
    const heads = await Harness.start();
    await heads.raw('a', answers('HTTP/1.1 200 OK\r\nContent-Length: 9, 9\r\n\r\n'));
    const response = await heads.fetch(head('HEAD /'));
    expect(statusOf(response)).toBe(200);
    expect(response).not.toContain('9');
    expect(harness.proxy.counters().upstreams[0]?.active).toBe(0);
  });

  it('of a length that is not said is chunked by us [RFC 9112 7.1]', async () => {
    const harness = await Harness.start();
    await harness.raw('a', (peer) => {
      peer.send('HTTP/1.1 200 OK\r\n\r\nuntil the end');
      peer.stream.end();
    });
    const response = await harness.fetch(head('GET /'));
    expect(response).toContain('\r\nTransfer-Encoding: chunked\r\n');
    expect(response).toMatch(/\r\nd\r\nuntil the end\r\n0\r\n\r\n$/);
  });

  it('brings its trailers along, but for those of the hop [RFC 9110 6.5]', async () => {
    const harness = await Harness.start();
    await harness.raw(
      'a',
      answers(
        'HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 7\r\nConnection: X-Sum\r\nProxy-X: 1\r\nContent-Length: 0\r\n\r\n',
      ),
    );
    const response = await harness.fetch(head('GET /'));
    expect(response).toContain('\r\nTrailer: X-Sum\r\n');
    expect(response).toMatch(/3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n$/);
  });

  it('that is cut is cut for the client too, and not made whole [RFC 9112 8]', async () => {
    const harness = await Harness.start();
    await harness.raw('a', (peer) => {
      peer.send('HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\nabc');
      peer.stream.end();
    });
    const client = await harness.connect();
    client.send(head('GET /'));
    await settle();
    expect(client.text).toMatch(/\r\n\r\nabc$/);
    expect(client.closeCode).toBe('ECONNRESET');
    expect(harness.failures).toEqual(['http://a/ incomplete']);
    expect(harness.proxy.counters().upstreams[0]).toMatchObject({ active: 0, failures: 1 });
  });

  it('of little content begins when that is whole, and is 502 when it is cut [RFC 9110 15.6.3]', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a', () => {});
    const client = await harness.connect();
    client.send(head('GET /'));
    await settle();
    upstream.peers[0]?.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel');
    await settle();
    expect(client.text).toBe('');
    upstream.peers[0]?.send('lo');
    await settle();
    expect(client.text).toMatch(/hello$/);
    client.send(head('GET /'));
    await settle();
    upstream.peers[0]?.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel');
    upstream.peers[0]?.stream.end();
    await settle();
    expect(client.text).toContain('HTTP/1.1 502 Bad Gateway');
    expect(harness.proxy.counters().upstreams[0]).toMatchObject({ active: 0, failures: 1 });
  });

  it('that is split or malformed is 502, and never passed on [RFC 9110 15.6.3]', async () => {
    for (const text of [
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!',
      'HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b\r\nContent-Length: 0\r\n\r\n',
      'HTTP/1.1 200 OK\r\n X: folded\r\nContent-Length: 0\r\n\r\n',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
      'SSH-2.0-x\r\n\r\n',
    ]) {
      const harness = await Harness.start();
      await harness.raw('a', answers(text));
      const response = await harness.fetch(head('GET /'));
      expect([502, 200], text).toContain(statusOf(response));
      if (statusOf(response) === 200) expect(response).not.toMatch(/\n ?Set-Cookie/);
    }
  });

  it('with what belongs to no request behind it does not reach the next client [RFC 9112 9.2]', async () => {
    const harness = await Harness.start();
    const upstream = await harness.raw('a', answers(`${ok('first')}${ok('smuggled')}`));
    expect(await harness.fetch(head('GET /1'))).toMatch(/first$/);
    expect(await harness.fetch(head('GET /2'))).toMatch(/first$/);
    expect(upstream.peers.length).toBe(2);
  });

  it('may be changed, and the request as well', async () => {
    const harness = await Harness.start({
      editRequest: (headers) => headers.set('X-Secret', 'k'),
      editResponse: (headers) => headers.delete('x-internal'),
    });
    const upstream = await harness.raw('a', answers(ok('', 'X-Internal: 1')));
    expect(await harness.fetch(head('GET /'))).not.toContain('X-Internal');
    expect(upstream.text).toContain('\r\nX-Secret: k\r\n');
  });

  it('leaves nothing behind when the program cannot change it', async () => {
    const harness = await Harness.start({
      editResponse: () => {
        throw new Error('no');
      },
    });
    await harness.raw('a');
    expect(statusOf(await harness.fetch(head('GET /')))).toBe(500);
    expect(harness.proxy.counters().upstreams[0]).toMatchObject({ active: 0, failures: 0 });
  });
});

describe('interim responses', () => {
  it('reach the client before the final one [RFC 9110 15.2]', async () => {
    const harness = await Harness.start();
    await harness.raw(
      'a',
      answers(`HTTP/1.1 103 Early Hints\r\nLink: </x>\r\nConnection: y\r\n\r\n${ok('hello')}`),
    );
    const response = await harness.fetch(head('GET /'));
    expect(response).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/x>\r\nVia: 1\.1 netlayers\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
    );
  });
});

describe('options', () => {
  const transport = new MemoryTransport() as never;
  it.each([
    ['ftp://a', {}],
    ['http://user@a', {}],
    ['http://a/?q', {}],
    ['nonsense', {}],
    [{ url: 'http://a', weight: 0 }, {}],
    ['http://a', { name: 'two words' }],
    ['http://a', { host: 'a/b' }],
    ['http://a', { balance: 'best' }],
    ['http://a', { speling: 1 }],
    ['http://a', { timeouts: { connectMS: 1, headerMs: 2 } }],
    ['http://a', { retry: { limit: 1 } }],
    ['http://a', { passive: { out: 1 } }],
    ['http://a', { check: { interval: 1 } }],
    ['http://a', { queue: { size: 1 } }],
  ])('%j with %j are refused', (upstream, options) => {
    expect(() => proxy([upstream], { transport, ...(options as object) })).toThrow(TypeError);
  });

  it('name an upstream once', () => {
    expect(() => proxy(['http://a', 'http://a/'], { transport })).toThrow(TypeError);
  });
});

describe('between servers of ours', () => {
  it('passes every method and status on', async () => {
    const harness = await Harness.start();
    await harness.serve(
      'a',
      async (request) =>
        new Response(Number(request.path.slice(1)), { 'X-Method': request.method }),
    );
    for (const method of ['GET', 'POST', 'DELETE', 'PATCH', 'PROPFIND', 'ODD']) {
      for (const status of [200, 204, 301, 404, 500, 999]) {
        const response = await harness.fetch(head(`${method} /${status}`, 'Content-Length: 0'));
        expect(statusOf(response)).toBe(status);
        expect(response).toContain(`\r\nX-Method: ${method}\r\n`);
      }
    }
    expect(harness.proxy.counters().upstreams[0]?.active).toBe(0);
  });
});
