/**
 * Programs that are not ours against TLS and HTTP/2 on the kernel's TCP, and our client.
 */

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http2Client from 'node:http2';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@netlayers/client';
import { Response } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import { http2, tlsTransport } from '@netlayers/node';
import { Server } from '@netlayers/server';
import { selfSigned } from '@netlayers/testkit';
import { acceptWebSocket } from '@netlayers/websocket';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks, run, start, stop } from '../support/tools.js';

const HOST = 'localhost';
const identity = selfSigned();
const BODY = Buffer.alloc(1_000_000, 'netlayers ');
const folder = mkdtempSync(join(tmpdir(), 'netlayers-tls-'));
const ca = join(folder, 'ca.pem');
const body = join(folder, 'body');
const inner = kernelTransport();
const server = new Server().speak(http2({ h2c: true }));
let origin = '';
/** What the page in the browser has to say. */
let tell: (result: string) => void = () => {};
const told = new Promise<string>((resolve) => {
  tell = resolve;
});
let plain = '';
let port = 0;

async function* ticks(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < 3; at++) yield Buffer.from(`data: ${at}\n\n`);
}

beforeAll(async () => {
  writeFileSync(ca, identity.cert);
  writeFileSync(body, BODY);
  server
    .route('GET', '/version', ({ version, secure }) => Response.json({ version, secure }))
    .route('GET', '/bytes', () => new Response(200).body(BODY))
    .route('GET', '/events', () =>
      new Response(200).header('Content-Type', 'text/event-stream').body(ticks()),
    )
    .route('POST', '/echo', (request) => new Response(200).body(request))
    .route('GET', '/page', () =>
      Response.html(`<!doctype html><title></title><script>
          fetch('/echo', { method: 'POST', body: 'x'.repeat(300000) })
            .then((response) => response.text())
            .then((text) => fetch('/version').then((response) => response.json())
              .then(({ version }) => {
                const socket = new WebSocket(location.href.replace('https', 'wss'), ['chat']);
                socket.onopen = () => socket.send('x'.repeat(200000));
                socket.onmessage = ({ data }) => {
                  const body = version + ' ' + text.length + ' ' + data;
                  fetch('/result', { method: 'POST', body });
                  socket.close();
                };
              }));
        </script>`),
    );
  server
    .route('POST', '/result', async (request) => {
      tell(await request.text());
      return new Response(204);
    })
    .upgrade('websocket', (request) =>
      acceptWebSocket(
        request,
        async (socket) => {
          for await (const message of socket) {
            await socket.send(`${request.version} ${socket.protocol} ${message.length}`);
          }
        },
        { protocols: ['chat'] },
      ),
    );
  const transport = tlsTransport(inner, { identity, alpn: ['h2', 'http/1.1'] });
  ({ port } = await server.listen(transport, { host: '127.0.0.1', port: 0 }));
  origin = `https://${HOST}:${port}`;
  plain = `http://127.0.0.1:${(await server.listen(inner, { host: '127.0.0.1', port: 0 })).port}`;
});

