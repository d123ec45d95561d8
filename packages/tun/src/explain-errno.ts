/**
 * From an errno to a `TunError` that says what to do about it.
 */

import { TunError, type TunErrorCode } from './errors.js';
import { Errno } from './linux.js';

/** What was being set up; it completes the commands in the messages. */
export interface Subject {
  readonly name: string;
  readonly address: string;
  readonly peer: string;
}

/** The commands with which root makes the device once, for a user who then needs no root. */
export const persistentCommand = ({ name, address, peer }: Subject): string => {
  const device = name.includes('%') ? name.replace('%d', '0') : name;
  return (
    `sudo ip tuntap add dev ${device} mode tun user $(id -un) && ` +
    `sudo ip address add ${peer} peer ${address} dev ${device} && ` +
    `sudo ip link set ${device} up`
  );
};

/**
 * Explains a failed open of `/dev/net/tun`. EACCES comes from the mode of the node, which root may
 * ignore; EPERM from a container's list of devices, which binds root as well.
 */
export function explainOpen(errno: number, subject: Subject): TunError {
  switch (errno) {
    case Errno.ENOENT:
      return new TunError(
        'ENOENT',
        '/dev/net/tun does not exist: sudo modprobe tun (a container is started with ' +
          '--device /dev/net/tun --cap-add NET_ADMIN)',
      );
    case Errno.EACCES:
      return new TunError(
        'EACCES',
        '/dev/net/tun may not be opened by this user (ls -l /dev/net/tun shows its mode, usually ' +
          'crw-rw-rw-): run with sudo, or sudo chmod 0666 /dev/net/tun, which is all for unshare -rn ' +
          'and for a device made for this user; making one takes sudo setcap cap_net_admin=ep on a ' +
          `copy of node as well, or once: ${persistentCommand(subject)}; then give that name`,
      );
    case Errno.EPERM:
      return new TunError(
        'EPERM',
        '/dev/net/tun is kept from this container, from its root as well: start it with ' +
          '--device /dev/net/tun --cap-add NET_ADMIN',
      );
    case Errno.ENODEV:
    case Errno.ENXIO:
      return new TunError('ENODEV', 'the kernel has no TUN driver loaded: sudo modprobe tun');
    default:
      return new TunError('EINVAL', `/dev/net/tun cannot be opened (errno ${errno})`);
  }
}

/**
 * Explains a failed TUNSETIFF: the device could not be created or attached to.
 *
 * @param multiQueue whether it was to have several queues, which kernels before 3.8 do not know.
 */
export function explainAttach(errno: number, subject: Subject, multiQueue = false): TunError {
  // Nobody has heard of a pattern: the name would have been the kernel's choice.
  const isPattern = subject.name.includes('%');
  const name = isPattern ? 'a new TUN device' : subject.name;
  if (errno === Errno.EPERM || errno === Errno.EACCES) {
    return new TunError(
      'EPERM',
      `${name} may not be created or used by this user: run with sudo, or once: ` +
        `${persistentCommand(subject)}; then give that name`,
    );
  }
  if (errno === Errno.EBUSY) {
    return new TunError(
      'EBUSY',
      `${name} is in use by another process: find it with sudo fuser -v /dev/net/tun, ` +
        'or give another name',
    );
  }
  if (errno === Errno.EINVAL && !isPattern) {
    return new TunError(
      'EINVAL',
      `${name} exists and is no TUN device, or one with another number of queues: ` +
        `look with ip -d link show ${name}, or give another name`,
    );
  }
  if (errno === Errno.EINVAL && multiQueue) {
    return new TunError(
      'EINVAL',
      'this kernel gives a TUN device one queue only: leave out queues',
    );
  }
  return new TunError('EINVAL', `${name} cannot be opened (errno ${errno})`);
}

const CODES: Partial<Record<number, TunErrorCode>> = {
  [Errno.EPERM]: 'EPERM',
  [Errno.EACCES]: 'EACCES',
  [Errno.ENODEV]: 'ENODEV',
  [Errno.EBUSY]: 'EBUSY',
  [Errno.EEXIST]: 'EADDRINUSE',
};

/** Explains that an interface cannot even be asked; `ENODEV` when it is gone. */
export const explainReading = (errno: number, { name }: Subject): TunError =>
  new TunError(
    CODES[errno] ?? 'EINVAL',
    `${name} cannot be asked for its settings (errno ${errno}): look with ip address show dev ${name}`,
  );

/** Explains a failed setting of an interface; `setting` reads like "the MTU of tun0". */
export function explainSetting(
  errno: number,
  setting: string,
  command: string,
  subject: Subject,
): TunError {
  const code = CODES[errno] ?? 'EINVAL';
  if (code === 'EPERM') {
    return new TunError(
      code,
      `setting ${setting} needs root: run with sudo, or once: sudo ${command}`,
    );
  }
  if (code === 'EADDRINUSE') {
    return new TunError(code, `${setting} is there already: look with ip route show`);
  }
  return new TunError(
    code,
    `setting ${setting} failed (errno ${errno}): look with ip -d address show dev ${subject.name}`,
  );
}
