import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readFolder } from '../../src/listing/read-folder.js';
import { FileServer, fieldOf, TemporaryFolder } from '../support/harness.js';

const THEN = new Date('2024-02-29T12:34:56Z');
const EVIL = '<img src=x onerror=alert(1)>&"\'.txt';

describe('a listing', () => {
  const folder = new TemporaryFolder();
  const outside = new TemporaryFolder();
  let server: FileServer;

  beforeAll(async () => {
    const write = (name: string, content: string): void =>
      utimesSync(folder.write(name, content), THEN, THEN);
    write('ten.txt', '0123456789');
    write('file2', 'b');
    write('file10', 'c'.repeat(1234));
    write('Upper', 'd');
    write('a b%2e?#.txt', 'e');
    write('javascript:alert(1)', 'f');
    write('ä', 'g');
    write(EVIL, 'h');
    write('back\\slash', 'i');
    write('.secret', 'hidden');
    write('.git/config', 'hidden');
    write('zoo/x.txt', 'x');
    write('docs/index.html', 'docs');
    outside.write('theirs', 'SECRET');
    symlinkSync(join(outside.path, 'theirs'), join(folder.path, 'out.txt'));
    symlinkSync(outside.path, join(folder.path, 'out'));
    symlinkSync('.secret', join(folder.path, 'to-hidden'));
    symlinkSync('nowhere', join(folder.path, 'dangling'));
    symlinkSync('zoo', join(folder.path, 'animals'));
    execFileSync('mkfifo', [join(folder.path, 'fifo')]);
    // A name that is no UTF-8.
    writeFileSync(Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from([0xff, 0x41])]), 'j');
    server = await FileServer.start({ root: folder.path, listing: true });
  });

  afterAll(() => {
    folder[Symbol.dispose]();
    outside[Symbol.dispose]();
  });

  const json = async (target: string, started = server) =>
    JSON.parse((await started.fetch(target, ['Accept: application/json'])).body.toString());

  it('has what can be fetched, folders first, in the order of people', async () => {
    const { path, complete, entries } = await json('/');
    expect(path).toBe('/');
    expect(complete).toBe(true);
    expect(entries.map(({ name }: { name: string }) => name)).toEqual([
      'animals',
      'docs',
      'zoo',
      EVIL,
      'ä',
      'a b%2e?#.txt',
      'file2',
      'file10',
      'javascript:alert(1)',
      'ten.txt',
      'Upper',
    ]);
  });

  it('says kinds, sizes and dates', async () => {
    const { entries } = await json('/');
    const modified = THEN.toISOString();
    expect(entries).toContainEqual({ name: 'ten.txt', type: 'file', size: 10, modified });
    expect(entries[1]).toEqual({ name: 'docs', type: 'folder', modified: expect.any(String) });
  });

  it('leads to each of its entries', async () => {
    const page = (await server.fetch('/')).body.toString();
    const links = [...page.matchAll(/<a href="(.*?)"/g)].map(([, href]) => href!);
    expect(links).toHaveLength(11);
    for (const href of links) {
      expect(href).toMatch(/^\.\//);
      const { pathname } = new URL(href, 'http://server/');
      expect((await server.fetch(pathname)).status, href).toBe(200);
    }
  });

  it('is text, whatever a name spells', async () => {
    const response = await server.fetch('/');
    const page = response.body.toString();
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#39;.txt</bdi>');
    expect(page).not.toMatch(/href="javascript/);
    expect(fieldOf(response, 'content-security-policy')).toContain("default-src 'none'");
    expect(fieldOf(response, 'content-type')).toBe('text/html; charset=utf-8');
    expect(fieldOf(response, 'x-content-type-options')).toBe('nosniff');
  });

  it('gives way to an index, and is found with a slash alone', async () => {
    expect((await server.fetch('/docs/')).body.toString()).toBe('docs');
    const redirect = await server.fetch('/zoo?q=1');
    expect(redirect.status).toBe(301);
    expect(fieldOf(redirect, 'location')).toBe('/zoo/?q=1');
    expect((await server.fetch('/animals/')).body.toString()).toContain('x.txt');
  });

  it.each(['/none/', '/ten.txt/', '/.git/', '/out/', '/to-hidden/', '/fifo/', '/dangling/'])(
    'is not there for %s',
    async (target) => {
      const response = await server.fetch(target);
      expect(response.status).toBe(404);
      expect(response.body.toString()).not.toContain('theirs');
    },
  );

  it('has a tag [RFC 9110 13.2.2]', async () => {
    const first = await server.fetch('/zoo/');
    const etag = fieldOf(first, 'etag');
    const again = await server.fetch('/zoo/', [`If-None-Match: ${etag}`]);
    expect(again.status).toBe(304);
    expect(fieldOf(again, 'vary')).toBe('Accept');
    expect((await server.fetch('/zoo/', ['If-Match: "x"'])).status).toBe(412);
    const other = await server.fetch('/zoo/', ['Accept: application/json']);
    expect(fieldOf(other, 'etag')).not.toBe(etag);
    expect(fieldOf(other, 'vary')).toBe('Accept');
    folder.write('zoo/y.txt');
    expect((await server.fetch('/zoo/', [`If-None-Match: ${etag}`])).status).toBe(200);
  });

  it('is told by HEAD like by GET [RFC 9110 9.3.2]', async () => {
    const get = await server.fetch('/');
    const head = await server.fetch('/', [], 'HEAD');
    expect(head.head.replace(/Date: .*/, '')).toBe(get.head.replace(/Date: .*/, ''));
    expect(head.body.length).toBe(0);
  });

  it('has only relative links where it is mounted, and names the whole path', async () => {
    mkdirSync(join(folder.path, 'zoo/deep er'), { recursive: true });
    const mounted = await FileServer.start({ root: folder.path, listing: true }, '/my files/*');
    const page = (await mounted.fetch('/my%20files/zoo/deep%20er/')).body.toString();
    expect(page).toContain('<title>Index of /my files/zoo/deep er/</title>');
    const links = [...page.matchAll(/<a href="(.*?)"/g)].map(([, href]) => href);
    expect(links).toEqual(['../../', '../', '../']);
    expect((await json('/my%20files/zoo/', mounted)).path).toBe('/my files/zoo/');
  });

  it('shows dotfiles where they exist for clients', async () => {
    const open = await FileServer.start({ root: folder.path, listing: true, dotfiles: 'allow' });
    const names = (await json('/', open)).entries.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['.git', '.secret', 'to-hidden']));
  });

  it('is off by default', async () => {
    const plain = await FileServer.start({ root: folder.path });
    expect((await plain.fetch('/')).status).toBe(404);
    expect((await plain.fetch('/zoo/')).status).toBe(404);
    // Nothing is behind the slash: no reason to send anybody there.
    expect((await plain.fetch('/zoo')).status).toBe(404);
  });

  it('is bounded, and says so', async () => {
    const rules = { root: folder.path, showDotfiles: false, maxEntries: 3 };
    const contents = await readFolder([], rules);
    expect(contents?.complete).toBe(false);
    expect(contents?.entries.length).toBeLessThanOrEqual(3);
  });

  it('leaves nothing to report', () => {
    expect(server.errors).toEqual([]);
  });
});
