/**
 * Our HTTP server on our TCP, over a TUN device, for clients that we did not write: Node's own
 * always, curl, wget, ab and wrk where they are installed.
 */

import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '@netlayers/server';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ask, serve } from '../support/http-service.js';
import { connect } from '../support/kernel-end.js';
import { amount, report, TIMEOUT } from '../support/long.js';
import { pattern } from '../support/pattern.js';
import { lacks, run } from '../support/tools.js';
import { OURS, openTunStack, type TunStack } from '../support/tun-stack.js';

const namespace = enterNetworkNamespace();
const URL_OF = (path: string): string => `http://${OURS}${path}`;
const ROUTES = ['/', '/json', '/headers', '/methods', '/echo', '/nowhere'];

async function open(offload = false): Promise<TunStack & { server: Server }> {
  const context = await openTunStack({ tun: { offload } });
  const server = await serve(context.stack.transport);
  return { ...context, server };
}

/** Waits until no connection is left, at most three seconds. */
async function expectNothingLeft({ stack, server }: TunStack & { server: Server }): Promise<void> {
  const deadline = performance.now() + 3000;
  while (stack.counters().connections > 0 && performance.now() < deadline) await sleep(20);
  expect(server.counters().connections).toBe(0);
  expect(stack.counters().connections).toBe(0);
}

/** A file that holds that many bytes of the pattern. */
function fileOf(length: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'netlayers-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'body');
  writeFileSync(path, pattern(length));
  return path;
}

describe.skipIf(!namespace.available)('the server over TUN, for Node’s client', () => {
  it('answers every route', async () => {
    await open();
    for (const path of ROUTES) {
      const { status, body } = await ask(path);
      expect(status, path).toBe(path === '/nowhere' ? 404 : 200);
      if (path === '/') expect(String(body)).toContain('<!doctype html>');
      if (path === '/json') expect(JSON.parse(String(body))).toHaveProperty('message');
      if (path === '/headers') expect(String(body).toLowerCase()).toContain('host');
    }
    expect((await ask('/json', { method: 'HEAD' })).body.length).toBe(0);
    expect((await ask('/json', { method: 'DELETE' })).status).toBe(405);
  });

  for (const offload of [false, true]) {
    const title = offload ? ', with offload' : '';
    it(`sends back a large body, byte for byte${title}`, { timeout: TIMEOUT }, async () => {
      await open(offload);
      const body = pattern(amount(20_000_000, 50_000_000));
      const { status, body: back, ms } = await ask('/echo', { method: 'POST', body });
      expect(status).toBe(200);
      expect(Buffer.compare(back, body)).toBe(0);
      report(`/echo${title}: ${body.length / 1e6} MB there and back in ${ms.toFixed(0)} ms`);
    });
  }

  it('sends back a chunked body, and one that was asked for', { timeout: TIMEOUT }, async () => {
    await open();
    const body = pattern(5_000_000);
    for (const headers of [{}, { Expect: '100-continue' }]) {
      const sent = request({ host: OURS, path: '/echo', method: 'POST', headers, agent: false });
      let isAsked = false;
      sent.on('continue', () => {
        isAsked = true;
      });
      const answered = once(sent, 'response');
      if ('Expect' in headers) {
        sent.flushHeaders();
        await once(sent, 'continue');
      }
      // Piece by piece: without a length it goes in chunks.
      for (let at = 0; at < body.length; at += 100_000) sent.write(body.subarray(at, at + 100_000));
      sent.end();
      const [response] = (await answered) as [AsyncIterable<Buffer>];
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      expect(Buffer.compare(Buffer.concat(chunks), body)).toBe(0);
      expect(isAsked).toBe('Expect' in headers);
    }
  });

  it('answers 1,000 requests over 50 connections', { timeout: TIMEOUT }, async () => {
    const context = await open();
    const agent = new Agent({ keepAlive: true, maxSockets: 50 });
    onTestFinished(() => agent.destroy());
    const one = async (): Promise<number> => {
      const sent = request({ host: OURS, path: '/json', agent }).end();
      const [response] = await once(sent, 'response');
      response.resume();
      await once(response, 'end');
      return response.statusCode;
    };
    const statuses = await Promise.all(Array.from({ length: 1000 }, one));
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    expect(context.server.counters()).toMatchObject({ requests: 1000, accepted: 50 });
    agent.destroy();
    await expectNothingLeft(context);
  });

  it('serves one client while others idle on keep-alive', async () => {
    await open();
    const idle = await Promise.all(Array.from({ length: 100 }, () => connect(80)));
    for (const client of idle) {
      client.write('GET /json HTTP/1.1\r\nHost: a\r\n\r\n');
      await once(client, 'data');
    }
    const times: number[] = [];
    for (let round = 0; round < 20; round++) times.push((await ask('/json')).ms);
    times.sort((a, b) => a - b);
    report(
      `beside 100 idle clients: median ${times[10]?.toFixed(1)} ms, slowest ${times[19]?.toFixed(1)} ms`,
    );
    expect(times[19]).toBeLessThan(500);
    for (const client of idle) client.destroy();
  });

  it('keeps nothing of ten thousand connections', { timeout: TIMEOUT }, async () => {
    const context = await open();
    const count = amount(10_000, 100_000);
    let left = count;
    const worker = async (): Promise<void> => {
      while (left-- > 0) {
        const client = await connect(80);
        client.write('GET /json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
        client.resume();
        await once(client, 'close');
      }
    };
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: 32 }, worker));
    const seconds = (performance.now() - startedAt) / 1000;
    report(
      `${count} connections in ${seconds.toFixed(1)} s, ${(count / seconds).toFixed(0)} a second`,
    );
    expect(context.server.counters()).toMatchObject({ requests: count, accepted: count });
    await expectNothingLeft(context);
  });
});

