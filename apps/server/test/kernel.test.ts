import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kernelTransport } from '@netlayers/kernel';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { openWebSocket } from '@netlayers/websocket';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCommand } from './command.js';
import { useServers } from './servers.js';

// With root, `auto` would set up a TUN device of this machine: not outside of a namespace.
enterNetworkNamespace();

const servers = useServers();
const { start } = servers;

/** A server that waits ten seconds for a request to get on: all other tests run meanwhile. */
let stuck: { server: RunningCommand; socket: Socket };

beforeAll(async () => {
  stuck = await closingBesideHalf(servers.command().run(['--kernel-tcp', '--port', '0']));
});

afterAll(() => {
  stuck.socket.destroy();
  if (stuck.server.isRunning) stuck.server.kill('SIGKILL');
});

/** A server on the kernel's TCP with the built-in routes, and its URL. */
async function serve(...args: string[]): Promise<{ server: RunningCommand; url: string }> {
  const server = start('--kernel-tcp', '--port', '0', ...args);
  return { server, url: await server.url() };
}

/** Has a server closed while it has half of a request. */
async function closingBesideHalf(
  server: RunningCommand,
): Promise<{ server: RunningCommand; socket: Socket }> {
  const socket = connect(Number(new URL(await server.url()).port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nhalf');
  await new Promise((resolve) => socket.once('data', resolve));
  server.kill('SIGTERM');
  return { server, socket };
}

describe('--proxy', () => {
  it('passes requests on, also while one of two servers is gone', async () => {
    const { url: first } = await serve();
    const { url: second, server } = await serve();
    const { url, server: front } = await serve('--proxy', first, '--proxy', second);
    const ask = async (): Promise<number> => {
      const answer = await fetch(`${url}/headers`);
      const { via, ...headers } = (await answer.json()) as Record<string, string>;
      expect([via, headers['x-forwarded-for']]).toEqual(['1.1 netlayers', '127.0.0.1']);
      return answer.status;
    };
    for (let n = 0; n < 4; n++) expect(await ask()).toBe(200);
    server.kill('SIGKILL');
    for (let n = 0; n < 20; n++) expect(await ask()).toBe(200);
    const body = new Uint8Array(300_000).map((_, i) => i * 7);
    const echo = await fetch(`${url}/echo`, { method: 'POST', body });
    expect(Buffer.from(await echo.arrayBuffer()).equals(body)).toBe(true);
    expect(front.stderr).toContain(second);
    front.kill('SIGTERM');
    expect(await front.ended).toBe(0);
  });
});

describe('the built-in routes', () => {
  it('answer', async () => {
    const { url } = await serve();
    const page = await fetch(url);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await page.text();
    for (const path of ['/json', '/headers', '/methods', '/echo', '/events', '/ws']) {
      expect(html).toContain(`href="${path}"`);
    }
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(await (await fetch(`${url}/json`)).json()).toEqual({ message: 'hello from netlayers' });
    const headers = await fetch(`${url}/headers`, { headers: { 'X-Test': 'one' } });
    expect(await headers.json()).toMatchObject({ 'x-test': 'one' });
    expect(await (await fetch(`${url}/methods`)).json()).toEqual(
      expect.arrayContaining(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
    );
    const head = await fetch(`${url}/json`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      '34',
      '',
    ]);
  });

  it('send messages of a WebSocket back, and 426 to who wants none [RFC 6455 4.4]', async () => {
    const { url } = await serve();
    expect((await fetch(`${url}/ws`)).status).toBe(426);
    const socket = await openWebSocket(kernelTransport(), `${url.replace('http', 'ws')}/ws`);
    await socket.send('hello, layers');
    expect(await socket.receive()).toBe('hello, layers');
    await socket.send(new Uint8Array([1, 2, 3]));
    expect(await socket.receive()).toEqual(new Uint8Array([1, 2, 3]));
    expect((await socket.close()).code).toBe(1000);
  });

  it('send events, from where the client was on', async () => {
    const { url } = await serve();
    const stop = new AbortController();
    const { signal } = stop;
    const response = await fetch(`${url}/events`, { signal, headers: { 'Last-Event-ID': '41' } });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const { value } = await response.body!.getReader().read();
    expect(new TextDecoder().decode(value)).toBe('id: 42\ndata: tick 42\n\n');
    stop.abort();
  });

  it('echo what they get', async () => {
    const { url } = await serve();
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const body = new Uint8Array(300_000).map((_, i) => i * 7);
      const answer = await fetch(`${url}/echo`, {
        method,
        body,
        headers: { 'Content-Type': 'text/x-test' },
      });
      expect(answer.headers.get('content-type')).toBe('text/x-test');
      expect(Buffer.from(await answer.arrayBuffer()).equals(body)).toBe(true);
    }
    const empty = await fetch(`${url}/echo`);
    expect(empty.headers.get('content-type')).toBe('application/octet-stream');
    expect(await empty.text()).toBe('');
  });

  it('show what the client says as text', async () => {
    const { url } = await serve();
    const html = await new Promise<string>((resolve, reject) => {
      const request = httpRequest(url, { headers: { Host: 'x"><script>alert(1)</script>' } });
      request.on('response', async (response: IncomingMessage) => {
        let text = `${response.statusCode}`;
        for await (const piece of response) text += piece;
        resolve(text);
      });
      request.on('error', reject).end();
    });
    expect(html).not.toContain('<script>alert');
  });

  it('are off beside files, unless asked for', async () => {
    const root = mkdtempSync(join(tmpdir(), 'netlayers-root-'));
    try {
      mkdirSync(join(root, 'sub'));
      writeFileSync(join(root, 'sub/a.txt'), 'a');
      writeFileSync(join(root, 'b.txt'), 'b');
      const files = await serve('--root', root);
      expect(await (await fetch(`${files.url}/sub/a.txt`)).text()).toBe('a');
      expect((await fetch(`${files.url}/json`)).status).toBe(404);
      const both = await serve('--root', root, '--demo');
      expect(await (await fetch(`${both.url}/b.txt`)).text()).toBe('b');
      expect((await fetch(`${both.url}/json`)).status).toBe(200);
      const page = await (await fetch(`${files.url}/`)).text();
      expect(page).toContain('href="./b.txt"');
      const app = await serve(
        ...['--root', root, '--no-listing', '--index', 'a.txt', '--spa', 'b.txt'],
        ...['--cache-control', 'no-store', '--cache-control', 'b.*: no-cache'],
      );
      const index = await fetch(`${app.url}/sub/`);
      expect(await index.text()).toBe('a');
      expect(index.headers.get('cache-control')).toBe('no-store');
      expect((await fetch(`${app.url}/`)).status).toBe(404);
      const navigation = await fetch(`${app.url}/users/7`, { headers: { Accept: 'text/html' } });
      expect(await navigation.text()).toBe('b');
      expect(navigation.headers.get('cache-control')).toBe('no-cache');
      const listed = await serve('--root', root, '--allow', 'b.txt', '--allow', 'sub/a.txt');
      expect((await fetch(`${listed.url}/b.txt`)).status).toBe(200);
      expect((await fetch(`${listed.url}/sub/a.txt`)).status).toBe(200);
      expect((await fetch(`${listed.url}/`)).status).toBe(403);
      expect((await fetch(`${listed.url}/b.txt`, { method: 'POST' })).status).toBe(405);
      expect(listed.server.stdout).toContain(`Files of ${root}, only b.txt, sub/a.txt\n`);
      expect(listed.server.stdout).toContain(`Try curl ${listed.url}/b.txt\n`);
      expect(files.server.stdout).toContain(`Files of ${root}\n`);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

describe('pages of other origins', () => {
  it.each([
    [[]],
    [['--root', process.cwd(), '--allow', 'package.json']],
    [['--root', process.cwd()]],
  ])('may ask first what they may send, with %j', async (options) => {
    const { url } = await serve('--cors', '*', ...options);
    const path = options.length === 0 ? '/json' : '/package.json';
    const headers = { Origin: 'https://a.test', 'Access-Control-Request-Method': 'GET' };
    const preflight = await new Promise<IncomingMessage>((resolve, reject) => {
      httpRequest(`${url}${path}`, { method: 'OPTIONS', headers })
        .on('response', resolve)
        .on('error', reject)
        .end();
    });
    preflight.resume();
    expect(preflight.statusCode).toBe(204);
    expect(preflight.headers['access-control-allow-origin']).toBe('*');
    expect(preflight.headers['access-control-allow-methods']).toContain('GET');
    const answer = await fetch(`${url}${path}`, { headers: { Origin: 'https://a.test' } });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('clients that we did not write', () => {
  it('curl, if installed', async (context) => {
    const curl = promisify(execFile);
    const { url } = await serve();
    const out = await curl('curl', [
      '-sS',
      '-d',
      'text',
      '-H',
      'Expect: 100-continue',
      `${url}/echo`,
    ]).catch((error) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (out === null) return context.skip('curl is not installed');
    expect(out.stdout).toBe('text');
    const twice = await curl('curl', ['-sS', '-v', `${url}/json`, `${url}/json`]);
    expect(twice.stderr).toMatch(/Re-using existing connection/);
    const head = await curl('curl', ['-sS', '-I', url]);
    expect(head.stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it('an agent of node:http, a thousand requests over fifty connections', async () => {
    const { url } = await serve();
    const agent = new Agent({ keepAlive: true, maxSockets: 50 });
    const one = (i: number): Promise<string> =>
      new Promise((resolve, reject) => {
        const request = httpRequest(`${url}/echo`, { agent, method: 'POST' }, async (response) => {
          let text = '';
          for await (const piece of response) text += piece;
          resolve(text);
        });
        request.on('error', reject).end(`request ${i}`);
      });
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => one(i)));
    expect(answers).toEqual(answers.map((_, i) => `request ${i}`));
    agent.destroy();
  });

  it('one that idles does not keep others waiting', async () => {
    const { url } = await serve();
    const idle = connect(Number(new URL(url).port), '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    idle.write('GET /json HTTP/1.1\r\nHost: x\r\n\r\nGET /json HT');
    await new Promise((resolve) => idle.once('data', resolve));
    expect((await fetch(`${url}/json`)).status).toBe(200);
    idle.destroy();
  });
});

describe('the log', () => {
  it('says where it listens, what to try, and what was asked', async () => {
    const { server, url } = await serve();
    expect(server.stdout).toContain(`Try curl ${url}/json`);
    await (await fetch(`${url}/json?a=1`)).text();
    await server.until(
      /^127\.0\.0\.1 - - \[\d\d\/\w{3}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "GET \/json\?a=1 HTTP\/1\.1" 200 34$/m,
    );
    expect(server.stderr).toBe('');
  });

  it('names an address that can be called where it listens on all', async () => {
    for (const [host, called] of [
      ['0.0.0.0', '127.0.0.1'],
      ['localhost', 'localhost'],
    ] as const) {
      const { server, url } = await serve('--host', host);
      expect(url).toContain(`http://${called}:`);
      await server.until(/Try curl/);
      expect(server.stdout.includes('; on all addresses)')).toBe(host === '0.0.0.0');
      expect((await fetch(`${url}/json`)).status).toBe(200);
    }
  });

  it('says more where it is asked to', async () => {
    const fields = { 'User-Agent': 'a "b"', Referer: 'http://c.test/' };
    const combined = await serve('--log-format', 'combined');
    await (await fetch(`${combined.url}/json`, { headers: fields })).text();
    const end = /"GET \/json HTTP\/1\.1" 200 34 "http:\/\/c\.test\/" "a \\x22b\\x22"$/m;
    await combined.server.until(end);
    await (await fetch(`${combined.url}/none`)).text();
    await combined.server.until(/"GET \/none HTTP\/1\.1" 404 \d+ "-" "node"$/m);
    await (await fetch(`${combined.url}/json`, { method: 'DELETE' })).text();
    await combined.server.until(/"DELETE \/json HTTP\/1\.1" 405 \d+ "-" "node"$/m);
    const json = await serve('--log-format', 'json');
    await (await fetch(`${json.url}/json`, { headers: fields })).text();
    const [line] = await json.server.until(/^\{.*\}$/m);
    expect(JSON.parse(line)).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      method: 'GET',
      target: '/json',
      version: '1.1',
      status: 200,
      bytes: 34,
      durationMs: expect.any(Number),
      remoteAddress: '127.0.0.1',
      remotePort: expect.any(Number),
      referer: 'http://c.test/',
      userAgent: 'a "b"',
    });
  });

  it('is as quiet as it is told to be', async () => {
    const port = await freePort();
    const server = start('--kernel-tcp', '--port', `${port}`, '-v', 'error');
    await untilOpen(port);
    await (await fetch(`http://127.0.0.1:${port}/json`)).text();
    expect(await server.stop()).toBe(0);
    expect(server.stdout + server.stderr).toBe('');
  });
});

describe('signals', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s ends it with 0', async (signal) => {
    const { server, url } = await serve();
    await (await fetch(`${url}/json`)).text();
    server.kill(signal);
    expect(await server.ended).toBe(0);
    expect(server.stdout).toMatch(/Closing.*\nClosed\n$/s);
  });

  it('let a running request finish', async () => {
    const { server, url } = await serve();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let received = '';
    socket.on('data', (data) => {
      received += data.toString('latin1');
    });
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nhalf');
    await expect.poll(() => received).toContain('half');
    server.kill('SIGTERM');
    await server.until(/Closing/);
    socket.write('half');
    await closed;
    expect(received.endsWith('halfhalf')).toBe(true);
    expect(await server.ended).toBe(0);
  });

  it('end with 1 where a request was cut off that got no further', async () => {
    expect(await stuck.server.ended).toBe(1);
    expect(stuck.server.stderr).toMatch(
      /^error Closed, with 1 of the connections cut off: they got no further$/m,
    );
  });

  it('end it at once the second time', async () => {
    const { server, socket } = await closingBesideHalf(start('--kernel-tcp', '--port', '0'));
    await server.until(/Closing/);
    server.kill('SIGTERM');
    expect(await server.ended).toBe(143);
    socket.destroy();
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function untilOpen(port: number): Promise<void> {
  await expect
    .poll(
      () =>
        fetch(`http://127.0.0.1:${port}/json`).then(
          ({ status }) => status,
          () => 0,
        ),
      {
        timeout: 10_000,
      },
    )
    .toBe(200);
}
