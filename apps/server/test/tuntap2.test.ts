import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { beforeAll, describe, expect, it } from 'vitest';
import { useServers } from './servers.js';
import { installTuntap2 } from './tuntap2.js';

// The addresses of this machine are none of a test's business.
enterNetworkNamespace();

const { command, start } = useServers();

describe('--tun-driver tuntap2', () => {
  it('says how to get the package where it is not installed', async () => {
    const server = start('--tun-driver', 'tuntap2');
    expect(await server.ended).toBe(1);
    expect(server.stderr).toMatch(
      /^error the tuntap2 driver cannot be loaded .*npm install tuntap2/,
    );
  });

  describe('with the package', () => {
    beforeAll(() => installTuntap2(command().folder));

    it.each([
      [[]],
      [['--tun-ip', '10.1.0.2', '--mtu', '1400', '--no-offload']],
      [['--time-wait', '1', '--udp-echo', '7777', '-v', 'debug']],
    ])('serves with %j, and ends at SIGTERM', async (options) => {
      const server = start('--tun-driver', 'tuntap2', ...options);
      const address = options.includes('10.1.0.2') ? '10.1.0.2' : '10.0.0.2';
      expect(await server.url()).toBe(`http://${address}:8080`);
      expect(await server.stop()).toBe(0);
      expect(server.stderr).toBe('');
      expect(server.stdout).toMatch(/\nClosed\n$/);
    });

    it.each([
      ['--tun-name', 'tun0'],
      ['--tun-route', '10.9.0.0/16'],
    ])('refuses what it cannot do: %s', async (...option) => {
      const server = start('--tun-driver', 'tuntap2', ...option);
      expect(await server.ended).toBe(2);
      expect(server.stderr).toContain(`${option[0]}: the tuntap2 driver cannot do`);
    });
  });
});
