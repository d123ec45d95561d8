import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { staticFiles } from '@netlayers/static';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileServer, fieldOf, TemporaryFolder } from '../support/harness.js';

const NAVIGATION = 'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

describe('a page for what is not there', () => {
  const folder = new TemporaryFolder();
  let server: FileServer;

  beforeAll(async () => {
    folder.write('index.html', 'app');
    folder.write('assets/app.js', 'code');
    folder.write('docs/index.html', 'docs');
    folder.write('.secret', 'hidden');
    symlinkSync('/etc', join(folder.path, 'out'));
    server = await FileServer.start({
      root: folder.path,
      fallback: 'index.html',
      cacheControl: { 'index.html': 'no-cache', '**': 'max-age=60' },
    });
  });

  afterAll(() => folder[Symbol.dispose]());

  it.each(['/users/7', '/users/', '/docs/none', '/assets', '/assets/', '/out/passwd', '/a?b=c.d'])(
    'answers a navigation to %s',
    async (target) => {
      const response = await server.fetch(target, [NAVIGATION]);
      expect(response.status).toBe(200);
      expect(response.body.toString()).toBe('app');
      expect(fieldOf(response, 'content-type')).toBe('text/html; charset=utf-8');
      expect(fieldOf(response, 'vary')).toBe('Accept');
      expect(fieldOf(response, 'cache-control')).toBe('no-cache');
    },
  );

  it('of several codings says in one line of Vary what it depends on [RFC 9110 12.5.5]', async () => {
    const coded = await FileServer.start({
      root: folder.path,
      fallback: 'index.html',
      precompressed: true,
    });
    const response = await coded.fetch('/users/7', [NAVIGATION]);
    expect(response.head.match(/^vary:.*$/gim)).toEqual(['Vary: Accept-Encoding, Accept']);
  });

  it('does not answer a script, which takes anything', async () => {
    for (const fields of [
      [],
      ['Accept: */*'],
      ['Accept: application/json'],
      ['Accept: text/html;q=0'],
    ]) {
      const response = await server.fetch('/users/7', fields);
      expect(response.status).toBe(404);
      expect(fieldOf(response, 'vary')).toBe('Accept');
    }
  });

  it.each(['/app.js', '/users/jane.doe', '/.secret', '/.git/config', '/../x', '/a//b', '/a%2fb'])(
    'does not answer for %s',
    async (target) => {
      const response = await server.fetch(target, [NAVIGATION]);
      expect(response.status).toBe(404);
      expect(fieldOf(response, 'vary')).toBeNull();
    },
  );

  it('leaves what is there alone', async () => {
    expect((await server.fetch('/assets/app.js', [NAVIGATION])).body.toString()).toBe('code');
    expect((await server.fetch('/docs/', [NAVIGATION])).body.toString()).toBe('docs');
    expect((await server.fetch('/docs', [NAVIGATION])).status).toBe(301);
    expect((await server.fetch('/users/7', [NAVIGATION], 'POST')).status).toBe(405);
  });

  it('is a file like any other [RFC 9110 13.2.2]', async () => {
    const etag = fieldOf(await server.fetch('/users/7', [NAVIGATION]), 'etag');
    const known = [NAVIGATION, `If-None-Match: ${etag}`];
    const response = await server.fetch('/users/8', known);
    expect(response.status).toBe(304);
    expect(fieldOf(response, 'vary')).toBe('Accept');
    const head = await server.fetch('/users/7', [NAVIGATION], 'HEAD');
    expect(fieldOf(head, 'content-length')).toBe('3');
  });

  it('may answer names with a dot', async () => {
    const fallback = { file: 'docs/index.html', extensions: true };
    const dotted = await FileServer.start({ root: folder.path, fallback });
    expect((await dotted.fetch('/users/jane.doe', [NAVIGATION])).body.toString()).toBe('docs');
    expect((await dotted.fetch('/.secret', [NAVIGATION])).status).toBe(404);
  });

  it('is 404 when it is not there itself', async () => {
    const broken = await FileServer.start({ root: folder.path, fallback: 'none.html' });
    expect((await broken.fetch('/x', [NAVIGATION])).status).toBe(404);
  });

  it('lies in the folder', () => {
    for (const fallback of ['../x', '/etc/passwd', '', '.']) {
      expect(() => staticFiles({ root: folder.path, fallback })).toThrow(TypeError);
    }
    const both = { root: folder.path, fallback: 'index.html', allow: ['index.html'] };
    expect(() => staticFiles(both)).toThrow(TypeError);
  });
});
