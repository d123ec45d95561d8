import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Headers } from '@netlayers/http';
import { Application, type ServerRequest } from '@netlayers/server';
import { type StaticOptions, staticFiles } from '@netlayers/static';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileServer, fieldOf, TemporaryFolder } from '../support/harness.js';

describe('options', () => {
  const folder = new TemporaryFolder();
  const start = (options: Partial<StaticOptions>) =>
    FileServer.start({ root: folder.path, ...options });

  beforeAll(() => {
    folder.write('.env', 'x');
    folder.write('start.htm', 'begin');
    folder.write('sub/index.html', 'sub');
    folder.write('sub/start.htm', 'begin sub');
    folder.write('assets/app.js', 'code');
    mkdirSync(join(folder.path, 'odd/start.htm'), { recursive: true });
    folder.write('odd/index.html', 'odd');
    symlinkSync('sub', join(folder.path, 'assets/more'));
  });

  afterAll(() => folder[Symbol.dispose]());

  it('that do not exist are told in one line', () => {
    const root = folder.path;
    expect(() => staticFiles({ root, dotFiles: 'allow' } as never)).toThrow(
      new TypeError('staticFiles has no option dotFiles; is it dotfiles?'),
    );
    expect(() => staticFiles({} as never)).toThrow('staticFiles needs the option root');
    expect(() => staticFiles({ root, fallback: { page: 'a' } as never })).toThrow(
      'fallback of staticFiles has no option page; it has file, extensions',
    );
  });

  it('show dotfiles, name another index, set one Cache-Control', async () => {
    const server = await start({
      dotfiles: 'allow',
      index: 'start.htm',
      cacheControl: 'max-age=60',
    });
    const response = await server.fetch('/.env');
    expect(response.status).toBe(200);
    expect(fieldOf(response, 'cache-control')).toBe('max-age=60');
    expect((await server.fetch('/')).body.toString()).toBe('begin');
  });

  it('name several indexes, the first that is a file counts', async () => {
    const server = await start({ index: ['start.htm', 'index.html'] });
    expect((await server.fetch('/')).body.toString()).toBe('begin');
    expect((await server.fetch('/sub/')).body.toString()).toBe('begin sub');
    expect((await server.fetch('/odd/')).body.toString()).toBe('odd');
    expect((await server.fetch('/odd')).status).toBe(301);
  });

  it('can do without an index', async () => {
    const server = await start({ index: false });
    for (const target of ['/', '/sub/', '/sub']) {
      expect((await server.fetch(target)).status).toBe(404);
    }
  });

  it('set Cache-Control by pattern, on 304 as well [RFC 9110 15.4.5]', async () => {
    const server = await start({
      cacheControl: { '*.html': 'no-cache', 'assets/**': 'max-age=31536000, immutable' },
    });
    expect(fieldOf(await server.fetch('/sub/'), 'cache-control')).toBe('no-cache');
    expect(fieldOf(await server.fetch('/start.htm'), 'cache-control')).toBeNull();
    for (const fields of [[], ['If-None-Match: *'], ['Range: bytes=0-0']]) {
      const response = await server.fetch('/assets/app.js', fields);
      expect(fieldOf(response, 'cache-control')).toBe('max-age=31536000, immutable');
    }
    // Nothing is kept of what is not there: it may come.
    expect(fieldOf(await server.fetch('/assets/none.js'), 'cache-control')).toBeNull();
  });

  it('set it by a function of the file', async () => {
    const server = await start({
      cacheControl: ({ path, size, coding }) =>
        path.endsWith('.js') ? `max-age=${size}, x=${coding}` : null,
    });
    const response = await server.fetch('/assets/app.js');
    expect(fieldOf(response, 'cache-control')).toBe('max-age=4, x=null');
    expect(fieldOf(await server.fetch('/start.htm'), 'cache-control')).toBeNull();
  });

  it('give the program the last word about fields', async () => {
    const server = await start({
      headers: (headers, { path, modifiedMs }, request) => {
        headers.set('X-File', `${path} ${modifiedMs > 0} ${request.method}`);
        headers.set('Content-Type', 'application/x-own');
        headers.delete('X-Content-Type-Options');
      },
    });
    for (const fields of [[], ['Range: bytes=0-0'], ['If-None-Match: *']]) {
      const response = await server.fetch('/sub/', fields);
      expect(fieldOf(response, 'x-file')).toBe('sub/index.html true GET');
      expect(fieldOf(response, 'x-content-type-options')).toBeNull();
      expect(fieldOf(response, 'content-type')).toBe('application/x-own');
    }
  });

  it('let pages of other origins see what is there and what is not [Fetch 3.2]', async () => {
    const server = await start({ cors: 'http://page.example' });
    for (const target of ['/start.htm', '/none', '/sub']) {
      const response = await server.fetch(target, ['Origin: http://page.example']);
      expect(fieldOf(response, 'access-control-allow-origin')).toBe('http://page.example');
    }
    const plain = await server.fetch('/start.htm', ['Origin: http://page.example'], 'OPTIONS');
    expect(fieldOf(plain, 'access-control-allow-methods')).toBeNull();
    const preflight = await server.fetch(
      '/start.htm',
      [
        'Origin: http://page.example',
        'Access-Control-Request-Method: GET',
        'Access-Control-Request-Headers: range',
      ],
      'OPTIONS',
    );
    expect(preflight.status).toBe(204);
    expect(fieldOf(preflight, 'access-control-allow-origin')).toBe('http://page.example');
    expect(fieldOf(preflight, 'access-control-allow-methods')).toBe('GET, HEAD, OPTIONS');
    expect(fieldOf(preflight, 'access-control-allow-headers')).toBe('range');
  });

  it('need a folder', () => {
    expect(() => staticFiles({ root: join(folder.path, 'none') })).toThrow(/ENOENT/);
    expect(() => staticFiles({ root: join(folder.path, '.env') })).toThrow(TypeError);
  });

  it.each([
    { index: 'sub/index.html' },
    { index: ['index.html', '..'] },
    { index: '' },
    { maxRanges: -1 },
    { maxRanges: 1.5 },
    { precompressed: ['deflate'] },
    { allow: ['start.htm'], listing: true },
  ])('that make no sense are refused: %j', (options) => {
    expect(() => staticFiles({ root: folder.path, ...options } as StaticOptions)).toThrow(
      TypeError,
    );
  });

  it('can be mounted under a path, or with an application', async () => {
    const files = staticFiles({ root: folder.path });
    for (const server of [
      await FileServer.start({ root: folder.path }, '/files/*'),
      await FileServer.of((app) => app.mount('/files', new Application().fallback(files))),
    ]) {
      expect((await server.fetch('/files/start.htm')).body.toString()).toBe('begin');
      expect((await server.fetch('/files//start.htm')).status).toBe(404);
      expect((await server.fetch('/start.htm')).status).toBe(404);
      expect(fieldOf(await server.fetch('/files/sub'), 'location')).toBe('/files/sub/');
    }
  });

  it('send to the slash of the path that a folder is mounted at', async () => {
    const answer = (options: Partial<StaticOptions>) =>
      staticFiles({ root: folder.path, ...options })({
        method: 'GET',
        path: '/files',
        target: '/files?q',
        params: { '*': '' },
        headers: new Headers(),
      } as unknown as ServerRequest);
    const redirect = await answer({ listing: true });
    expect([redirect.status, redirect.headers.get('location')]).toEqual([301, '/files/?q']);
    expect((await answer({})).status).toBe(404);
    expect((await answer({ allow: ['start.htm'] })).status).toBe(403);
  });
});
