/**
 * Opens TUN devices: options in, configured `LinkDevice`s out.
 *
 * The order keeps the machine clean: everything that can be refused without a device is refused
 * first, and whatever fails later closes what was opened, which removes a device that was created.
 */

import { formatIpv4 } from '@netlayers/bytes';
import { InterfaceSettings, type InterfaceState } from './configure.js';
import { TunError } from './errors.js';
import type { Subject } from './explain-errno.js';
import { KoffiDevice } from './koffi-device.js';
import { type Attachment, adoptTun, openTun } from './open-tun.js';
import { planTun, queuesOption, subjectOf, type TunOptions, type TunPlan } from './options.js';
import { refuseOverlap, refuseSameRoute } from './overlap.js';
import { readTakenNetworks } from './routing-table.js';
import { loadSyscalls, type Syscalls } from './syscalls.js';
import type { TunDevice } from './tun-device.js';
import { loadTuntap2 } from './tuntap2-package.js';

/** What the kernel made of a plan. */
interface Configured extends InterfaceState {
  readonly address: string;
  readonly peer: string;
}

/**
 * Sets an attached interface up. Addresses are compared with the rest of the machine only when they
 * are not its own already: an attached device overlaps with nothing but itself.
 *
 * @throws TunError e.g. `EADDRINUSE`, or `EPERM` when something differs and may not be set.
 */
export function configureInterface(
  syscalls: Syscalls,
  plan: TunPlan,
  { name, persistent }: Attachment,
): Configured {
  const subject: Subject = { ...subjectOf(plan), name };
  const settings = new InterfaceSettings(syscalls, subject);
  try {
    const present = settings.readPair();
    const pair = plan.pair ?? present;
    if (pair === null) {
      throw new TunError('EINVAL', `${name} has no addresses: give one like 10.0.0.2`);
    }
    const taken = readTakenNetworks();
    refuseSameRoute(plan.routes, name, taken);
    if (present?.address !== pair.address || present.peer !== pair.peer) {
      const others = taken.filter(
        (network) => network.interfaceName !== name && network.address !== present?.peer,
      );
      refuseOverlap({ ...pair, prefixLength: plan.prefixLength ?? 32 }, others);
    }
    if (!persistent) settings.silenceIpv6();
    const { prefixLength, mtu, queueLength, routes } = plan;
    const state = settings.apply({ ...pair, prefixLength, mtu, queueLength, routes });
    return { ...state, address: formatIpv4(pair.address), peer: formatIpv4(pair.peer) };
  } finally {
    settings.close();
  }
}

function openDevices(syscalls: Syscalls, plan: TunPlan, queues: number | null): TunDevice[] {
  const attached: Attachment[] = [];
  try {
    if (plan.fd !== null) attached.push(adoptTun(syscalls, plan.fd));
    else {
      const subject = subjectOf(plan);
      const options = { offload: plan.offload, multiQueue: queues !== null };
      for (let queue = 0; queue < (queues ?? 1); queue++) {
        const name = attached[0]?.name ?? plan.name;
        attached.push(openTun(syscalls, { ...subject, name }, options));
      }
    }
    const { address, peer, mtu, queueLength } = configureInterface(syscalls, plan, attached[0]!);
    return attached.map(
      (attachment) =>
        new KoffiDevice({
          ...attachment,
          syscalls,
          address,
          peer,
          mtu,
          receiveQueue: queueLength,
        }),
    );
  } catch (error) {
    for (const { fd } of attached) syscalls.close(fd);
    throw error;
  }
}

/**
 * Opens a device with several queues (IFF_MULTI_QUEUE), one `TunDevice` each. The kernel spreads
 * connections over them; closing one moves everybody's, so open all before the first packet and keep
 * them.
 *
 * @throws TunError as below, and `EINVAL` together with `fd`.
 */
export function createTun(options: TunOptions & { queues: number }): Promise<readonly TunDevice[]>;
/**
 * Opens a TUN device, or attaches to an existing one, and sets it up: addresses, routes, MTU, queue
 * length, link up. Without root this works for a device that root has made and set up before.
 *
 * @throws TunError with a `code` and one line that says what to do.
 */
export function createTun(options: TunOptions): Promise<TunDevice>;
export async function createTun(
  options: TunOptions & { queues?: number },
): Promise<TunDevice | readonly TunDevice[]> {
  if (options.driver === 'tuntap2') {
    // Who does not use the driver need not load it, and node:dgram with it.
    const { openTuntap2 } = await import('./open-tuntap2.js');
    return openTuntap2(await loadTuntap2(), options);
  }
  const plan = planTun(options);
  const queues = options.queues === undefined ? null : queuesOption(options.queues);
  if (queues !== null && plan.fd !== null) {
    throw new TunError('EINVAL', 'a descriptor is one queue: leave out queues or fd');
  }
  const devices = openDevices(await loadSyscalls(), plan, queues);
  return queues === null ? devices[0]! : devices;
}
