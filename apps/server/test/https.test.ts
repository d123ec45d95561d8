import { once } from 'node:events';
import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import http2, { type ClientHttp2Session } from 'node:http2';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { useServers } from './servers.js';

const identity = selfSigned();
const folder = mkdtempSync(join(tmpdir(), 'netlayers-https-'));
const cert = join(folder, 'cert.pem');
const key = join(folder, 'key.pem');
const OPTIONS = ['--kernel-tcp', '--port', '0', '--tls-cert', cert, '--tls-key', key];
const { start } = useServers([], folder);

function put({ cert: certificate, key: secret }: { cert: string; key: string }): void {
  for (const [path, text] of [
    [cert, certificate],
    [key, secret],
  ] as const) {
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  }
}

/** The body of an answer over HTTP/1.1, and the certificate it came with. */
async function get(url: string, ca: string): Promise<string> {
  const request = https.get(url, { ca, agent: false, servername: 'localhost' });
  const [response] = await once(request, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
}

const connect = async (url: string): Promise<ClientHttp2Session> => {
  const session = http2.connect(url, { ca: identity.cert, servername: 'localhost' });
  await once(session, 'connect');
  return session;
};

describe('a command with a certificate', () => {
  it('serves https, HTTP/2 and HTTP/1.1, and ends in order', async () => {
    put(identity);
    const server = start(...OPTIONS);
    const url = await server.url();
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await get(`${url}/json`, identity.cert)).toBe('{"message":"hello from netlayers"}');
    const session = await connect(url);
    let text = '';
    for await (const chunk of session.request({ ':path': '/' })) text += chunk;
    expect(text).toContain('curl https://localhost:');
    expect(text).toContain('HTTP/2.0');
    expect(text).toContain('<b>HTTP/2</b>');
    expect(text).toContain('<b>TLS</b>');
    expect(await get(`${url}/`, identity.cert)).toContain('<b>HTTP/1.1</b>');
    expect(await server.stop()).toBe(0);
    expect(server.stdout).toContain('"GET / HTTP/2.0" 200');
  });

  it('speaks HTTP/1.1 alone where it is told to', async () => {
    put(identity);
    const server = start(...OPTIONS, '--no-http2');
    const url = await server.url();
    await expect(connect(url)).rejects.toThrow();
    expect(await get(`${url}/json`, identity.cert)).toContain('hello');
  });

  it('takes a new one while it runs', async () => {
    put(identity);
    const server = start(...OPTIONS);
    const url = await server.url();
    expect(await get(`${url}/json`, identity.cert)).toContain('hello');
    const renewed = selfSigned();
    put(renewed);
    await server.until(/^Taken: the new certificate/m);
    expect(await get(`${url}/json`, renewed.cert)).toContain('hello');
  });

  it('tells plain HTTP what it speaks, and whoever runs it that somebody has asked', async () => {
    put(identity);
    const server = start(...OPTIONS);
    const url = (await server.url()).replace('https:', 'http:');
    for (let count = 0; count < 3; count++) {
      const response = await fetch(`${url}/json`, { method: 'POST', body: 'x'.repeat(50_000) });
      expect([response.status, await response.text()]).toEqual([
        400,
        'This port speaks TLS: use https:// in place of http://\n',
      ]);
    }
    expect(await server.stop()).toBe(0);
    expect(server.stderr).toMatch(/^warning TLS with 127\.0\.0\.1:\d+: plain HTTP came, [^\n]*\n$/);
  });

  it('says in one line what is wrong with it', async () => {
    const other = selfSigned();
    put({ cert: identity.cert, key: other.key });
    const refusals: [string[], number, string][] = [
      [OPTIONS, 1, `error the certificate ${cert}: its key ${key} is that of another one\n`],
      [
        [...OPTIONS.slice(0, -1), join(folder, 'none')],
        1,
        `error the key ${folder}/none: there is no such file\n`,
      ],
      [
        ['--kernel-tcp', '--tls-cert', key, '--tls-key', key],
        1,
        `error the certificate ${key}: there is none in what was given as PEM`,
      ],
      [['--tls-cert', cert], 2, '--tls-cert needs --tls-key'],
      [['--tls-key', key], 2, '--tls-key needs --tls-cert'],
      [['--no-http2'], 2, '--no-http2 is for https'],
    ];
    for (const [args, code, message] of refusals) {
      const server = start(...args);
      expect(await server.ended).toBe(code);
      expect(server.stderr).toContain(message);
    }
  });
});
