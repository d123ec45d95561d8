/**
 * Our HTTP client, on our TCP over a TUN device and on the kernel's, against servers that we did
 * not write, and against our own: two stacks on two TUN devices, the kernel forwarding between them.
 */

import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@netlayers/client';
import type { Transport } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { describe, expect, it, onTestFinished } from 'vitest';
import { serve } from '../support/http-service.js';
import { connect } from '../support/kernel-end.js';
import { amount, report, TIMEOUT } from '../support/long.js';
import { PatternCheck, pattern, patternAt } from '../support/pattern.js';
import { lacks, start, stop } from '../support/tools.js';
import { KERNELS, openTunStack, setIpv4 } from '../support/tun-stack.js';

const namespace = enterNetworkNamespace();
const LENGTH = amount(10_000_000, 100_000_000);
const PORT = 8080;

/** Fetches and checks the pattern, and says how long it took. */
async function fetchPattern(client: Client, url: string, length = LENGTH): Promise<string> {
  const startedAt = performance.now();
  const response = await client.get(url);
  expect(response.status, url).toBe(200);
  const check = new PatternCheck();
  for await (const chunk of response) check.take(chunk);
  expect(check, url).toMatchObject({ received: length, firstWrong: -1 });
  return `${(performance.now() - startedAt).toFixed(0)} ms`;
}

function clientOn(transport: Transport): Client {
  const client = new Client({ transport });
  onTestFinished(() => client.close());
  return client;
}

