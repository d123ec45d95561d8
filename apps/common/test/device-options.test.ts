import { describe, expect, it } from 'vitest';
import { checkDevice, deviceOptions } from '../src/device-options.js';
import { type GivenTunOptions, tunSettingsOf } from '../src/tun-settings.js';

const settings = (given: GivenTunOptions) => tunSettingsOf(given, '10.0.0.2');

describe('what a device is asked for', () => {
  it('is what was given and no more, besides offloads', () => {
    expect(deviceOptions(settings({}))).toEqual({ address: '10.0.0.2', offload: true });
    const all = {
      'tun-ip': '10.1.0.2',
      'tun-name': 'tun7',
      'tun-driver': 'koffi',
      'tun-fd': 3,
      'tun-route': ['10.9.0.0/16'],
      mtu: 1400,
      offload: false,
    } as const;
    expect(deviceOptions(settings(all))).toEqual({
      address: '10.1.0.2',
      name: 'tun7',
      driver: 'koffi',
      fd: 3,
      routes: ['10.9.0.0/16'],
      mtu: 1400,
      offload: false,
    });
  });

  it('is nothing that tuntap2 has no way to', async () => {
    const tuntap2 = settings({ 'tun-driver': 'tuntap2' });
    expect(deviceOptions(tuntap2)).toEqual({ address: '10.0.0.2', driver: 'tuntap2' });
    await checkDevice(tuntap2);
    await checkDevice(settings({ 'tun-driver': 'tuntap2', mtu: 1400, offload: false }));
  });

  it.each<[GivenTunOptions, string]>([
    [{ 'tun-ip': '127.0.0.1' }, '--tun-ip: "127.0.0.1" is not a host'],
    [{ 'tun-name': 'a/b' }, '--tun-name: "a/b" is not an interface name'],
    [{ 'tun-fd': 1_000_000 }, '--tun-fd: descriptor 1000000 is not open'],
    [{ 'tun-route': ['banana'] }, '--tun-route: "banana" is not a network'],
    [{ 'tun-driver': 'tuntap2', 'tun-name': 'tun0' }, '--tun-name: the tuntap2 driver cannot'],
    [{ 'tun-driver': 'tuntap2', 'tun-route': ['10.9.0.0/16'] }, '--tun-route: the tuntap2 driver'],
  ])('is refused before a device is opened, by the name of the option: %j', async (given, text) => {
    const error: unknown = await checkDevice(settings(given)).catch((error: unknown) => error);
    expect(error).toMatchObject({ name: 'UsageError' });
    expect(String(error)).toContain(text);
  });
});
