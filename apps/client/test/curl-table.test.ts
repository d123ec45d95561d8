/**
 * Everyday lines of curl, run by the real curl and by this command against the same server: the same
 * on stdout, the same exit code, the same files.
 */

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './run.js';

const home = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'netlayers-curl-'));
let port = 0;

/** Fields that say who asks, or that are made by chance. */
const NOT_SHOWN = new Set(['host', 'user-agent', 'connection', 'content-length', 'expect']);

/** Tells what was received, so that two clients can be compared by their output. */
async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += (chunk as Buffer).toString('latin1');
  const boundary = /boundary=(\S+)/.exec(request.headers['content-type'] ?? '')?.[1];
  const hidden = (text: string): string =>
    boundary === undefined ? text : text.replaceAll(boundary, 'BOUNDARY');
  const fields = Object.entries(request.headers)
    .filter(([name]) => !NOT_SHOWN.has(name))
    .map(([name, value]) => `${name}: ${hidden(String(value))}`)
    .sort();
  response.end([`${request.method} ${request.url}`, ...fields, '', hidden(body), ''].join('\n'));
}

/** The fields as they came, but for the port and what the client calls itself. */
const rawOf = ({ rawHeaders }: IncomingMessage): string =>
  rawHeaders
    .join('|')
    .replace(/127\.0\.0\.1:\d+/g, 'HERE')
    .replace(/curl\/[\d.]+|netlayers-client/g, 'CLIENT');

const CONTENT = 'abcdefghijklmnopqrstuvwxyz';

const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/raw': (request, response) => response.end(`${rawOf(request)}\n`),
  '/404': (_, response) => response.writeHead(404).end('not here\n'),
  '/500': (_, response) => response.writeHead(500).end('broken\n'),
  '/302': (_, response) => response.writeHead(302, { Location: '/echo' }).end('moved\n'),
  '/307': (_, response) => response.writeHead(307, { Location: '/echo' }).end('moved\n'),
  '/loop': (_, response) => response.writeHead(302, { Location: '/loop' }).end(),
  '/gzip': (_, response) =>
    response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(CONTENT)),
  '/br': (_, response) =>
    response.writeHead(200, { 'Content-Encoding': 'br' }).end(brotliCompressSync(CONTENT)),
  '/badgzip': (_, response) =>
    response.writeHead(200, { 'Content-Encoding': 'gzip' }).end('no gzip at all'),
  '/named': (_, response) =>
    response
      .writeHead(200, { 'Content-Disposition': 'attachment; filename="../given.txt"' })
      .end(CONTENT),
  '/cookie': (_, response) =>
    response.writeHead(302, { Location: '/echo', 'Set-Cookie': 'a=1; Path=/; HttpOnly' }).end(),
  '/slow': () => {},
  '/close': (request) => request.socket.end(),
  '/reset': (request) => request.socket.resetAndDestroy(),
  '/cut': (request, response) => {
    response.writeHead(200, { 'Content-Length': 100 });
    response.write('short', () => request.socket.end());
  },
  '/dated': (request, response) => {
    const isNew = request.headers['if-modified-since'] !== undefined;
    response.setHeader('Last-Modified', 'Sat, 01 Jan 2022 00:00:00 GMT');
    response.writeHead(isNew ? 304 : 200).end(isNew ? undefined : CONTENT);
  },
  '/file.txt': (request, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
    if (from === undefined) {
      response.end(CONTENT);
      return;
    }
    const end = to === '' ? CONTENT.length - 1 : Number(to);
    const range = `bytes ${from}-${end}/${CONTENT.length}`;
    const part = CONTENT.slice(Number(from), end + 1);
    response.writeHead(206, { 'Content-Range': range, 'Content-Length': part.length }).end(part);
  },
};

