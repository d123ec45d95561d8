import { symlinkSync, unlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileServer, fieldOf, TemporaryFolder } from '../support/harness.js';

const TEXT = 'let layers = 7;\n'.repeat(5000);
const GZIP = gzipSync(TEXT);
const BROTLI = brotliCompressSync(TEXT);
const THEN = new Date('2024-02-29T12:34:56Z');

describe('files in a content coding', () => {
  const folder = new TemporaryFolder();
  const outside = new TemporaryFolder();
  let server: FileServer;

  const write = (name: string, content: string | Uint8Array, time = THEN): void =>
    utimesSync(folder.write(name, content), time, time);

  beforeAll(async () => {
    write('app.js', TEXT);
    write('app.js.gz', GZIP);
    write('app.js.br', BROTLI);
    write('app.js.zst', 'zstd');
    write('plain.txt', 'plain');
    write('stale.txt', 'new', new Date(THEN.getTime() + 1000));
    write('stale.txt.gz', gzipSync('old'));
    write('only.txt.gz', gzipSync('only'));
    write('sub/index.html', '<p>');
    write('sub/index.html.gz', gzipSync('<p>'));
    write('folder.txt', 'file');
    folder.write('folder.txt.gz/x', 'x');
    write('link.txt', 'mine');
    outside.write('theirs', 'SECRET');
    symlinkSync(join(outside.path, 'theirs'), join(folder.path, 'link.txt.gz'));
    server = await FileServer.start({ root: folder.path, precompressed: true });
  });

  afterAll(() => {
    folder[Symbol.dispose]();
    outside[Symbol.dispose]();
  });

  const ask = (target: string, accept: string, ...fields: string[]) =>
    server.fetch(target, [`Accept-Encoding: ${accept}`, ...fields]);

  it.each([
    ['gzip, deflate, br, zstd', 'br', BROTLI],
    ['gzip', 'gzip', GZIP],
    ['zstd, br;q=0.5', 'zstd', Buffer.from('zstd')],
    ['br;q=0, gzip', 'gzip', GZIP],
    ['identity', null, Buffer.from(TEXT)],
    ['deflate', null, Buffer.from(TEXT)],
    ['', null, Buffer.from(TEXT)],
  ])('%s gets %s [RFC 9110 12.5.3]', async (accept, coding, content) => {
    const response = await ask('/app.js', accept);
    expect(response.status).toBe(200);
    expect(fieldOf(response, 'content-encoding')).toBe(coding);
    expect(fieldOf(response, 'content-type')).toBe('text/javascript; charset=utf-8');
    expect(fieldOf(response, 'content-length')).toBe(String(content.length));
    expect(response.body.equals(content)).toBe(true);
  });

  it('vary, also where there is one alone [RFC 9110 12.5.5]', async () => {
    for (const target of ['/app.js', '/plain.txt', '/sub/']) {
      expect(fieldOf(await ask(target, 'gzip'), 'vary')).toBe('Accept-Encoding');
      expect(fieldOf(await server.fetch(target), 'vary')).toBe('Accept-Encoding');
    }
    const response = await ask('/app.js', 'gzip', 'If-None-Match: *');
    expect(response.status).toBe(304);
    expect(fieldOf(response, 'vary')).toBe('Accept-Encoding');
    expect(fieldOf(response, 'content-encoding')).toBeNull();
  });

  it('have a tag each, and are compared by their own [RFC 9110 8.8.3.3]', async () => {
    const codings = ['identity', 'gzip', 'br', 'zstd'];
    const tags = new Map<string, string>();
    for (const coding of codings) tags.set(coding, fieldOf(await ask('/app.js', coding), 'etag')!);
    expect(new Set(tags.values()).size).toBe(4);
    for (const asked of codings) {
      for (const coding of codings) {
        const response = await ask('/app.js', asked, `If-None-Match: ${tags.get(coding)}`);
        expect(response.status, `${asked} ${coding}`).toBe(asked === coding ? 304 : 200);
      }
    }
  });

  it('count ranges in encoded bytes [RFC 9110 14.1.2]', async () => {
    const known = `If-Range: ${fieldOf(await ask('/app.js', 'gzip'), 'etag')}`;
    const first = await ask('/app.js', 'gzip', 'Range: bytes=0-9', known);
    expect(first.status).toBe(206);
    expect(fieldOf(first, 'content-range')).toBe(`bytes 0-9/${GZIP.length}`);
    expect(fieldOf(first, 'content-encoding')).toBe('gzip');
    const resume = `If-Range: ${fieldOf(first, 'etag')}`;
    const rest = await ask('/app.js', 'gzip', 'Range: bytes=10-', resume);
    expect(rest.status).toBe(206);
    expect(gunzipSync(Buffer.concat([first.body, rest.body])).toString()).toBe(TEXT);
    // Beyond the end of what it has, with its tag, is no reason to begin anew.
    const beyond = await ask('/app.js', 'gzip', `Range: bytes=${GZIP.length}-`, resume);
    expect(beyond.status).toBe(416);
    // In another coding it is another representation: all of it.
    expect((await ask('/app.js', 'br', 'Range: bytes=10-', resume)).status).toBe(200);
    expect((await ask('/app.js', 'identity', 'Range: bytes=10-', resume)).status).toBe(200);
  });

  it('come whole to who may count other bytes [RFC 9110 14.2]', async () => {
    const { head } = await ask('/app.js', 'gzip');
    const [, etag, date] = /ETag: (.*)\r\nLast-Modified: (.*)\r\n/.exec(head)!;
    for (const [range, ...condition] of [
      ['0-9'],
      [`${GZIP.length}-`],
      ['0-9', `If-Range: ${date}`],
      ['0-1,5-9', `If-Range: ${etag}`],
      ['0-1,5-9'],
    ]) {
      const encoded = await ask('/app.js', 'gzip', `Range: bytes=${range}`, ...condition);
      expect(encoded.status).toBe(200);
      expect(encoded.body.equals(GZIP)).toBe(true);
    }
    const plain = await ask('/app.js', 'identity', 'Range: bytes=0-1,5-9');
    expect(plain.status).toBe(206);
  });

  it.each(['identity;q=0', '*;q=0', 'identity;q=0, deflate'])(
    'are refused by %s where there is none [RFC 9110 15.5.7]',
    async (accept) => {
      const response = await ask('/plain.txt', accept);
      expect(response.status).toBe(406);
      expect(fieldOf(response, 'vary')).toBe('Accept-Encoding');
    },
  );

  it('are not used when they are stale, or no files, or not ours', async () => {
    expect((await ask('/stale.txt', 'gzip')).body.toString()).toBe('new');
    expect((await ask('/folder.txt', 'gzip')).body.toString()).toBe('file');
    expect((await ask('/link.txt', 'gzip')).body.toString()).toBe('mine');
    expect((await ask('/only.txt', 'gzip')).status).toBe(404);
  });

  it('are files of their own under their own names', async () => {
    const response = await ask('/app.js.gz', 'gzip');
    expect(fieldOf(response, 'content-type')).toBe('application/gzip');
    expect(fieldOf(response, 'content-encoding')).toBeNull();
  });

  it('stand for an index as well', async () => {
    const response = await ask('/sub/', 'gzip');
    expect(fieldOf(response, 'content-type')).toBe('text/html; charset=utf-8');
    expect(gunzipSync(response.body).toString()).toBe('<p>');
  });

  it('are told by HEAD like by GET [RFC 9110 9.3.2]', async () => {
    const head = await server.fetch('/app.js', ['Accept-Encoding: br'], 'HEAD');
    expect(fieldOf(head, 'content-encoding')).toBe('br');
    expect(fieldOf(head, 'content-length')).toBe(String(BROTLI.length));
  });

  it('may be chosen and ordered, and are off by default', async () => {
    const some = await FileServer.start({ root: folder.path, precompressed: ['gzip', 'br'] });
    const both = ['Accept-Encoding: br, gzip, zstd'];
    expect(fieldOf(await some.fetch('/app.js', both), 'content-encoding')).toBe('gzip');
    const off = await FileServer.start({ root: folder.path });
    const response = await off.fetch('/app.js', [...both, 'Accept-Encoding: identity;q=0']);
    expect(response.status).toBe(200);
    expect(fieldOf(response, 'content-encoding')).toBeNull();
    expect(fieldOf(response, 'vary')).toBeNull();
  });

  it('appear and go while the server runs', async () => {
    write('later.txt', 'later');
    expect(fieldOf(await ask('/later.txt', 'gzip'), 'content-encoding')).toBeNull();
    write('later.txt.gz', gzipSync('later'));
    expect(fieldOf(await ask('/later.txt', 'gzip'), 'content-encoding')).toBe('gzip');
    unlinkSync(join(folder.path, 'later.txt.gz'));
    expect(fieldOf(await ask('/later.txt', 'gzip'), 'content-encoding')).toBeNull();
  });

  it('leave nothing to report', () => {
    expect(server.errors).toEqual([]);
  });
});
