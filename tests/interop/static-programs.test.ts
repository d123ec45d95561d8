/**
 * curl and wget on a folder that we serve: parts, compressed copies, interrupted downloads that go on,
 * and a mirror made from listings.
 */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { kernelTransport } from '@netlayers/kernel';
import { Server } from '@netlayers/server';
import { staticFiles } from '@netlayers/static';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacks, run } from '../support/tools.js';

const BIG = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * 7) % 251));
const CODE = 'let layers = 7;\n'.repeat(5000);

const root = mkdtempSync(join(tmpdir(), 'netlayers-root-'));
const here = mkdtempSync(join(tmpdir(), 'netlayers-here-'));
const server = new Server();
let url: string;

beforeAll(async () => {
  mkdirSync(join(root, 'sub folder'));
  writeFileSync(join(root, 'big.bin'), BIG);
  writeFileSync(join(root, 'ten.txt'), '0123456789');
  writeFileSync(join(root, 'app.js'), CODE);
  writeFileSync(join(root, 'app.js.gz'), gzipSync(CODE));
  writeFileSync(join(root, 'sub folder/<a> & b.txt'), 'deep');
  server.fallback(staticFiles({ root, listing: true, precompressed: true }));
  const { port } = await server.listen(kernelTransport(), { host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${port}`;
});

afterAll(async () => {
  await server.close({ deadlineMs: 0 });
  for (const folder of [root, here]) rmSync(folder, { recursive: true });
});

/** A file of which a part is here already. */
function partial(name: string, content: Uint8Array): string {
  const path = join(here, name);
  writeFileSync(path, content);
  return path;
}

describe.skipIf(lacks('curl'))('curl', () => {
  const curl = (...args: string[]) => run('curl', ['-sS', ...args]);

  it('gets parts of a file [RFC 9110 14.6]', async () => {
    const { stdout } = await curl('-r', '0-1,5-9', `${url}/ten.txt`);
    const type = 'Content-Type: text/plain; charset=utf-8\r\n';
    expect(String(stdout).replaceAll(/^--\w+/gm, '--B')).toBe(
      `--B\r\n${type}Content-Range: bytes 0-1/10\r\n\r\n01\r\n` +
        `--B\r\n${type}Content-Range: bytes 5-9/10\r\n\r\n56789\r\n--B--\r\n`,
    );
    expect(String((await curl('-r', '-3', `${url}/ten.txt`)).stdout)).toBe('789');
  });

  it('decodes a compressed copy [RFC 9110 8.4]', async () => {
    const path = join(here, 'app.js');
    const said = await curl('--compressed', '-o', path, '-w', '%{size_download}', `${url}/app.js`);
    expect(readFileSync(path, 'utf8')).toBe(CODE);
    expect(Number(said.stdout)).toBeLessThan(1000);
  });

  it('goes on with a download', async () => {
    const path = partial('curl.bin', BIG.subarray(0, 400_000));
    const said = await curl('-C', '-', '-o', path, '-w', '%{size_download}', `${url}/big.bin`);
    expect([said.code, String(said.stdout)]).toEqual([0, '600000']);
    expect(readFileSync(path).equals(BIG)).toBe(true);
    expect((await curl('-C', '-', '-o', path, `${url}/big.bin`)).code).toBe(0);
    expect(readFileSync(path).equals(BIG)).toBe(true);
  });

  it('is not told that it has everything when it counts decoded bytes', async () => {
    // More bytes than the compressed copy has.
    const path = partial('part.js', Buffer.from(CODE.slice(0, 5000)));
    const { code } = await curl('--compressed', '-C', '-', '-o', path, `${url}/app.js`);
    expect(code).toBe(33);
  });

  it('asks again only for what has changed [RFC 9110 13.1.2]', async () => {
    const tag = join(here, 'tag');
    await curl('--etag-save', tag, '-o', join(here, 'a'), `${url}/ten.txt`);
    const again = await curl('--etag-compare', tag, '-w', '%{http_code}', `${url}/ten.txt`);
    expect(String(again.stdout)).toBe('304');
  });
});

describe.skipIf(lacks('wget'))('wget', () => {
  it('goes on with a download', async () => {
    const path = partial('wget.bin', BIG.subarray(0, 400_000));
    const { code, stderr } = await run('wget', ['-c', '-O', path, `${url}/big.bin`]);
    expect(code).toBe(0);
    expect(stderr).toContain('206 Partial Content');
    expect(readFileSync(path).equals(BIG)).toBe(true);
  });

  it('mirrors a folder by its listings', async () => {
    const { code } = await run('wget', ['-q', '-r', '-np', '-nH', '-P', join(here, 'mirror'), url]);
    expect(code).toBe(0);
    const names = readdirSync(join(here, 'mirror'), { recursive: true }).map(String).sort();
    expect(names).toEqual(
      [
        'app.js',
        'app.js.gz',
        'big.bin',
        'index.html',
        'sub folder',
        'sub folder/<a> & b.txt',
        'sub folder/index.html',
        'ten.txt',
      ].sort(),
    );
    expect(readFileSync(join(here, 'mirror/big.bin')).equals(BIG)).toBe(true);
  });
});
