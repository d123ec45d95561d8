import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createSecureServer,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from '@netlayers/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'netlayers-http2-'));
const ca = join(folder, 'ca.pem');
const identity = selfSigned({ host: 'localhost' });

function answer(
  request: Http2ServerRequest | IncomingMessage,
  response: Http2ServerResponse | ServerResponse,
): void {
  if (request.url === '/reset' && 'stream' in response) response.stream.close(2);
  else if (request.url === '/large') response.end(Buffer.alloc(30_000_000, 'x'));
  else request.pipe(response as ServerResponse);
}

const both = createSecureServer({ ...identity, allowHTTP1: true }, answer);
const clear = createServer(answer);
const old = createPlain(answer);
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
let url = '';

beforeAll(async () => {
  writeFileSync(ca, identity.cert);
  for (const server of [both, clear, old]) {
    await new Promise<void>((resolve) => {
      (server as Server).listen(0, '127.0.0.1', resolve);
    });
  }
  url = `https://localhost:${portOf(both as unknown as Server)}/`;
});

afterAll(() => {
  for (const server of [both, clear, old]) server.close();
  rmSync(folder, { recursive: true });
});

describe('the version of HTTP', () => {
  it.each([
    [[], '2'],
    [['--http2'], '2'],
    [['--http2-prior-knowledge'], '2'],
    [['--http1.1'], '1.1'],
  ])('of https with %j is %s', async (options, version) => {
    const given = ['--cacert', ca, '-d', 'hello', '-w', '|%{http_version}', ...options, url];
    expect(await run(...given)).toMatchObject({ exitCode: 0, stdout: `hello|${version}` });
  });

  it('of http is 1.1, or 2 where that is known', async () => {
    const plain = `http://127.0.0.1:${portOf(old)}/`;
    const known = `http://127.0.0.1:${portOf(clear as Server)}/`;
    const told = ['-d', 'x', '-w', '|%{http_version}'];
    expect((await run(...told, '--http2', plain)).stdout).toBe('x|1.1');
    expect((await run(...told, '--http2-prior-knowledge', known)).stdout).toBe('x|2');
    expect((await run('--http2-prior-knowledge', plain)).exitCode).toBeGreaterThan(0);
  });

  it('of http is said to be 1.1 once, where 2 was asked for [RFC 9113 3.1]', async () => {
    const plain = `http://127.0.0.1:${portOf(old)}/`;
    const says = async (...args: string[]) =>
      (await run(...args)).stderr.match(/^\* HTTP\/1\.1, since http[^\n]*$/gm) ?? [];
    const said = await says('-v', '--http2', plain, `${plain}2`);
    expect(said).toEqual([expect.stringContaining('--http2-prior-knowledge')]);
    expect(await says('-v', plain)).toEqual([]);
    expect(await says('--http2', plain)).toEqual([]);
    expect(await says('-v', '--http2', '--cacert', ca, url)).toEqual([]);
  });

  it('is shown', async () => {
    const { stdout, stderr } = await run('--cacert', ca, '-v', '-i', url);
    expect(stdout).toMatch(/^HTTP\/2 200 \r\n/);
    expect(stderr).toMatch(/\* Connected to localhost:\d+ \(127\.0\.0\.1 port \d+\), HTTP\/2\n/);
    expect(stderr).toContain('> GET / HTTP/2\n');
    expect(stderr).toContain('< HTTP/2 200 \n');
  });

  it('changes neither content nor files', async () => {
    const { exitCode, stdout } = await run('--cacert', ca, `${url}large`);
    expect([exitCode, stdout.length]).toEqual([0, 30_000_000]);
  });

  it('2 has one connection for several URLs at once, 1.1 one for each [RFC 9113 9.1]', async () => {
    let connections = 0;
    const count = (): void => void connections++;
    both.on('secureConnection', count);
    const urls = Array.from({ length: 6 }, (_, at) => `${url}${at}`);
    const told = ['--cacert', ca, '-Z', '-d', 'x', '-w', '|%{num_connects} %{local_port}|'];
    const { exitCode, stdout } = await run(...told, ...urls);
    expect([exitCode, connections]).toEqual([0, 1]);
    const parts = stdout.split('|').filter((text) => text.includes(' '));
    const ports = new Set(parts.map((text) => text.split(' ')[1]));
    const made = parts.map((text) => text.split(' ')[0]).sort();
    expect([made.join(), ports.size]).toEqual(['0,0,0,0,0,1', 1]);
    connections = 0;
    expect((await run(...told, '--http1.1', ...urls)).exitCode).toBe(0);
    expect(connections).toBe(6);
    both.off('secureConnection', count);
  });

  it('has failures with the exit codes of curl', async () => {
    expect(await run('--cacert', ca, `${url}reset`)).toMatchObject({
      exitCode: 92,
      stderr: expect.stringMatching(/^netlayers-client: [^\n]*INTERNAL_ERROR[^\n]*\n$/),
    });
  });
});

describe('credentials', () => {
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const seen: (string | undefined)[] = [];
  /** Wants one scheme, and says what it was told. */
  const guard = createPlain((request, response) => {
    const { authorization = '' } = request.headers;
    seen.push(authorization.split(' ')[0]);
    const scheme = request.url?.slice(1) ?? '';
    const part = (name: string): string =>
      new RegExp(`\\b${name}="?([^",]*)`).exec(authorization)?.[1] ?? '';
    const ha1 = md5('ann:r:secret');
    const ha2 = md5(`${request.method}:${part('uri')}`);
    const expected = md5(`${ha1}:n:${part('nc')}:${part('cnonce')}:auth:${ha2}`);
    const isBasic = authorization === `Basic ${Buffer.from('ann:secret').toString('base64')}`;
    const isRight = scheme === 'digest' ? part('response') === expected : isBasic;
    if (isRight) {
      request.pipe(response);
      return;
    }
    const challenge =
      scheme === 'digest' ? 'Digest realm="r", nonce="n", qop="auth"' : 'Basic realm="r"';
    response.writeHead(401, { 'WWW-Authenticate': challenge }).end('no');
  });
  let origin = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      guard.listen(0, '127.0.0.1', resolve);
    });
    origin = `http://127.0.0.1:${portOf(guard)}`;
  });
  afterAll(() => void guard.close());

  it.each([
    ['--digest', 'digest', 'x', ['', 'Digest']],
    ['--anyauth', 'digest', 'x', ['', 'Digest']],
    ['--anyauth', 'basic', 'x', ['', 'Basic']],
    ['--digest', 'basic', 'no', ['']],
    ['--basic', 'basic', 'x', ['Basic']],
  ])('with %s for %s [RFC 7616 3.4]', async (option, scheme, stdout, schemes) => {
    seen.length = 0;
    const { exitCode, ...said } = await run(
      option,
      '-u',
      'ann:secret',
      '-d',
      'x',
      `${origin}/${scheme}`,
    );
    expect([exitCode, said.stdout, said.stderr]).toEqual([0, stdout, '']);
    expect(seen).toEqual(schemes);
  });

  it('may stand in the URL, and wrong ones are an answer', async () => {
    const typed = origin.replace('//', '//ann:secret@');
    expect((await run('--digest', '-d', 'x', `${typed}/digest`)).stdout).toBe('x');
    seen.length = 0;
    expect((await run('--anyauth', '-u', 'ann:wrong', `${origin}/digest`)).stdout).toBe('no');
    expect(seen).toEqual(['', 'Digest']);
  });
});
