/**
 * What a device is asked for. Only what somebody gave is handed on: not every driver can do
 * everything, and what nobody asked for may not be refused.
 */

import { fstatSync } from 'node:fs';
import type { TunOptions } from '@netlayers/tun';
import { given } from './option-values.js';
import type { TunSettings } from './tun-settings.js';
import { UsageError } from './usage-error.js';

/** The options of `createTun`. Offloads are used where the driver has them. */
export function deviceOptions(settings: TunSettings): TunOptions {
  const { ip: address, name, driver, fd, mtu, routes } = settings;
  const offload = settings.offload ?? (driver === 'tuntap2' ? null : true);
  return {
    address,
    ...given({ name, driver, fd, mtu, offload, routes: routes.length > 0 ? routes : null }),
  };
}

/** The option of the command that each comes from. */
const OPTION_OF = {
  address: 'tun-ip',
  name: 'tun-name',
  fd: 'tun-fd',
  mtu: 'mtu',
  routes: 'tun-route',
} as const;

/**
 * Refuses what no device can be asked for, before one is opened.
 *
 * @throws UsageError that names the option.
 */
export async function checkDevice(settings: TunSettings): Promise<void> {
  if (settings.fd !== null) refuseClosed(settings.fd);
  const { checkTunOptions } = await import('@netlayers/tun');
  const { driver, ...options } = deviceOptions(settings);
  const base = { address: '10.0.0.2', ...given({ driver }) };
  for (const name of Object.keys(OPTION_OF) as (keyof typeof OPTION_OF)[]) {
    try {
      checkTunOptions({ ...base, ...given({ [name]: options[name] }) });
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'TunError') throw error;
      throw new UsageError(`--${OPTION_OF[name]}: ${error.message}`);
    }
  }
}

function refuseClosed(fd: number): void {
  try {
    fstatSync(fd);
  } catch {
    throw new UsageError(
      `--tun-fd: descriptor ${fd} is not open: whoever starts this has to lend it`,
    );
  }
}
