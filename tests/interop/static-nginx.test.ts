/**
 * The same requests for the same files, put to nginx and to us: where the answers differ, the
 * difference is written down with its reason, and a difference that goes away is a failure too.
 */

import { type ChildProcess, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { kernelTransport } from '@netlayers/kernel';
import { Server } from '@netlayers/server';
import { staticFiles } from '@netlayers/static';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchange, type PlainResponse } from '../support/plain-http.js';
import { STATIC_CASES, type StaticCase } from '../support/static-cases.js';
import { lacks, start, stop } from '../support/tools.js';

const THEN = new Date('2024-02-29T12:34:56Z');
const CODE = 'let layers = 7;\n'.repeat(500);

const configOf = (folder: string): string => `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  types { text/html html; text/plain txt; text/javascript js; }
  default_type application/octet-stream;
  charset utf-8;
  charset_types text/html text/plain text/javascript;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi;
  gzip_static on;
  gzip_vary on;
  absolute_redirect off;
  server {
    listen unix:${folder}/nginx.sock;
    root ${folder}/root;
    location ~ /\\. { return 404; }
    location /list/ { autoindex on; }
  }
}
`;

function makeFiles(folder: string): void {
  const write = (name: string, content: string | Uint8Array, time = THEN): void => {
    const path = join(folder, 'root', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    utimesSync(path, time, time);
  };
  for (const name of ['index.html', 'sub/index.html']) write(name, `<p>${name}`);
  for (const name of ['a b.txt', 'ä.txt', '.secret', 'bare/x.txt', 'list/x.txt']) write(name, name);
  write('ten.txt', '0123456789');
  write('empty.txt', '');
  write('big.bin', Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251)));
  write('app.js', CODE);
  write('app.js.gz', gzipSync(CODE));
  write('stale.txt', 'new', new Date(THEN.getTime() + 60_000));
  write('stale.txt.gz', gzipSync('old'));
  write('only.txt.gz', gzipSync('only'));
  symlinkSync('ten.txt', join(folder, 'root/link.txt'));
  writeFileSync(join(folder, 'theirs'), 'theirs');
  symlinkSync('../theirs', join(folder, 'root/outside.txt'));
  execFileSync('mkfifo', [join(folder, 'root/fifo')]);
}

/**
 * Fields that say what an answer is about. Tags are each server's own, and so is Vary: nginx says it
 * of a file that has a copy in a coding now, we of all that might get one.
 */
const COMPARED = [
  'content-type',
  'content-length',
  'content-range',
  'content-encoding',
  'location',
  'last-modified',
  'allow',
];

/** What is compared of an answer, in one line. Pages of errors and listings are each server's own. */
function summaryOf({ status, fields, body }: PlainResponse, isListing: boolean): string {
  const boundary = /boundary=(\S+)/.exec(fields.get('content-type') ?? '')?.[1];
  const same = (text: string): string =>
    boundary === undefined ? text : text.replaceAll(boundary, 'B');
  const isOwn = status >= 300 || status === 204 || isListing;
  const parts = [`${status}`];
  for (const name of COMPARED) {
    const value = fields.get(name);
    if (value === undefined) continue;
    if (isOwn && /type|length|modified/.test(name)) continue;
    if (name === 'content-length' && boundary !== undefined) continue;
    parts.push(`${name}: ${same(value).replace('; ', ';').replace('UTF-8', 'utf-8')}`);
  }
  if (!isOwn) {
    // In front of the first boundary nginx has an empty line, which RFC 2046, 5.1.1, allows.
    const text = same(body.toString('latin1')).replace(/^\r\n--B/, '--B');
    parts.push(text.length <= 20 ? JSON.stringify(text) : hashOf(text));
  }
  return parts.join(' | ');
}

/** The status is the one that was written down, and what else was is there. */
function expectParts(summary: string, expected: string): void {
  expect(summary.split(' | ')).toEqual(expect.arrayContaining(expected.split(' | ')));
}

const hashOf = (text: string): string =>
  `${text.length} bytes ${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;

const titleOf = ({ target, method = 'GET', fields = [] }: StaticCase): string =>
  [method, target.slice(0, 40), ...fields].join(' ');

describe.skipIf(lacks('nginx'))('files from nginx and from us', () => {
  const folder = mkdtempSync(join(tmpdir(), 'netlayers-nginx-'));
  const server = new Server();
  const nginxPath = join(folder, 'nginx.sock');
  let nginx: ChildProcess;
  let ours: { host: string; port: number };

  beforeAll(async () => {
    makeFiles(folder);
    writeFileSync(join(folder, 'nginx.conf'), configOf(folder));
    nginx = start('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']);
    const options = { root: join(folder, 'root'), precompressed: true };
    server.any(
      '/list/*',
      staticFiles({ ...options, root: join(folder, 'root/list'), listing: true }),
    );
    server.fallback(staticFiles(options));
    const host = '127.0.0.1';
    const { port } = await server.listen(kernelTransport(), { host, port: 0 });
    ours = { host, port };
    await untilListening();
  });

  afterAll(async () => {
    await stop(nginx);
    await server.close({ deadlineMs: 0 });
    rmSync(folder, { recursive: true, force: true });
  });

  /** Asks nginx until it answers, or has ended. */
  async function untilListening(): Promise<void> {
    let stderr = '';
    nginx.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    let isGone = false;
    void once(nginx, 'exit').then(() => {
      isGone = true;
    });
    for (;;) {
      if (isGone) throw new Error(`nginx has ended: ${stderr}`);
      const answer = await exchange({ path: nginxPath }, 'GET', '/').catch(() => null);
      if (answer !== null) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async function answerOf(
    at: { path: string } | { host: string; port: number },
    { target, method = 'GET', fields = [] }: StaticCase,
  ): Promise<string> {
    const coding = fields.filter((field) => field.startsWith('Accept-Encoding'));
    const known = await exchange(at, 'HEAD', target, coding);
    const filled = fields.map((field) =>
      field
        .replaceAll('{etag}', known.fields.get('etag') ?? '"?"')
        .replaceAll('{date}', known.fields.get('last-modified') ?? '?'),
    );
    return summaryOf(await exchange(at, method, target, filled), target === '/list/');
  }

  it.each(STATIC_CASES.map((row) => [titleOf(row), row] as const))('%s', async (_, row) => {
    const theirs = await answerOf({ path: nginxPath }, row);
    const own = await answerOf(ours, row);
    if (row.differs === undefined) expect(own).toBe(theirs);
    else {
      expect(own, row.differs.because).not.toBe(theirs);
      expectParts(theirs, row.differs.nginx);
      expectParts(own, row.differs.ours);
    }
  });
});