const server = createServer((request, response) => {
  // Both commands are to see the same second.
  response.setHeader('Date', 'Mon, 30 Nov 2026 09:00:00 GMT');
  const path = (request.url ?? '').replace(/\?.*$/, '');
  const answer = answers[path];
  if (answer === undefined) void echo(request, response);
  else answer(request, response);
});

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly files: Readonly<Record<string, string>>;
}

function filesOf(place: string): Record<string, string> {
  const names = readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(place.length + 1));
  return Object.fromEntries(
    names.map((name) => [name, readFileSync(join(place, name), 'latin1').replace(/^#.*\n/gm, '')]),
  );
}

function prepared(name: string): string {
  const place = join(folder, name);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  process.chdir(place);
  writeFileSync('in.txt', 'line one\nline two\n');
  writeFileSync('part.txt', CONTENT.slice(0, 10));
  writeFileSync('fields', 'X-One: 1\nX-Two: 2\n');
  writeFileSync('netrc', 'machine 127.0.0.1 login ann password secret\n');
  writeFileSync('config', `# a comment\nuser-agent = "by config"\n-H "X-C: 3"\n`);
  writeFileSync(
    'paths',
    ['/\tFALSE\t0\td\t7', '/a/b\tFALSE\t0\tz\t5', '/\tFALSE\t0\tb\t4', '/a\tFALSE\t0\tx\t2']
      .map((line) => `127.0.0.1\tFALSE\t${line}\n`)
      .join(''),
  );
  writeFileSync('jar', '127.0.0.1\tFALSE\t/\tFALSE\t0\tkept\tyes\n');
  return place;
}

async function byCurl(args: readonly string[]): Promise<Ended> {
  const place = prepared('curl');
  const [exitCode, stdout] = await new Promise<[number, string]>((resolve) => {
    const child = execFile(
      'curl',
      ['-s', ...args],
      { encoding: 'latin1', env: { PATH: process.env.PATH } },
      (error, stdout) => resolve([error === null ? 0 : Number(error.code), stdout]),
    );
    child.stdin?.end();
  });
  return { exitCode, stdout, files: filesOf(place) };
}

async function byUs(args: readonly string[]): Promise<Ended> {
  const place = prepared('ours');
  const { exitCode, stdout } = await run('-s', ...args);
  return { exitCode, stdout, files: filesOf(place) };
}

const curl = await new Promise<string | null>((resolve) => {
  execFile('curl', ['--version'], (error, stdout) => resolve(error === null ? stdout : null));
});
if (curl === null) console.log('curl is not here: its lines are not compared');

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  port = (server.address() as AddressInfo).port;
});

