/**
 * Opens and sets up a device through the optional package `tuntap2`.
 */

import { formatIpv4 } from '@netlayers/bytes';
import { TunError } from './errors.js';
import { explainAttach, explainOpen, type Subject } from './explain-errno.js';
import { Errno } from './linux.js';
import { planTun, refuseForTuntap2, type TunOptions } from './options.js';
import { type AddressPair, refuseOverlap } from './overlap.js';
import { readTakenNetworks } from './routing-table.js';
import { Tuntap2Device } from './tuntap2-device.js';
import type { Tuntap2Package, Tuntap2Tun } from './tuntap2-package.js';
import { wakeReader } from './wake-reader.js';

/**
 * The package sets an address and a prefix but no address for the other end, so the prefix has to
 * hold both: the kernel then sends ours to the device as a neighbour's.
 */
const commonPrefix = ({ address, peer, prefixLength }: AddressPair): number =>
  Math.min(prefixLength, Math.clz32(address ^ peer));

function explain(error: unknown, subject: Subject): TunError {
  if (error instanceof TunError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const errno = new Map<string, number>(Object.entries(Errno)).get(code);
  const opening = error instanceof Error && 'syscall' in error && error.syscall === 'open';
  if (errno !== undefined) {
    return opening ? explainOpen(errno, subject) : explainAttach(errno, subject);
  }
  const reason = error instanceof Error ? error.message : String(error);
  return new TunError('EINVAL', `tuntap2 cannot open a device (${reason}): use the koffi driver`, {
    cause: error,
  });
}

/**
 * Opens a device.
 *
 * @throws TunError `EINVAL` for an option that the package lacks; else as `createTun`.
 */
export function openTuntap2(
  { Tun }: Tuntap2Package,
  options: TunOptions & { queues?: number },
): Tuntap2Device {
  refuseForTuntap2(options);
  const plan = planTun(options);
  const { pair, mtu } = plan;
  if (pair === null) throw new TunError('EINVAL', 'a new device needs an address like 10.0.0.2');
  const prefixLength = commonPrefix({ ...pair, prefixLength: plan.prefixLength ?? 32 });
  refuseOverlap({ ...pair, prefixLength }, readTakenNetworks());
  const address = formatIpv4(pair.address);
  const peer = formatIpv4(pair.peer);
  let tun: Tuntap2Tun | null = null;
  try {
    tun = new Tun();
    if (mtu !== null) tun.mtu = mtu;
    tun.ipv4 = `${peer}/${prefixLength}`;
    tun.isUp = true;
    return new Tuntap2Device(tun, {
      name: tun.name,
      address,
      peer,
      mtu: tun.mtu,
      receiveQueue: 0,
      persistent: false,
    });
  } catch (error) {
    tun?.release(wakeReader(address));
    throw explain(error, { name: tun?.name ?? 'tun0', address, peer });
  }
}
