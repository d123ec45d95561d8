import { parseIpv4 } from '@netlayers/bytes';
import { checkTunOptions, createTun, type TunOptions } from '@netlayers/tun';
import { describe, expect, it } from 'vitest';
import { planTun } from '../src/options.js';

describe('planTun', () => {
  it('fills in what is left out', () => {
    expect(planTun({ address: '10.0.0.2' })).toEqual({
      pair: { address: parseIpv4('10.0.0.2'), peer: parseIpv4('10.0.0.3') },
      prefixLength: null,
      routes: [],
      mtu: null,
      name: 'tun%d',
      driver: 'koffi',
      offload: false,
      fd: null,
      queueLength: 10_000,
    });
  });

  it('needs no address for a device that has one', () => {
    expect(planTun({ name: 'tun7' }).pair).toBe(null);
    expect(planTun({ fd: 3 }).pair).toBe(null);
  });

  it.each<[TunOptions, string]>([
    [{}, 'needs an address'],
    [{ address: '10.0.0.300' }, '"10.0.0.300"'],
    [{ address: '10.0.0.2', peer: 'x' }, '"x"'],
    [{ address: '10.0.0.2', peer: '10.0.0.2' }, 'leave peer out'],
    [{ address: '10.0.0.2', prefixLength: 0 }, 'prefix length 0'],
    [{ address: '10.0.0.2', prefixLength: 33 }, 'prefix length 33'],
    [{ address: '10.0.0.2', mtu: 67 }, 'MTU 67'],
    [{ address: '10.0.0.2', mtu: 65_536 }, 'MTU 65536'],
    [{ address: '10.0.0.2', mtu: 1500.5 }, 'MTU 1500.5'],
    [{ address: '10.0.0.2', name: '' }, '""'],
    [{ address: '10.0.0.2', name: 'a/b' }, '"a/b"'],
    [{ address: '10.0.0.2', name: 'sixteen-letters!' }, '"sixteen-letters!"'],
    [{ address: '10.0.0.2', name: 'a%s' }, '"a%s"'],
    [{ address: '10.0.0.2', routes: ['10.0.0.1/8'] }, '10.0.0.0/8'],
    [{ address: '10.0.0.2', queueLength: 0 }, 'queue length 0'],
    [{ address: '10.0.0.2', fd: -1 }, 'descriptor -1'],
  ])('refuses %j', async (options, text) => {
    const error = await createTun(options).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'TunError', code: 'EINVAL' });
    expect(String(error)).toContain(text);
    // The same can be known without opening anything.
    expect(() => checkTunOptions(options)).toThrow(text);
  });

  it('refuses what the driver cannot do without opening anything', () => {
    checkTunOptions({ address: '10.0.0.2', driver: 'tuntap2', mtu: 1400, offload: false });
    for (const options of [{ routes: [] }, { offload: true }, { name: 'tun0' }, { fd: 3 }]) {
      const [name] = Object.keys(options);
      const all = { address: '10.0.0.2', driver: 'tuntap2' as const, ...options };
      expect(() => checkTunOptions(all)).toThrow(`cannot do ${name}`);
    }
  });

  it.each([0, 257, 1.5])('refuses %d queues', async (queues) => {
    await expect(createTun({ address: '10.0.0.2', queues })).rejects.toThrow('queues');
  });
});