afterAll(() => {
  process.chdir(home);
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

/** `U` stands for the server; words are apart by spaces, `~` is a space inside of one. */
const LINES = `
U/echo
-s U/echo
-sS U/echo
-i -o head.txt U/404 -w %{http_code}
-L U/302
-L -d x=1 U/302
-L -d x=1 U/307
-L --max-redirs 3 U/loop
--proto =https U/echo
--proto =http,https U/echo
--proto -all,http U/echo
--proto -http U/echo
-L --proto-redir =https U/302
-L --proto-redir -https U/302
U/302
-f U/404
--fail U/500
--fail-with-body U/404
-sf U/echo -o out.txt
-u ann:secret U/echo
http://ann:secret@127.0.0.1:PORT/echo
-A agent U/echo
-e http://from.test/ U/echo
-H X-A:~1 -H X-B:~2 U/echo
-H Accept:~text/html U/echo
-H Accept: U/echo
-H accept: -d x U/echo
-H Content-Type: -d x U/echo
-H Content-Type: --json {} U/echo
-H X-Empty; U/echo
-H X-Empty; -H X-None: U/echo
-H User-Agent: -H Accept: U/raw
-A  U/raw
-e  U/raw
-H Host:~named.test U/raw
-H Cookie: -b a=1 U/echo
-L -H Accept: U/302
-H @fields U/echo
-X DELETE U/echo
-X PUT -d x U/echo
-d a=1 -d b=2 U/echo
-d @in.txt U/echo
--data-binary @in.txt U/echo
--data-raw @in.txt U/echo
--data-urlencode name=a~b&c U/echo
--data-urlencode name@in.txt U/echo
--data-urlencode =a/b U/echo
-G -d a=1 --data-urlencode b=x~y U/echo
-G -d a=1 U/echo?z=0
--url-query q=a~b U/echo
--json {"a":1} U/echo
-d {"a":1} -H Content-Type:~application/json U/echo
-F a=1 -F f=@in.txt U/echo
-F f=@in.txt;type=text/x-own U/echo
-F f=@in.txt;filename=other.bin U/echo
-F t=<in.txt U/echo
--form-string a=@b U/echo
-T in.txt U/echo
-T in.txt U/dir/
-o out.txt U/file.txt
-O U/file.txt
-O U/
-OJ U/named
-o a.txt -o b.txt U/file.txt U/echo
-O --output-dir sub --create-dirs U/file.txt
-o sub/x/out.txt --create-dirs U/file.txt
-o none/out.txt U/file.txt
U/echo?1 U/echo?2
-Z -o #1.txt U/echo?[1-3]
U/echo?{a,b}
-g U/echo?{a}
-C - -o part.txt U/file.txt
-C 20 U/file.txt
-r 2-5 U/file.txt
-R -o out.txt U/dated
-z 20230101 U/dated -w %{http_code}
--compressed U/gzip
--compressed U/br
--compressed U/badgzip
-b a=1;~b=2 U/echo
-b jar U/echo
-b paths U/a/b/echo
-c jar2 -L U/cookie
-b jar -c new.jar -L U/cookie
-n --netrc-file netrc U/echo
-K config U/echo
-D heads.txt -o out.txt U/echo -w %{size_download}
-w %{http_code}~%{num_redirects}~%{url_effective}~%{content_type}~%{method}\\n -L U/302
-w %{redirect_url}|%{scheme}|%{http_version}|%{num_connects}|%{exitcode} U/302
-w %{remote_ip}:%{remote_port}|%{size_upload}|%{urlnum}|%% -d abc U/echo
-w %header{location} U/302
-w %{num_connects}%{local_ip}%{urlnum} U/echo U/echo
--resolve a.test:PORT:127.0.0.1 http://a.test:PORT/echo
--connect-to a.test:80:127.0.0.1:PORT http://a.test/echo
-m 0.3 U/slow
--connect-timeout 5 U/echo
--max-filesize 10 U/file.txt
--limit-rate 100k U/file.txt
-k U/echo
-4 U/echo
-N U/echo
-q U/echo
--http1.1 U/echo
--request-target * -X OPTIONS U
--retry 1 --retry-delay 1 U/404
-I -o /dev/null U/404 -w %{http_code}
http://127.0.0.1:1/
http://no-such-host.invalid/
U/close
U/reset
U/cut
nothing://127.0.0.1/
-w %{http_code} http://127.0.0.1:1/
-fsSL U/302
-sv U/echo
-vsL U/302
-# -o out.txt U/file.txt
--no-progress-meter U/echo
-XPOST -dx=1 U/echo
-sSfLo out.txt U/302
--location --silent U/302
--header X-A:~1 --user ann:secret U/echo
-d x -d @in.txt U/echo
--no-buffer --tlsv1.2 --insecure U/echo
-s -s U/echo
-sSLo out.txt U/302
-so /dev/null -w %{http_code} U/404
--no-such-option U/echo
U/echo -d
`
  .trim()
  .split('\n');

describe.skipIf(curl === null)('does what curl does', () => {
  it.each(LINES)('curl %s', async (line) => {
    const args = line
      .split(' ')
      .map((word) =>
        word
          .replaceAll('~', ' ')
          .replace(/^U/, `http://127.0.0.1:${port}`)
          .replaceAll('PORT', String(port)),
      );
    const theirs = await byCurl(args);
    expect(await byUs(args)).toEqual(theirs);
  });
});
