import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { describe, expect, it } from 'vitest';
import { useServers } from './servers.js';

// With root, `auto` would set up a TUN device of this machine: not outside of a namespace.
enterNetworkNamespace();

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const { start, run } = useServers();

describe('mistakes', () => {
  it.each([
    [['--prot', '80'], /There is no option --prot/],
    [['extra'], /Nothing is expected here: extra/],
    [['--port'], /--port needs a value behind it/],
    [['-p9000x'], /--port is a whole number from 0 to 65535/],
    [['--port', '1', '--port', '2'], /--port was given twice/],
    [['--port', 'http'], /--port is a whole number from 0 to 65535/],
    [['--port', '70000'], /--port is a whole number from 0 to 65535/],
    [['--port', '1.5'], /--port is a whole number/],
    [['--mtu', '20'], /--mtu is a whole number from 68 to 65535/],
    [['--tun-ip', '10.0.0'], /--tun-ip is an IPv4 address/],
    [['--time-wait', '-1'], /--time-wait is 0 to 3600 seconds/],
    [['--transport', 'pigeon'], /--transport is auto, tun or kernel, not pigeon/],
    [['-v', 'loud'], /--verbosity is error, warn, info, debug or trace, not loud/],
    [['--tun-route', 'banana'], /--tun-route: "banana" is not a network/],
    [['--tun-ip', '127.0.0.1'], /--tun-ip: "127\.0\.0\.1" is not a host's/],
    [['--tun-name', 'a/b'], /--tun-name: "a\/b" is not an interface name/],
    [['--tun-driver', 'tuntap2', '--tun-fd', '0'], /--tun-fd: the tuntap2 driver cannot/],
    [['--log-format', 'xml'], /--log-format is common, combined or json, not xml/],
    [['--tun-fd', '77'], /--tun-fd: descriptor 77 is not open/],
    [
      ['--proxy', 'localhost:3000'],
      /--proxy is a URL such as http:\/\/127\.0\.0\.1:3000, not localhost/,
    ],
    [['--proxy', 'http://a', '--proxy', 'http://a/'], /--proxy names a server twice/],
    [['--proxy', 'http://a', '--root', '.'], /--proxy and a folder both answer everything/],
    [['--cors', 'banana'], /--cors is \* or an origin such as https:\/\/example\.org, not banana/],
    [['--cors', 'https://Example.org/'], /browsers would send https:\/\/example\.org /],
    [['--kernel-tcp', '--transport', 'tun'], /contradicts/],
    [['--kernel-tcp', '--tun-ip', '10.0.0.9'], /--tun-ip is for our own TCP/],
    [['--kernel-tcp', '--no-offload'], /--no-offload is for our own TCP/],
    [['--kernel-tcp', '--pcap', 'x'], /--pcap is for our own TCP/],
    [['--kernel-tcp', '--udp-echo'], /--udp-echo is for our own/],
    [['--udp-echo', 'x'], /--udp-echo is a whole number from 1 to 65535/],
    [['--kernel-tcp', '--busy-poll'], /--busy-poll is for our own/],
    [['--busy-poll', '0'], /--busy-poll is milliseconds, above 0 and up to 1000/],
    [['--udp-echo', '0'], /--udp-echo is a whole number from 1 to 65535/],
  ])('%j', async (args, message) => {
    const server = start(...args);
    expect(await server.ended).toBe(2);
    expect(server.stderr).toMatch(message);
    expect(server.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(server.stdout).toBe('');
  });

  it.each([
    [['--root', '/no/such/folder'], /There is no folder \/no\/such\/folder/],
    [['--root', process.execPath], /is no folder: serve a single file with --allow FILE/],
    [['--root', '/', '--spa', 'no-such.html'], /--spa no-such.html: there is no such file in \//],
    [['--allow', '../outside'], /not a file below/],
    [['--allow', 'no-such-file'], /--allow no-such-file: there is no such file in \//],
    [['--root', '/', '--allow', 'proc'], /--allow proc: that is no file in \//],
    [['--host', '192.0.2.1'], /is no address of this machine/],
    [['--host', 'banana.invalid'], /no name of one is known: give --host an address/],
  ])('%j', async (args, message) => {
    const server = start('--kernel-tcp', '--port', '0', ...args);
    expect(await server.ended).toBe(1);
    expect(server.stderr).toMatch(message);
    expect(server.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('a port that is in use', async () => {
    const url = await start('--kernel-tcp', '--port', '0').url();
    const second = start('--kernel-tcp', '--port', new URL(url).port);
    expect(await second.ended).toBe(1);
    expect(second.stderr).toMatch(/^error Port \d+ of 127\.0\.0\.1 is in use: choose another/);
  });

  it('are explained by --help', async () => {
    const help = start('--help');
    expect(await help.ended).toBe(0);
    expect(help.stdout).toContain('--kernel-tcp');
    expect(help.stdout).toContain('Examples:');
    expect(help.stdout).toContain('Exit codes: 0');
  });
});

describe('auto without the right to open a TUN device', () => {
  it('serves on the kernel, and says why and what to do', async () => {
    const server = run(['--port', '0'], isRoot ? { uid: NOBODY } : {});
    const url = await server.url();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect((await fetch(`${url}/json`)).status).toBe(200);
    expect(server.stderr).toMatch(
      /^warning No TUN device, so the kernel's TCP serves on 127\.0\.0\.1: .+/,
    );
    expect(server.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(await server.stop()).toBe(0);
  });

  it.each([
    ['--transport', 'tun'],
    ['--tun-ip', '10.0.0.2'],
    ['--tun-name', 'tun0'],
    ['--tun-route', '10.9.0.0/16'],
    ['--mtu', '1400'],
    ['--no-offload'],
    ['--time-wait', '1'],
    ['--pcap', '/dev/null'],
    ['--udp-echo'],
  ])('is an error when TUN was asked for, by %s', async (...option) => {
    const server = run([...option, '--port', '0'], isRoot ? { uid: NOBODY } : {});
    expect(await server.ended).toBe(1);
    expect(server.stderr).toMatch(/^error .+/);
    expect(server.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