afterAll(async () => {
  await server.close({ deadlineMs: 500 });
  // A browser may still be about to write there.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const over = (version: string, secure = true): string => JSON.stringify({ version, secure });

describe('curl', () => {
  const missing = lacks('curl');
  const curl = async (...args: string[]): Promise<string> => {
    const { stdout, stderr, code } = await run('curl', ['-sS', '--cacert', ca, ...args]);
    if (code !== 0) throw new Error(`curl: ${code} ${stderr}`);
    return stdout.toString();
  };

  it.skipIf(missing)('chooses the protocol [RFC 7301 3.1]', async () => {
    expect(await curl('--http2', `${origin}/version`)).toBe(over('2.0'));
    expect(await curl('--http1.1', `${origin}/version`)).toBe(over('1.1'));
    expect(await curl('--http2-prior-knowledge', `${plain}/version`)).toBe(over('2.0', false));
    expect(await curl(`${plain}/version`)).toBe(over('1.1', false));
    // HTTP/1.1 with an Upgrade to h2c goes on as it is (RFC 9113, 3.1).
    expect(await curl('--http2', `${plain}/version`)).toBe(over('1.1', false));
  });

  it.skipIf(missing)('sends and is sent a megabyte', async () => {
    for (const version of ['--http2', '--http1.1']) {
      const echoed = await curl(version, '--data-binary', `@${body}`, `${origin}/echo`);
      expect(echoed === BODY.toString()).toBe(true);
      expect(await curl(version, `${origin}/events`)).toBe('data: 0\n\ndata: 1\n\ndata: 2\n\n');
    }
  });

  it.skipIf(missing)('refuses a certificate that it does not know', async () => {
    const { code } = await run('curl', ['-sS', `${origin}/version`]);
    expect(code).toBe(60);
  });
});

it.skipIf(lacks('openssl'))('openssl s_client, and its close', async () => {
  const connect = ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', HOST];
  const options = ['-CAfile', ca, '-verify_return_error', '-quiet', '-ign_eof'];
  const input = Buffer.from(`GET /version HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
  const { stdout, code } = await run('openssl', [...connect, ...options], { input });
  expect(stdout.toString().endsWith(over('1.1'))).toBe(true);
  expect(code).toBe(0);
});

it.skipIf(lacks('h2load'))('h2load, over both', async () => {
  for (const args of [['-m', '10'], ['--h1']]) {
    const load = ['-n', '2000', '-c', '5', ...args, `https://127.0.0.1:${port}/version`];
    const { stdout } = await run('h2load', load);
    expect(stdout.toString()).toContain('2000 succeeded, 0 failed, 0 errored, 0 timeout');
  }
});

it.skipIf(lacks('chromium'))(
  'Chromium: a page, an upload and a WebSocket over HTTP/2 [RFC 8441 5]',
  { timeout: 60_000 },
  async () => {
    const profile = join(folder, 'profile');
    const chromium = start('chromium', [
      ...['--headless=new', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`],
      ...['--ignore-certificate-errors', `${origin}/page`],
    ]);
    try {
      // The socket is one stream of the connection that the page came on.
      expect(await told).toBe('2.0 300000 2.0 chat 200000');
    } finally {
      await stop(chromium);
    }
  },
);

describe('clients of Node', () => {
  it('node:https', async () => {
    const request = https.request(`${origin}/echo`, { method: 'POST', ca: identity.cert });
    request.end(BODY);
    const [response] = await once(request, 'response');
    let text = '';
    for await (const chunk of response) text += chunk;
    expect(text === BODY.toString()).toBe(true);
  });

  it('node:http2, many at once', async () => {
    const session = http2Client.connect(origin, { ca: identity.cert });
    const lengths = await Promise.all(
      Array.from({ length: 20 }, async () => {
        let length = 0;
        for await (const chunk of session.request({ ':path': '/bytes' })) length += chunk.length;
        return length;
      }),
    );
    expect(lengths).toEqual(Array(20).fill(BODY.length));
    session.close();
  });

  it('undici, with HTTP/2 and without', async () => {
    for (const allowH2 of [true, false]) {
      const dispatcher = new Agent({ allowH2, connect: { ca: identity.cert } });
      const response = await undiciFetch(`${origin}/version`, { dispatcher });
      expect(await response.text()).toBe(over(allowH2 ? '2.0' : '1.1'));
      const echoed = await undiciFetch(`${origin}/echo`, {
        dispatcher,
        method: 'POST',
        body: BODY,
      });
      expect((await echoed.text()) === BODY.toString()).toBe(true);
      await dispatcher.close();
    }
  });
});

describe('our client', () => {
  it('over TLS, and a name that is resolved', async () => {
    const asked: string[] = [];
    const secureTransport = tlsTransport(inner, {
      ca: identity.cert,
      resolve: async (name) => {
        asked.push(name);
        return '127.0.0.1';
      },
    });
    const client = new Client({ transport: inner, secureTransport });
    const response = await client.get(`${origin}/version`);
    expect(await response.text()).toBe(over('1.1'));
    const echoed = await client.post(`${origin}/echo`, BODY);
    expect((await echoed.text()) === BODY.toString()).toBe(true);
    expect(asked).toEqual([HOST]);
    await client.close();
  });

  it('and a certificate that it does not trust', async () => {
    const client = new Client({ transport: inner, secureTransport: tlsTransport(inner) });
    await expect(client.get(`${origin}/version`)).rejects.toThrow('self-signed certificate');
    await client.close();
  });
});
