/**
 * Programs of Node on a stack over a TUN device, without a change, and programs that are not ours at
 * the kernel's end.
 */

import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { installStack } from '@netlayers/node';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import express from 'express';
import { describe, expect, it, onTestFinished } from 'vitest';
import { selfSigned } from '../node/certificate.js';
import { pattern } from '../support/pattern.js';
import { lacks, run } from '../support/tools.js';
import { KERNELS, OURS, openTunStack } from '../support/tun-stack.js';

const namespace = enterNetworkNamespace();
const BODY = Buffer.from(pattern(2_000_000));

/** Everything but the kernel's own address goes through the stack. */
async function install(): Promise<void> {
  const { stack } = await openTunStack();
  onTestFinished(installStack(stack, ({ host }) => (host === KERNELS ? 'kernel' : 'stack')));
}

async function listening(server: Server | http2.Http2SecureServer, port: number, host?: string) {
  server.listen(port, host);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe.skipIf(!namespace.available)('an unchanged program on a TUN device', () => {
  it.skipIf(lacks('curl'))('express answers curl, which uploads and downloads', async () => {
    await install();
    const app = express();
    app.get('/', (_, response) => {
      response.type('bin').send(BODY);
    });
    app.post('/', (request, response) => {
      request.pipe(response);
    });
    await listening(http.createServer(app), 80);
    const got = await run('curl', ['-sS', `http://${OURS}/`]);
    expect([got.code, got.stderr, got.stdout.equals(BODY)]).toEqual([0, '', true]);
    const upload = ['-sS', '--data-binary', '@-', '-H', 'Expect:', `http://${OURS}/`];
    const sent = await run('curl', upload, { input: BODY });
    expect([sent.code, sent.stderr, sent.stdout.equals(BODY)]).toEqual([0, '', true]);
  });

  it.skipIf(lacks('curl'))('node:http2 answers curl over TLS', async () => {
    await install();
    const certificate = selfSigned();
    const server = http2.createSecureServer({ ...certificate, allowHTTP1: true }, (_, response) => {
      response.end(BODY);
    });
    await listening(server, 443);
    const got = await run('curl', ['-sSk', '-w', '%{stderr}%{http_version}', `https://${OURS}/`]);
    expect([got.code, got.stdout.equals(BODY)]).toEqual([0, true]);
    expect(['2', '1.1']).toContain(got.stderr);
  });

  it.skipIf(lacks('openssl'))('node:https answers openssl s_client', async () => {
    await install();
    const server = https.createServer(selfSigned(), (request, response) =>
      response.end(`hello ${request.socket.remoteAddress}`),
    );
    await listening(server, 443);
    const question = Buffer.from('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    const connect = ['s_client', '-quiet', '-ign_eof', '-connect', `${OURS}:443`];
    const { stdout } = await run('openssl', connect, { input: question });
    expect(stdout.toString()).toContain(`hello ${KERNELS}`);
  });

  it('node:http fetches from a server on the kernel, and is refused where there is none', async () => {
    await install();
    const server = http.createServer((request, response) =>
      response.end(`${request.socket.remoteAddress} ${request.url}`),
    );
    const port = await listening(server, 0, KERNELS);
    // The rule looks at the address as it is written: this spelling of it goes through the stack.
    const host = `::ffff:${KERNELS}`;
    const request = http.get({ host, port, path: '/path', agent: false });
    const [response] = await once(request, 'response');
    expect((await bytesOf(response)).toString()).toBe(`${OURS} /path`);
    const refused = http.get({ host, port: 9, agent: false });
    expect((await once(refused, 'error'))[0]).toMatchObject({
      code: 'ECONNREFUSED',
      syscall: 'connect',
      port: 9,
    });
  });
});
