/**
 * Devices that outlive their user: root makes one once, an ordinary user attaches to it by name with
 * `createTun` and needs no permission from then on.
 */

import { configureInterface } from './create-tun.js';
import { TunError } from './errors.js';
import { explainAttach } from './explain-errno.js';
import { TunRequest } from './linux.js';
import { type Attachment, openTun } from './open-tun.js';
import { integerOption, planTun, subjectOf, type TunOptions } from './options.js';
import { loadSyscalls, type Syscalls } from './syscalls.js';

/** What a persistent device should be like. */
export interface PersistentTunOptions
  extends Pick<
    TunOptions,
    'address' | 'peer' | 'prefixLength' | 'routes' | 'mtu' | 'name' | 'queueLength'
  > {
  /** Numeric id of the user who may attach; without owner and group anybody may. */
  owner?: number;
  /** Numeric id of a group whose members may attach. */
  group?: number;
  /** Whether it may be opened with `queues`; such a device is opened in no other way. @default false */
  multiQueue?: boolean;
}

/** A persistent device, ready to be attached to. */
export interface PersistentTun {
  readonly name: string;
  readonly address: string;
  readonly peer: string;
  readonly mtu: number;
}

const LARGEST_ID = 0xffff_fffe;

function request(
  syscalls: Syscalls,
  { fd, name }: Attachment,
  number: number,
  argument: number,
): void {
  const result = syscalls.ioctl(fd, number, argument);
  if (result < 0) throw explainAttach(-result, { name, address: '10.0.0.2', peer: '10.0.0.3' });
}

/**
 * Creates a persistent device, or makes an existing one what the options say, and sets it up. Needs
 * root. It exists until `removePersistentTun`, or until the machine restarts.
 *
 * @throws TunError as `createTun`.
 */
export async function createPersistentTun(options: PersistentTunOptions): Promise<PersistentTun> {
  const { owner, group, multiQueue = false, ...rest } = options;
  const plan = planTun(rest);
  if (owner !== undefined) integerOption(owner, 'owner', 0, LARGEST_ID);
  if (group !== undefined) integerOption(group, 'group', 0, LARGEST_ID);
  const syscalls = await loadSyscalls();
  const attached = openTun(syscalls, subjectOf(plan), { offload: false, multiQueue });
  try {
    const { address, peer, mtu } = configureInterface(syscalls, plan, attached);
    if (owner !== undefined) request(syscalls, attached, TunRequest.TUNSETOWNER, owner);
    if (group !== undefined) request(syscalls, attached, TunRequest.TUNSETGROUP, group);
    // Last: whatever failed before leaves nothing behind.
    request(syscalls, attached, TunRequest.TUNSETPERSIST, 1);
    return { name: attached.name, address, peer, mtu };
  } finally {
    syscalls.close(attached.fd);
  }
}

/** Attaches to a device of either kind; the kernel says EINVAL for the wrong one. */
function attachToAny(syscalls: Syscalls, name: string): Attachment {
  const subject = { name, address: '10.0.0.2', peer: '10.0.0.3' };
  try {
    return openTun(syscalls, subject, { offload: false, multiQueue: false });
  } catch (error) {
    if (!(error instanceof TunError) || error.code !== 'EINVAL') throw error;
    return openTun(syscalls, subject, { offload: false, multiQueue: true });
  }
}

/**
 * Removes a persistent device, once nobody has it open any more. A name without a device is no
 * error.
 *
 * @throws TunError `EPERM` for a device of somebody else, `EBUSY` for one that is open.
 */
export async function removePersistentTun(name: string): Promise<void> {
  const plan = planTun({ name });
  const syscalls = await loadSyscalls();
  const attached = attachToAny(syscalls, plan.name);
  try {
    request(syscalls, attached, TunRequest.TUNSETPERSIST, 0);
  } finally {
    syscalls.close(attached.fd);
  }
}
