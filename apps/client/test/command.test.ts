import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from './run.js';

let folder = '';
let server: Server | null = null;
const requests: IncomingMessage[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netlayers-client-'));
  requests.length = 0;
});

afterEach(() => {
  rmSync(folder, { recursive: true });
  server?.closeAllConnections();
  server?.close();
  server = null;
});

const file = (name: string): string => join(folder, name);

async function serve(listener: RequestListener): Promise<string> {
  const made = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  server = made;
  await new Promise<void>((resolve) => {
    made.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

/** A server of one file that knows ranges, validators and how to break off. */
function ranges(content: Uint8Array, breakOff: { after: number; times: number }): RequestListener {
  let broken = 0;
  return (request, response) => {
    const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.setHeader('ETag', '"v1"');
    if (first >= content.length) {
      response.writeHead(416, { 'Content-Range': `bytes */${content.length}` }).end();
      return;
    }
    const part = content.subarray(first);
    response.setHeader('Content-Length', part.length);
    if (first > 0) {
      response.statusCode = 206;
      response.setHeader('Content-Range', `bytes ${first}-${content.length - 1}/${content.length}`);
    }
    if (broken++ < breakOff.times) {
      response.write(part.subarray(0, breakOff.after), () => request.socket.destroy());
    } else response.end(part);
  };
}

const WHOLE = { after: 0, times: 0 };

describe('netlayers-client', () => {
  it('prints what a server answers, and its head with -i', async () => {
    const url = await serve((_, response) => response.setHeader('X-A', '1').end('hello'));
    expect(await run(url)).toEqual({ exitCode: 0, stdout: 'hello', stderr: '' });
    const { stdout } = await run('-i', url);
    expect(stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n(.+\r\n)*X-A: 1\r\n(.+\r\n)*\r\nhello$/);
    const head = await run('-I', url);
    expect(head.stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n(.+\r\n)*\r\n$/);
    expect(requests.at(-1)?.method).toBe('HEAD');
  });

  it('sends fields, text, and files with their length', async () => {
    const url = await serve((request, response) => request.pipe(response));
    const content = randomBytes(300_000);
    writeFileSync(file('in'), content);
    expect((await run(url, '-d', 'a=b', '-H', 'X-A: 1', '-H', 'X-A: 2')).stdout).toBe('a=b');
    expect(requests[0]?.method).toBe('POST');
    expect(requests[0]?.headers).toMatchObject({
      'content-type': 'application/x-www-form-urlencoded',
      'x-a': '1, 2',
      'user-agent': 'netlayers-client',
    });
    await run(
      'PUT',
      url,
      '--data-binary',
      `@${file('in')}`,
      '-o',
      file('out'),
      '-H',
      'Content-Type: x/y',
    );
    expect(requests[1]?.headers['content-length']).toBe('300000');
    expect(requests[1]?.headers['content-type']).toBe('x/y');
    expect(readFileSync(file('out')).equals(content)).toBe(true);
    await run(url, '-H', 'User-Agent:', '-H', 'Accept: b');
    expect(requests[2]?.headers.accept).toBe('b');
    expect(requests[2]?.headers).not.toHaveProperty('user-agent');
  });

  it('follows redirections only with -L', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/') response.writeHead(302, { Location: '/there' }).end('moved');
      else response.end('here');
    });
    expect((await run(url)).stdout).toBe('moved');
    expect((await run('-L', url)).stdout).toBe('here');
  });

  it('decodes compressed content', async () => {
    const url = await serve((request, response) => {
      const brotli = request.url === '/br';
      response.setHeader('Content-Encoding', brotli ? 'br' : 'gzip');
      response.end(brotli ? brotliCompressSync('by brotli') : gzipSync('by gzip'));
    });
    expect((await run('--compressed', `${url}/br`)).stdout).toBe('by brotli');
    expect((await run('--compressed', `${url}/gz`)).stdout).toBe('by gzip');
    expect(requests[0]?.headers['accept-encoding']).toBe('gzip, deflate, br');
    const broken = await serve((_, response) =>
      response.setHeader('Content-Encoding', 'br').end('not brotli at all'),
    );
    expect((await run('--compressed', broken)).exitCode).toBe(61);
  });

  it('shows heads with -v, but no credentials', async () => {
    const url = await serve((_, response) => response.end('hello'));
    const place = url.replace('http://', 'http://user:secret@');
    const { stdout, stderr } = await run('-v', place, '-H', 'Cookie: c=secret');
    expect(stdout).toBe('hello');
    expect(stderr).toMatch(/^\* Connected to 127\.0\.0\.1:\d+ /);
    expect(stderr).toContain('> GET / HTTP/1.1\n> Host: 127.0.0.1:');
    expect(stderr).toContain('> Authorization: (not shown)\n');
    expect(stderr).toContain('< HTTP/1.1 200 OK\n');
    expect(stderr).not.toContain('secret');
  });
});

