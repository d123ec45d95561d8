import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileServer, TemporaryFolder } from '../support/harness.js';

const UP = [
  '..',
  '%2e%2e',
  '%2E%2E',
  '.%2e',
  '%2e.',
  '%252e%252e',
  '%25252e%25252e',
  '..%00',
  '..;',
  '..%3b',
  '...',
  '....',
  '%c0%ae%c0%ae',
  '%e0%80%ae%e0%80%ae',
  '%uff0e%uff0e',
  '\xef\xbc\x8e\xef\xbc\x8e',
  '%ef%bc%8e%ef%bc%8e',
  '.%00.',
  '.%0d.',
  '.%09.',
  '.%20.',
  '%2e%2e%20',
  '..%20',
];

const SLASH = [
  '/',
  '//',
  '/./',
  '%2f',
  '%2F',
  '%5c',
  '%5C',
  '\\',
  '%252f',
  '%255c',
  '%c0%af',
  '%e0%80%af',
  '%ef%bc%8f',
];

/** Paths that some server, somewhere, once followed out of its folder. */
function attempts(): string[] {
  const paths: string[] = [];
  for (const up of UP) {
    for (const slash of SLASH)
      paths.push(`/${up}${slash}secret.txt`, `/sub/${up}${slash}${up}${slash}secret.txt`);
  }
  paths.push(
    '//secret.txt',
    '/sub//../../secret.txt',
    '/sub/..%2f..%2fsecret.txt',
    '/sub/../../root/../secret.txt',
    '/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '/..%255c..%255csecret.txt',
    '/C:/secret.txt',
    '/C:%5csecret.txt',
    '/file:///etc/passwd',
    '/%5c%5chost%5cshare%5csecret.txt',
    '/secret.txt%00.html',
    '/sub%00/../../secret.txt',
    '/link/secret.txt',
    '/link/../secret.txt',
    '/proc/self/environ',
    '/etc/passwd',
    '/%2fetc/passwd',
    '/~/secret.txt',
    '/$HOME/secret.txt',
    '/index.html/../../secret.txt',
    '/index.html%2f..%2f..%2fsecret.txt',
    '/..',
    '/../',
    '/sub/..',
    '/sub/../..',
    '/.',
    '/./',
    '/sub/.',
    'http://server/../secret.txt',
    'http://server//etc/passwd',
    'http://server/%2e%2e/secret.txt',
    'http://server',
  );
  return paths;
}

describe('a way out of the folder', () => {
  const outside = new TemporaryFolder();
  let folderServer: FileServer;
  let listServer: FileServer;
  let mounted: FileServer;

  beforeAll(async () => {
    outside.write('secret.txt', 'SECRET');
    outside.write('root/index.html', 'home');
    mkdirSync(join(outside.path, 'root/sub'));
    symlinkSync('..', join(outside.path, 'root/link'));
    const root = join(outside.path, 'root');
    folderServer = await FileServer.start({ root });
    listServer = await FileServer.start({ root, allow: ['index.html'] });
    mounted = await FileServer.start({ root }, '/*');
  });

  afterAll(() => outside[Symbol.dispose]());

  const paths = attempts();

  it(`is closed (${paths.length} attempts)`, async () => {
    for (const path of paths) {
      for (const server of [folderServer, listServer, mounted]) {
        const { status, body } = await server.fetch(path);
        const text = body.toString('latin1');
        expect(text, path).not.toContain('SECRET');
        expect(text, path).not.toContain('root:');
        expect(text, path).not.toContain('PATH=');
        const isHome = path === 'http://server' && server !== listServer;
        expect([400, 403, 404], path).toContain(isHome ? 404 : status);
      }
    }
    expect(folderServer.errors).toEqual([]);
  }, 60_000);
});