describe.skipIf(!namespace.available)('the server over TUN, for', () => {
  it.skipIf(lacks('curl'))(
    'curl: every route and every kind of body',
    { timeout: TIMEOUT },
    async () => {
      const context = await open();
      for (const path of ROUTES) {
        const { code, stdout } = await run('curl', ['-sS', '-i', URL_OF(path)]);
        expect(code, path).toBe(0);
        expect(String(stdout)).toMatch(
          path === '/nowhere' ? /^HTTP\/1\.1 404 / : /^HTTP\/1\.1 200 /,
        );
      }
      const head = await run('curl', ['-sS', '-I', URL_OF('/')]);
      expect(String(head.stdout)).toMatch(/^HTTP\/1\.1 200 [\s\S]*content-length: \d+/i);
      const path = fileOf(50_000_000);
      const out = `${path}.out`;
      for (const headers of [
        ['Expect:'],
        ['Expect:', 'Transfer-Encoding: chunked'],
        ['Expect: 100-continue'],
      ]) {
        const options = headers.flatMap((header) => ['-H', header]);
        const args = ['-sS', '--data-binary', `@${path}`, ...options, '-o', out, URL_OF('/echo')];
        const startedAt = performance.now();
        const { code, stderr } = await run('curl', args);
        expect(code, stderr).toBe(0);
        expect(readFileSync(out).equals(readFileSync(path)), String(headers)).toBe(true);
        report(
          `curl, 50 MB to /echo, ${headers.at(-1)}: ${(performance.now() - startedAt).toFixed(0)} ms`,
        );
      }
      const parallel = [
        '-sS',
        '-Z',
        '--parallel-max',
        '50',
        '-o',
        '/dev/null',
        '-w',
        '%{http_code}\n',
      ];
      const many = await run('curl', [...parallel, `${URL_OF('/json')}?[1-1000]`]);
      expect(String(many.stdout)).toBe('200\n'.repeat(1000));
      await expectNothingLeft(context);
    },
  );

  it.skipIf(lacks('wget'))('wget', { timeout: TIMEOUT }, async () => {
    await open();
    const page = await run('wget', ['-q', '-O', '-', URL_OF('/')]);
    expect(String(page.stdout)).toContain('</html>');
    const large = await run('wget', ['-q', '-O', '-', URL_OF('/pattern/20000000')]);
    expect(Buffer.compare(large.stdout, pattern(20_000_000))).toBe(0);
  });

  it.skipIf(lacks('ab'))('ab, with and without keep-alive', { timeout: TIMEOUT }, async () => {
    const context = await open();
    for (const keepAlive of [[], ['-k']]) {
      const count = amount(5000, 50_000);
      const args = ['-q', ...keepAlive, '-n', `${count}`, '-c', '50', URL_OF('/json')];
      const { code, stdout, stderr } = await run('ab', args);
      expect(code, stderr).toBe(0);
      expect(String(stdout)).toMatch(new RegExp(`Complete requests: +${count}\n`));
      expect(String(stdout)).toMatch(/Failed requests: +0\n/);
      expect(String(stdout)).not.toContain('Non-2xx');
      if (keepAlive.length > 0) {
        expect(String(stdout)).toMatch(new RegExp(`Keep-Alive requests: +${count}\n`));
      }
      const [, rate] = /Requests per second: +([\d.]+)/.exec(String(stdout)) ?? [];
      report(`ab ${keepAlive.join('')}: ${rate} requests a second`);
    }
    await expectNothingLeft(context);
  });

  for (const offload of [false, true]) {
    const title = `wrk${offload ? ', with offload' : ''}`;
    it.skipIf(lacks('wrk'))(title, { timeout: TIMEOUT }, async () => {
      const context = await open(offload);
      const seconds = amount(2, 20);
      const args = ['-t', '1', '-c', '64', '-d', `${seconds}s`, URL_OF('/json')];
      const { code, stdout } = await run('wrk', args);
      expect(code).toBe(0);
      expect(String(stdout)).not.toMatch(/Socket errors|Non-2xx/);
      const [, rate] = /Requests\/sec: +([\d.]+)/.exec(String(stdout)) ?? [];
      report(`${title}: ${rate} requests a second`);
      expect(Number(rate)).toBeGreaterThan(0);
      await expectNothingLeft(context);
    });
  }
});