/** A folder with a file of the pattern in it. */
function folderWithPattern(): string {
  const folder = mkdtempSync(join(tmpdir(), 'netlayers-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'pattern.bin'), pattern(LENGTH), { mode: 0o644 });
  return folder;
}

/** Starts a server program and waits until it accepts connections. */
async function startServer(command: string, args: readonly string[]): Promise<void> {
  const child = start(command, args);
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  onTestFinished(() => stop(child));
  for (let attempt = 0; attempt < 100; attempt++) {
    await sleep(50);
    try {
      (await connect(PORT, { host: KERNELS })).destroy();
      return;
    } catch {}
  }
  throw new Error(`${command} does not listen: ${said}`);
}

const NGINX = (folder: string): string => `
  daemon off; master_process off; pid ${folder}/pid; error_log stderr;
  events { worker_connections 256; }
  http {
    access_log off; default_type application/octet-stream; sendfile on;
    client_body_temp_path ${folder}/t1; proxy_temp_path ${folder}/t2; fastcgi_temp_path ${folder}/t3;
    uwsgi_temp_path ${folder}/t4; scgi_temp_path ${folder}/t5;
    server { listen ${KERNELS}:${PORT}; root ${folder}/www; gzip on; gzip_types *; gzip_proxied any; }
  }`;

describe.skipIf(!namespace.available)('the client over TUN and over the kernel', () => {
  it('fetches from node:http and uploads to it', { timeout: TIMEOUT }, async () => {
    const { stack } = await openTunStack();
    const server = createServer(async (request, response) => {
      if (request.method === 'POST') {
        const check = new PatternCheck();
        for await (const chunk of request) check.take(chunk as Buffer);
        response.end(
          JSON.stringify({ ...check, framing: request.headers['content-length'] ?? 'chunked' }),
        );
        return;
      }
      const isChunked = request.url === '/chunked';
      if (!isChunked) response.setHeader('Content-Length', LENGTH);
      for (let at = 0; at < LENGTH; ) {
        const piece = patternAt(at, LENGTH - at);
        at += piece.length;
        if (!response.write(piece)) await once(response, 'drain');
      }
      response.end();
    });
    server.listen(PORT, KERNELS);
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    for (const [name, transport] of [
      ['our TCP', stack.transport],
      ['the kernel’s TCP', kernelTransport()],
    ] as const) {
      const client = clientOn(transport);
      const whole = await fetchPattern(client, `http://${KERNELS}:${PORT}/`);
      const chunked = await fetchPattern(client, `http://${KERNELS}:${PORT}/chunked`);
      report(`node:http over ${name}: ${LENGTH / 1e6} MB in ${whole}, chunked in ${chunked}`);
      const stream = async function* () {
        for (let at = 0; at < LENGTH; ) {
          const piece = patternAt(at, LENGTH - at);
          at += piece.length;
          yield piece;
        }
      };
      for (const [body, framing] of [
        [pattern(LENGTH), `${LENGTH}`],
        [stream(), 'chunked'],
      ] as const) {
        const answer = await client.post(`http://${KERNELS}:${PORT}/`, body);
        expect(await answer.json()).toEqual({ received: LENGTH, firstWrong: -1, framing });
      }
      const all = Array.from({ length: 100 }, () =>
        client.post(`http://${KERNELS}:${PORT}/`, 'x').then((answer) => answer.text()),
      );
      expect((await Promise.all(all)).length).toBe(100);
    }
  });

  it.skipIf(lacks('nginx'))('fetches from nginx', { timeout: TIMEOUT }, async () => {
    const { stack } = await openTunStack();
    const folder = folderWithPattern();
    mkdirSync(join(folder, 'www'), { mode: 0o755 });
    writeFileSync(join(folder, 'www', 'pattern.bin'), pattern(LENGTH));
    writeFileSync(join(folder, 'www', 'text.txt'), 'compress me '.repeat(10_000));
    writeFileSync(join(folder, 'nginx.conf'), NGINX(folder));
    await startServer('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']);
    for (const transport of [stack.transport, kernelTransport()]) {
      const client = clientOn(transport);
      const url = `http://${KERNELS}:${PORT}`;
      report(`nginx: ${LENGTH / 1e6} MB in ${await fetchPattern(client, `${url}/pattern.bin`)}`);
      const text = await client.get(`${url}/text.txt`, { decompress: true });
      expect(await text.text()).toBe('compress me '.repeat(10_000));
      const range = await client.get(`${url}/pattern.bin`, { headers: { Range: 'bytes=5-9' } });
      expect(range.status).toBe(206);
      expect(Buffer.compare(await range.bytes(), pattern(10).subarray(5))).toBe(0);
      expect((await client.head(`${url}/pattern.bin`)).headers.get('content-length')).toBe(
        `${LENGTH}`,
      );
      expect((await client.get(`${url}/nowhere`)).status).toBe(404);
    }
  });

  it.skipIf(lacks('python3'))('fetches from http.server', { timeout: TIMEOUT }, async () => {
    const { stack } = await openTunStack();
    const folder = folderWithPattern();
    const args = ['-m', 'http.server', '-d', folder, '-b', KERNELS, `${PORT}`];
    await startServer('python3', args);
    for (const transport of [stack.transport, kernelTransport()]) {
      const client = clientOn(transport);
      const took = await fetchPattern(client, `http://${KERNELS}:${PORT}/pattern.bin`);
      report(`http.server: ${LENGTH / 1e6} MB in ${took}`);
    }
  });
});

describe.skipIf(!namespace.available)('the client and the server, both over TUN', () => {
  it('exchange bytes through a kernel that forwards', { timeout: TIMEOUT }, async () => {
    setIpv4('ip_forward', 1);
    onTestFinished(() => setIpv4('ip_forward', 0));
    const near = await openTunStack();
    const far = await openTunStack({ tun: { address: '10.0.1.2' } });
    await serve(far.stack.transport);
    const client = clientOn(near.stack.transport);
    const url = 'http://10.0.1.2';
    const took = await fetchPattern(client, `${url}/pattern/${LENGTH}`);
    report(`our client from our server, two TUN devices: ${LENGTH / 1e6} MB in ${took}`);
    for (const expectContinue of [false, true]) {
      const body = pattern(5_000_000);
      const echoed = await client.post(`${url}/echo`, body, { expectContinue });
      expect(Buffer.compare(await echoed.bytes(), body)).toBe(0);
    }
    const many = Array.from({ length: 500 }, async () => (await client.get(`${url}/json`)).json());
    expect((await Promise.all(many)).length).toBe(500);
    for (const { stack } of [near, far]) {
      expect(stack.counters().tcp.dropped['bad-checksum']).toBe(0);
    }
  });
});
