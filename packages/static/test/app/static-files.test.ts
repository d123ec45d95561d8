import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, utimesSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { staticFiles } from '@netlayers/static';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileServer, TemporaryFolder } from '../support/harness.js';

const BIG = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251));
const MODIFIED = new Date('2024-02-29T12:34:56Z');

describe('a folder', () => {
  const folder = new TemporaryFolder();
  let server: FileServer;

  beforeAll(async () => {
    folder.write('index.html', '<h1>home</h1>');
    folder.write('a b.txt', 'space');
    folder.write('ä.txt', 'umlaut');
    folder.write('%2e.txt', 'percent');
    folder.write('empty');
    folder.write('empty', '');
    folder.write('big.bin', BIG);
    folder.write('ten.txt', '0123456789');
    folder.write('sub/index.html', 'sub');
    folder.write('bare/x.txt', 'x');
    folder.write('.secret', 'hidden');
    folder.write('.git/config', 'hidden');
    symlinkSync('ten.txt', join(folder.path, 'link.txt'));
    symlinkSync('.secret', join(folder.path, 'link-to-hidden'));
    utimesSync(join(folder.path, 'ten.txt'), MODIFIED, MODIFIED);
    server = await FileServer.start({ root: folder.path });
  });

  afterAll(() => folder[Symbol.dispose]());

  it.each([
    ['/', '<h1>home</h1>', 'text/html; charset=utf-8'],
    ['/?q=1', '<h1>home</h1>', 'text/html; charset=utf-8'],
    ['/index.html', '<h1>home</h1>', 'text/html; charset=utf-8'],
    ['/a%20b.txt', 'space', 'text/plain; charset=utf-8'],
    ['/%C3%A4.txt', 'umlaut', 'text/plain; charset=utf-8'],
    ['/%252e.txt', 'percent', 'text/plain; charset=utf-8'],
    ['/empty', '', 'application/octet-stream'],
    ['/sub/', 'sub', 'text/html; charset=utf-8'],
    ['/link.txt', '0123456789', 'text/plain; charset=utf-8'],
  ])('serves %s', async (target, body, type) => {
    const response = await server.fetch(target);
    expect(response.status).toBe(200);
    expect(response.body.toString()).toBe(body);
    expect(response.head).toContain(`\r\nContent-Type: ${type}\r\n`);
    expect(response.head).toContain(`\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`);
    expect(response.head).toContain('\r\nX-Content-Type-Options: nosniff');
  });

  it('streams what is larger than a piece', async () => {
    const response = await server.fetch('/big.bin');
    expect(response.body.equals(BIG)).toBe(true);
    expect(response.head).toContain('\r\nContent-Length: 300000\r\n');
  });

  it.each([
    '/none',
    '/bare/',
    '/bare/none',
    '/index.html/',
    '/.secret',
    '/.git/config',
    '/link-to-hidden',
    '/TEN.TXT',
    '/ten.txt.',
    '/ten.txt%20',
    '/ten.txt/',
  ])('has no %s', async (target) => {
    expect((await server.fetch(target)).status).toBe(404);
  });

  it('redirects to the folder that is meant', async () => {
    const response = await server.fetch('/sub?q=1');
    expect(response.status).toBe(301);
    expect(response.head).toContain('\r\nLocation: /sub/?q=1\r\n');
  });

  it('answers HEAD like GET', async () => {
    for (const target of ['/ten.txt', '/big.bin', '/']) {
      const get = await server.fetch(target);
      const head = await server.fetch(target, [], 'HEAD');
      expect(head.head.replace(/Date: .*/, '')).toBe(get.head.replace(/Date: .*/, ''));
      expect(head.body.length).toBe(0);
    }
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE'])(
    'has no %s [RFC 9110 15.5.6]',
    async (method) => {
      const response = await server.fetch('/ten.txt', [], method);
      expect(response.status).toBe(405);
      expect(response.head).toContain('\r\nAllow: GET, HEAD, OPTIONS\r\n');
    },
  );

  it('says what it takes [RFC 9110 9.3.7]', async () => {
    const response = await server.fetch('/ten.txt', [], 'OPTIONS');
    expect(response.status).toBe(204);
    expect(response.head).toContain('\r\nAllow: GET, HEAD, OPTIONS\r\n');
    expect(response.head).not.toContain('Access-Control');
  });

  it('says what identifies a version, and 304 to who has it', async () => {
    const { head } = await server.fetch('/ten.txt');
    expect(head).toContain('\r\nLast-Modified: Thu, 29 Feb 2024 12:34:56 GMT\r\n');
    const etag = /^ETag: (".*")$/m.exec(head)?.[1];
    for (const field of [
      `If-None-Match: ${etag}`,
      'If-Modified-Since: Thu, 29 Feb 2024 12:34:56 GMT',
    ]) {
      const response = await server.fetch('/ten.txt', [field]);
      expect(response.status).toBe(304);
      expect(response.body.length).toBe(0);
      expect(response.head).toContain(`\r\nETag: ${etag}\r\n`);
    }
    expect((await server.fetch('/ten.txt', ['If-Match: "other"'])).status).toBe(412);
  });

  it.each([
    ['bytes=2-4', '234', '2-4'],
    ['bytes=8-', '89', '8-9'],
    ['bytes=-3', '789', '7-9'],
    ['bytes=0-99', '0123456789', '0-9'],
  ])('sends the range %s', async (range, body, contentRange) => {
    const response = await server.fetch('/ten.txt', [`Range: ${range}`]);
    expect(response.status).toBe(206);
    expect(response.body.toString()).toBe(body);
    expect(response.head).toContain(`\r\nContent-Range: bytes ${contentRange}/10\r\n`);
  });

  it('streams a large range from its middle', async () => {
    const response = await server.fetch('/big.bin', ['Range: bytes=1000-250999']);
    expect(response.status).toBe(206);
    expect(response.body.equals(BIG.subarray(1000, 251_000))).toBe(true);
  });

  it('refuses a range behind the end, and ignores what is no range [RFC 9110 14.2]', async () => {
    const behind = await server.fetch('/ten.txt', ['Range: bytes=10-']);
    expect(behind.status).toBe(416);
    expect(behind.head).toContain('\r\nContent-Range: bytes */10\r\n');
    expect((await server.fetch('/ten.txt', ['Range: lines=0-1'])).status).toBe(200);
    expect((await server.fetch('/ten.txt', ['Range: bytes=0-1'], 'HEAD')).status).toBe(200);
    const other = await server.fetch('/ten.txt', ['Range: bytes=0-1', 'If-Range: "other"']);
    expect(other.status).toBe(200);
    expect(other.body.toString()).toBe('0123456789');
  });
});

describe('what is no file', () => {
  const folder = new TemporaryFolder();
  const outside = new TemporaryFolder();
  let server: FileServer;
  let socket: Server;

  beforeAll(async () => {
    outside.write('secret.txt', 'SECRET');
    mkdirSync(join(folder.path, 'in'));
    folder.write('in/file.txt', 'fine');
    symlinkSync(outside.path, join(folder.path, 'out'));
    symlinkSync(join(outside.path, 'secret.txt'), join(folder.path, 'secret.txt'));
    symlinkSync('../../..', join(folder.path, 'in/up'));
    symlinkSync('loop', join(folder.path, 'loop'));
    symlinkSync('nowhere', join(folder.path, 'dangling'));
    symlinkSync('/dev/zero', join(folder.path, 'zero'));
    symlinkSync('in/file.txt', join(folder.path, 'inside.txt'));
    if (process.platform !== 'win32') execFileSync('mkfifo', [join(folder.path, 'fifo')]);
    socket = createServer().listen(join(folder.path, 'socket'));
    await once(socket, 'listening');
    server = await FileServer.start({ root: folder.path });
  });

  afterAll(() => {
    socket.close();
    folder[Symbol.dispose]();
    outside[Symbol.dispose]();
  });

  it.each([
    '/out/secret.txt',
    '/out/',
    '/out',
    '/secret.txt',
    '/in/up/etc/passwd',
    '/loop',
    '/dangling',
    '/zero',
    '/fifo',
    '/socket',
    '/socket/',
    `/${'x'.repeat(300)}`,
  ])('%s is not there', async (target) => {
    const response = await server.fetch(target);
    expect(response.status).toBe(404);
    expect(response.body.toString()).not.toContain('SECRET');
  });

  it('a link within the folder is', async () => {
    expect((await server.fetch('/inside.txt')).body.toString()).toBe('fine');
  });

  it('reports nothing of it', () => {
    expect(server.errors).toEqual([]);
  });
});

describe('an allow-list', () => {
  const folder = new TemporaryFolder();
  let server: FileServer;

  beforeAll(async () => {
    for (const name of ['index.html', 'style.css', 'sub/a.js', 'other.txt', '.well-known'])
      folder.write(name);
    server = await FileServer.start({
      root: folder.path,
      allow: ['index.html', './sub/a.js', 'gone.txt', '.well-known'],
    });
  });

  afterAll(() => folder[Symbol.dispose]());

  it.each([
    ['/index.html', 200],
    ['/%69ndex.html', 200],
    ['/index.html?x', 200],
    ['/sub/a.js', 200],
    ['/.well-known', 200],
    ['/gone.txt', 404],
    ['/', 403],
    ['/html', 403],
    ['/l', 403],
    ['/tml', 403],
    ['/a.js', 403],
    ['/style.css', 403],
    ['/sub', 403],
    ['/sub/', 403],
    ['/index.html/', 403],
    ['//index.html', 403],
    ['/./index.html', 403],
    ['/sub/../index.html', 403],
    ['/sub%2fa.js', 403],
    ['/INDEX.HTML', 403],
    ['/%', 403],
    ['/index.html%00', 403],
  ])('%s is %i', async (target, status) => {
    expect((await server.fetch(target)).status).toBe(status);
  });

  it('has GET and HEAD only, for whatever path', async () => {
    for (const target of ['/index.html', '/style.css', '/none']) {
      expect((await server.fetch(target, [], 'POST')).status).toBe(405);
    }
  });

  it('is of files below the folder', () => {
    for (const file of ['../x', '/etc/passwd', '.', '']) {
      expect(() => staticFiles({ root: folder.path, allow: [file] })).toThrow(TypeError);
    }
  });
});

it('never redirects to another host', async () => {
  using folder = new TemporaryFolder();
  folder.write('evil.example/index.html');
  const server = await FileServer.start({ root: folder.path }, '/*');
  for (const target of [
    '//evil.example',
    '//evil.example/..',
    '/%2fevil.example',
    '/\\evil.example',
  ]) {
    const { status, head } = await server.fetch(target);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(head).not.toMatch(/^Location:/m);
  }
});