describe('downloads', () => {
  const content = randomBytes(1_000_000);

  it('go on where the file ends', async () => {
    const url = await serve(ranges(content, WHOLE));
    writeFileSync(file('part'), content.subarray(0, 400_000));
    expect(await run('-C', '-', '-o', file('part'), url)).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    expect(requests[0]?.headers.range).toBe('bytes=400000-');
    expect(readFileSync(file('part')).equals(content)).toBe(true);
    // There is nothing left to fetch.
    expect((await run('-C', '-', '-o', file('part'), url)).exitCode).toBe(0);
    expect(readFileSync(file('part')).equals(content)).toBe(true);
    // Nothing to go on from.
    expect((await run('-C', '-', '-o', file('new'), url)).exitCode).toBe(0);
    expect(readFileSync(file('new')).equals(content)).toBe(true);
  });

  it('leave the file alone where the server does not resume', async () => {
    const url = await serve((_, response) => response.end('everything'));
    writeFileSync(file('part'), 'every');
    const outcome = await run('-C', '-', '-o', file('part'), url);
    expect(outcome.exitCode).toBe(33);
    expect(outcome.stderr).toContain('without -C');
    expect(readFileSync(file('part'), 'latin1')).toBe('every');
    const shifted = await serve((_, response) =>
      response.writeHead(206, { 'Content-Range': 'bytes 0-4/9' }).end('every'),
    );
    expect((await run('-C', '-', '-o', file('part'), shifted)).exitCode).toBe(33);
    expect(readFileSync(file('part'), 'latin1')).toBe('every');
    const missing = await serve((_, response) => response.writeHead(404).end('no'));
    expect((await run('-C', '-', '-o', file('part'), missing)).exitCode).toBe(33);
    writeFileSync(file('long'), Buffer.alloc(content.length + 1));
    const other = await serve(ranges(content, WHOLE));
    expect((await run('-C', '-', '-o', file('long'), other)).exitCode).toBe(33);
  });

  it('that are cut short go on with --retry, and say so without', async () => {
    const url = await serve(ranges(content, { after: 250_000, times: 2 }));
    const outcome = await run('--retry', '2', '-o', file('out'), url);
    expect(outcome.exitCode).toBe(0);
    expect(outcome.stderr).toContain('try 2 in 1 s');
    expect(readFileSync(file('out')).equals(content)).toBe(true);
    expect(requests[1]?.headers).toMatchObject({ 'if-range': '"v1"' });
    expect(requests[1]?.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
    const cut = await serve(ranges(content, { after: 250_000, times: 1 }));
    expect([18, 56]).toContain((await run('-o', file('cut'), cut)).exitCode);
  });

  it('start over with --retry where parts cannot be joined', async () => {
    const coded = gzipSync(content);
    let asked = 0;
    const url = await serve((request, response) => {
      const compressed = request.headers['accept-encoding'] !== undefined;
      const whole = compressed ? coded : content;
      if (compressed) response.setHeader('Content-Encoding', 'gzip').setHeader('ETag', '"v1"');
      response.setHeader('Content-Length', whole.length);
      if (asked++ % 2 === 1) response.end(whole);
      else response.write(whole.subarray(0, 500_000), () => request.socket.destroy());
    });
    for (const more of [[], ['--compressed']]) {
      const outcome = await run('--retry', '1', '-o', file('out'), url, ...more);
      expect(outcome.exitCode).toBe(0);
      expect(readFileSync(file('out')).equals(content)).toBe(true);
    }
    expect(requests.map((request) => request.headers.range)).toEqual(Array(4).fill(undefined));
  });

  it('do not touch the file before there is an answer', async () => {
    writeFileSync(file('old'), 'old');
    expect((await run('-o', file('old'), 'http://127.0.0.1:1/')).exitCode).toBe(7);
    expect(readFileSync(file('old'), 'latin1')).toBe('old');
    const empty = await serve((_, response) => response.end());
    await run('-o', file('old'), empty);
    expect(readFileSync(file('old'), 'latin1')).toBe('');
  });
});

describe('failures', () => {
  it.each([
    ['http://127.0.0.1:1/', 7, 'connection refused'],
    ['http://no-such-host.invalid/', 6, 'name'],
    ['http://[', 3, 'not a URL'],
    ['ftp://a.test/', 1, 'not supported'],
  ])('%s is exit code %d', async (url, exitCode, message) => {
    const outcome = await run(url);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).toMatch(/^netlayers-client: [^\n]+\n$/);
    if (exitCode !== 6) expect(outcome.stderr).toContain(message);
  });

  it('of time are exit code 28', async () => {
    const url = await serve(() => {});
    const outcome = await run('--max-time', '0.2', url);
    expect(outcome.exitCode).toBe(28);
    expect(outcome.stderr).toContain('--max-time');
  });

  it('of the status count with -f, and are tried again', async () => {
    let asked = 0;
    const url = await serve((_, response) => {
      response.setHeader('Retry-After', '0');
      response.writeHead(asked++ === 0 ? 503 : 404).end('gone');
    });
    const outcome = await run('-f', '--retry', '3', url);
    expect(outcome).toMatchObject({ exitCode: 22, stdout: '' });
    expect(outcome.stderr).toContain('status 503; try 2 in 0 s');
    expect(outcome.stderr).toContain('answered 404 Not Found');
    expect(requests).toHaveLength(2);
  });

  it('of a POST are not tried again once it was sent', async () => {
    const url = await serve((request) => request.socket.destroy());
    expect((await run('--retry', '3', '-d', 'x', url)).exitCode).not.toBe(0);
    expect(requests).toHaveLength(1);
  });

  it('of files are exit codes 23 and 26', async () => {
    const url = await serve((_, response) => response.end('x'));
    const { exitCode, stderr } = await run('-o', join(folder, 'none', 'x'), url);
    expect(exitCode).toBe(23);
    expect(stderr).toMatch(/cannot write .*x: there is no such folder: --create-dirs makes it\n$/);
    expect((await run(url, '-d', `@${file('none')}`)).exitCode).toBe(26);
    expect(requests).toHaveLength(1);
    expect(existsSync(file('none'))).toBe(false);
  });

  it('of what was received are exit codes 52 and 56', async () => {
    const silent = await serve((request) => request.socket.end());
    expect((await run(silent)).exitCode).toBe(52);
    const nonsense = await serve((request) => request.socket.end('nonsense\r\n\r\n'));
    expect((await run(nonsense)).exitCode).toBe(56);
  });

  it('of usage are exit code 2', async () => {
    const outcome = await run('--bogus', 'a.test');
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toContain('(--help shows all options)');
  });
});
