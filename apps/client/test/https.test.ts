import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { selfSigned } from '@netlayers/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'netlayers-https-'));
const identity = selfSigned({ host: 'localhost' });
const ca = join(folder, 'ca.pem');
const server = createServer(identity, (request, response) => request.pipe(response));
let url = '';

beforeAll(async () => {
  writeFileSync(ca, identity.cert);
  writeFileSync(join(folder, 'none.pem'), 'nothing');
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `https://localhost:${(server.address() as AddressInfo).port}/`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const curl = (args: readonly string[]): Promise<number | null> =>
  new Promise((resolve) => {
    execFile('curl', ['-s', ...args], (error) => {
      if ((error as NodeJS.ErrnoException | null)?.code === 'ENOENT') resolve(null);
      else resolve(error === null ? 0 : Number(error.code));
    });
  });

describe('https', () => {
  it('is spoken to whom the roots trust, or to anybody', async () => {
    const trusting = await run('--cacert', ca, '-d', 'hello', url, '-w', '|%{time_appconnect}');
    expect(trusting).toMatchObject({ exitCode: 0, stderr: '' });
    expect(trusting.stdout).toMatch(/^hello\|(?!0\.0+$)\d+\.\d+$/);
    expect(await run('-k', '-d', 'hello', url)).toMatchObject({ exitCode: 0, stdout: 'hello' });
  });

  it('to others is refused, in a line that says what to do', async () => {
    const { exitCode, stderr } = await run(url);
    expect(exitCode).toBe(60);
    expect(stderr).toMatch(/^netlayers-client: [^\n]*--cacert FILE[^\n]*\n$/);
  });

  it.each([
    ['an unknown root', () => [url], 60],
    ['another name', () => ['--cacert', ca, url.replace('localhost', '127.0.0.1')], 60],
    ['no file of roots', () => ['--cacert', join(folder, 'missing'), url], 77],
    ['roots that are none', () => ['--cacert', join(folder, 'none.pem'), url], 77],
    ['no certificate of ours', () => ['-k', '-E', join(folder, 'missing'), url], 58],
  ])('with %s has the exit code of curl', async (_, args, exitCode) => {
    expect((await run(...args())).exitCode).toBe(exitCode);
    expect([exitCode, null]).toContain(await curl(args()));
  });

  it('with another Host goes where its URL leads, asks TLS for that, and names it there alone [RFC 9110 7.2]', async () => {
    const seen: string[] = [];
    const listening = async (location: string | null): Promise<Server> => {
      const one = createServer(identity, ({ url, headers, socket }, response) => {
        seen.push(`${url} ${headers.host} ${(socket as TLSSocket).servername}`);
        if (url === '/here') response.writeHead(302, { Location: '/there' });
        else if (location !== null) response.writeHead(302, { Location: location });
        response.end();
      });
      await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', () => resolve()));
      return one;
    };
    const placeOf = (one: Server) => `localhost:${(one.address() as AddressInfo).port}`;
    const last = await listening(null);
    const first = await listening(`https://${placeOf(last)}/last`);
    const { exitCode } = await run(
      ...['-L', '-H', 'Host: named.test', '--cacert', ca, `https://${placeOf(first)}/here`],
    );
    expect(exitCode).toBe(0);
    expect(seen).toEqual([
      '/here named.test localhost',
      '/there named.test localhost',
      `/last ${placeOf(last)} localhost`,
    ]);
    first.close();
    last.close();
  });

  it('says of which file what is wrong', async () => {
    const [key, none, missing] = ['key.pem', 'none.pem', 'missing'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    writeFileSync(key, selfSigned().key);
    for (const [args, said] of [
      [['--cacert', missing], `--cacert ${missing}: there is no such file`],
      [['--cacert', none], `--cacert ${none}: the roots: there is none in what was given as PEM`],
      [['-E', missing], `--cert without --key: the certificate ${missing}: there is no such file`],
      [['-E', ca], `--cert without --key: the certificate ${ca}: its key ${ca} is no private key`],
      [['-E', ca, '--key', missing], `--cert, --key: the key ${missing}: there is no such file`],
      [['-E', ca, '--key', key], `--cert, --key: the certificate ${ca}: its key ${key} is that of`],
      [['-E', none, '--key', key], `--cert, --key: the certificate ${none}: there is none`],
    ] as const) {
      const { stderr } = await run('-k', ...args, url);
      expect(stderr).toMatch(/^netlayers-client: [^\n]*\n$/);
      expect(stderr).toContain(said);
    }
  });

  it('from who speaks none is exit code 35', async () => {
    const plain = (await import('node:net')).createServer((socket) =>
      socket.on('error', () => {}).end('hello\r\n\r\n'),
    );
    await new Promise<void>((resolve) => {
      plain.listen(0, '127.0.0.1', resolve);
    });
    const { port } = plain.address() as AddressInfo;
    expect((await run('-k', `https://127.0.0.1:${port}/`)).exitCode).toBe(35);
    plain.close();
  });
});
