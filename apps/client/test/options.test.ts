import { describe, expect, it } from 'vitest';
import type { ClientCommand } from '../src/command/command.js';
import { readOptions } from '../src/command/read-command.js';
import { exitCodeOf } from '../src/exit-code.js';

async function read(...args: string[]): Promise<ClientCommand> {
  const command = await readOptions(args);
  if (command === null) throw new Error('help was printed');
  return command;
}

async function mistake(...args: string[]): Promise<string> {
  const error: unknown = await readOptions(args).catch((error: unknown) => error);
  expect(exitCodeOf(error)).toBe(2);
  return (error as Error).message;
}

describe('the command line', () => {
  it('needs no more than a URL', async () => {
    const command = await read('http://a.test/');
    expect(command).toMatchObject({
      transfers: [{ url: 'http://a.test/', output: '-', upload: null }],
      method: 'GET',
      headers: [],
      content: { kind: 'none' },
      followRedirects: false,
      resumeAt: null,
      compressed: false,
      onStatus: 'take',
      retry: { limit: 0, delayMs: null },
      maxTimeMs: null,
      lanes: 1,
      transport: 'kernel',
      verbosity: 'warn',
    });
  });

  it.each([
    ['a.test', 'http://a.test'],
    ['localhost:8080/x', 'http://localhost:8080/x'],
    ['10.0.0.7', 'http://10.0.0.7'],
    ['HTTPS://a.test', 'HTTPS://a.test'],
  ])('reads %s as %s', async (given, url) => {
    expect((await read(given)).transfers[0]?.url).toBe(url);
  });

  it('takes the method from a word, from -X, from -I or from -d', async () => {
    expect((await read('DELETE', 'a.test')).method).toBe('DELETE');
    expect((await read('-X', 'PURGE', 'a.test')).method).toBe('PURGE');
    expect((await read('-X', 'PUT', 'PUT', 'a.test')).method).toBe('PUT');
    expect((await read('-I', 'a.test')).method).toBe('HEAD');
    expect((await read('-d', 'x', 'a.test')).method).toBe('POST');
    expect((await read('-T', 'file', 'a.test/')).method).toBe('PUT');
    expect((await read('-G', '-d', 'x', 'a.test')).method).toBe('GET');
  });

  it('takes each repeatable option one value at a time', async () => {
    const { headers, transfers } = await read('-H', 'A: 1', '-H', 'b:2:3', 'a.test', '-H', 'C:');
    expect(headers).toEqual([
      ['A', '1'],
      ['b', '2:3'],
      ['C', null],
    ]);
    expect(transfers).toHaveLength(1);
    expect(transfers[0]?.url).toBe('http://a.test');
  });

  it.each([
    ['--tun-ip', '10.9.0.6'],
    ['--tun-name', 'tun7'],
    ['--tun-driver', 'tuntap2'],
    ['--tun-fd', '0'],
    ['--mtu', '1400'],
    ['--no-offload'],
    ['--pcap', 'file'],
  ])('uses our TCP where somebody names %s', async (...option) => {
    expect((await read('a.test', ...option)).transport).toBe('tun');
  });

  it('uses our TCP when it is asked for, or a TUN device is described', async () => {
    expect((await read('a.test', '--transport', 'tun')).transport).toBe('tun');
    expect((await read('a.test', '--tun-ip', '10.9.0.6')).transport).toBe('tun');
    expect((await read('a.test', '--tun-name', 'tun7')).tun.name).toBe('tun7');
    expect((await read('a.test', '--kernel-tcp')).transport).toBe('kernel');
  });

  it('reads -v with a level and without', async () => {
    expect((await read('-v', 'a.test')).verbosity).toBe('info');
    expect((await read('-v', 'debug', 'a.test')).verbosity).toBe('debug');
    expect((await read('a.test', '-v')).verbosity).toBe('info');
    expect((await read('a.test', '--trace')).verbosity).toBe('trace');
  });

  it.each([
    [[], 'Give a URL'],
    [['a.test', '-o', 'f', '-o', 'g'], 'There are 2 of -o and -O for 1 URL'],
    [['a.test', '-x', 'http://p:31280000'], 'not a proxy such as'],
    [['a.test', '--socks5', 'p:1'], 'use -x socks5://HOST:PORT'],
    [['a.test', '--socks5-hostname=p:1'], 'use -x socks5h://HOST:PORT'],
    [['a.test', '--http3'], 'use curl --http3'],
    [['a.test', '--http2', '--http1.1'], 'contradict'],
    [['a.test', '-d', 'x', '-F', 'a=b'], 'contradict'],
    [['a.test', '--limit-rate', 'fast'], '--limit-rate is a number of bytes'],
    [['GET', 'a.test', '-X', 'PUT'], 'GET and -X PUT contradict'],
    [['a.test', '-H', 'nonsense'], '-H takes'],
    [['a.test', '-C', '-'], '-C - needs a file: add -o FILE'],
    [['a.test', '-C', 'x', '-o', 'f'], '-C takes -'],
    [['a.test', '-C', '-', '-o', 'f', '--compressed'], 'contradict'],
    [['a.test', '-C', '-', '-o', 'f', '-i'], 'contradict'],
    [['a.test', '-I', '-d', 'x'], 'contradict'],
    [['a.test', '-u', 'a:b', '-u', 'c:d'], 'was given twice'],
    [['a.test', '--retry', 'many'], '--retry is a whole number'],
    [['a.test', '--max-time', '-1'], '--max-time'],
    [['a.test', '--kernel-tcp', '--mtu', '1400'], '--mtu is for our own TCP'],
    [['a.test', '--kernel-tcp', '--no-offload'], '--no-offload is for our own TCP'],
    [['a.test', '--transport', 'kernel', '--pcap', 'f'], '--pcap is for our own TCP'],
    [['a.test', '--tun-ip', '127.0.0.1'], '--tun-ip: "127.0.0.1" is not a host'],
    [['a.test', '--tun-name', 'sixteen-letters!'], '--tun-name: "sixteen-letters!" is not'],
    [['a.test', '--tun-driver', 'tuntap2', '--tun-fd', '0'], '--tun-fd: the tuntap2 driver cannot'],
    [['a.test', '--kernel-tcp', '--tun-ip', '10.0.0.6'], '--tun-ip is for our own TCP'],
    [['a.test', '--kernel-tcp', '--transport', 'tun'], 'contradicts'],
    [['a.test', '--tun-ip', '10.0.0'], '--tun-ip is an IPv4 address'],
    [['a.test', '--bogus'], 'bogus'],
    [['a.test', '-d'], 'd'],
  ])('says in one line what is wrong with %j', async (args, message) => {
    const said = await mistake(...args);
    expect(said).toContain(message);
    expect(said).not.toContain('\n');
  });
});
