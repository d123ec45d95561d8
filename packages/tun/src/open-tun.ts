/**
 * Descriptors of `/dev/net/tun`: creates a device or attaches to one, and switches its offloads on.
 */

import { TunError } from './errors.js';
import { explainAttach, explainOpen, type Subject } from './explain-errno.js';
import { InterfaceRequestBlock } from './interface-request.js';
import { Sys, TunFlag, TunOffload, TunRequest } from './linux.js';
import type { Syscalls } from './syscalls.js';
import { VNET_HEADER_LENGTH } from './vnet-header.js';

/** How a descriptor is attached to its interface. */
export interface Attachment {
  readonly fd: number;
  readonly name: string;
  readonly offload: boolean;
  readonly persistent: boolean;
}

/** What TUNSETIFF is asked for. */
export interface AttachOptions {
  readonly offload: boolean;
  readonly multiQueue: boolean;
}

function setVnet(syscalls: Syscalls, fd: number, subject: Subject): void {
  const block = new InterfaceRequestBlock(syscalls);
  const offloads = TunOffload.CSUM | TunOffload.TSO4 | TunOffload.TSO_ECN;
  // The first two take a pointer to an int, which is where a name would be; the last takes a value.
  const results = [
    syscalls.ioctl(fd, TunRequest.TUNSETVNETHDRSZ, block.startPlainInt(VNET_HEADER_LENGTH)),
    syscalls.ioctl(fd, TunRequest.TUNSETVNETLE, block.startPlainInt(1)),
    syscalls.ioctl(fd, TunRequest.TUNSETOFFLOAD, offloads),
  ];
  const failed = results.find((result) => result < 0);
  if (failed !== undefined) {
    throw new TunError(
      'EINVAL',
      `${subject.name} takes no offloads (errno ${-failed}): open it without`,
    );
  }
}

/**
 * Opens a descriptor and attaches it to the interface of that name, creating it if there is none.
 *
 * @param subject its name may hold one `%d`, which the kernel replaces by the next free number.
 * @throws TunError `ENOENT`, `EACCES`, `ENODEV`, `EPERM`, `EBUSY` or `EINVAL`.
 */
export function openTun(
  syscalls: Syscalls,
  subject: Subject,
  { offload, multiQueue }: AttachOptions,
): Attachment {
  const fd = syscalls.open('/dev/net/tun', Sys.O_RDWR | Sys.O_NONBLOCK | Sys.O_CLOEXEC);
  if (fd < 0) throw explainOpen(-fd, subject);
  try {
    const flags =
      TunFlag.IFF_TUN |
      TunFlag.IFF_NO_PI |
      (offload ? TunFlag.IFF_VNET_HDR : 0) |
      (multiQueue ? TunFlag.IFF_MULTI_QUEUE : 0);
    const block = new InterfaceRequestBlock(syscalls);
    const result = syscalls.ioctl(fd, TunRequest.TUNSETIFF, block.startShort(subject.name, flags));
    if (result < 0) throw explainAttach(-result, subject, multiQueue);
    if (offload) setVnet(syscalls, fd, subject);
    // A persistent device remembers what its last user took: without a header to say so in, its
    // packets would come with checksums that nobody has finished.
    else syscalls.ioctl(fd, TunRequest.TUNSETOFFLOAD, 0);
    return describe(syscalls, fd, offload);
  } catch (error) {
    syscalls.close(fd);
    throw error;
  }
}

/**
 * Takes a descriptor that somebody else has opened and attached, as a duplicate: theirs stays theirs
 * to use and to close, and libuv, which watches a descriptor once only, may watch both.
 *
 * Whether packets carry a vnet header was decided by whoever opened it; it is found out here.
 *
 * @throws TunError `EINVAL` for a descriptor that is no attached TUN device.
 */
export function adoptTun(syscalls: Syscalls, lent: number): Attachment {
  const fd = syscalls.fcntl(lent, Sys.F_DUPFD_CLOEXEC, 0);
  if (fd < 0) throw new TunError('EINVAL', `descriptor ${lent} is not open`);
  try {
    const block = new InterfaceRequestBlock(syscalls);
    const result = syscalls.ioctl(fd, TunRequest.TUNGETIFF, block.start(''));
    const flags = result < 0 ? 0 : block.readShort();
    if ((flags & TunFlag.IFF_TUN) === 0 || (flags & TunFlag.IFF_NO_PI) === 0) {
      throw new TunError('EINVAL', `descriptor ${lent} is no TUN device opened with IFF_NO_PI`);
    }
    // The status flags belong to the open file, so this is set for the lender as well.
    syscalls.fcntl(fd, Sys.F_SETFL, syscalls.fcntl(fd, Sys.F_GETFL, 0) | Sys.O_NONBLOCK);
    const offload = (flags & TunFlag.IFF_VNET_HDR) !== 0;
    if (offload) setVnet(syscalls, fd, { name: block.readName(), address: '', peer: '' });
    return describe(syscalls, fd, offload);
  } catch (error) {
    syscalls.close(fd);
    throw error;
  }
}

/** Asks the kernel what the descriptor is attached to. */
function describe(syscalls: Syscalls, fd: number, offload: boolean): Attachment {
  const block = new InterfaceRequestBlock(syscalls);
  syscalls.ioctl(fd, TunRequest.TUNGETIFF, block.start(''));
  const persistent = (block.readShort() & TunFlag.IFF_PERSIST) !== 0;
  return { fd, name: block.readName(), offload, persistent };
}
