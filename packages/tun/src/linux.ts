/**
 * Numbers of the Linux kernel's interface that this package uses: errno, flags and ioctl requests.
 *
 * They come from the kernel's generic headers and are the same on x64 and arm64, the two that
 * `createTun` accepts; some other architectures number them differently.
 */

/** Error numbers; system calls here return them negated. */
export const Errno = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  EIO: 5,
  ENXIO: 6,
  EAGAIN: 11,
  ENOMEM: 12,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  ENODEV: 19,
  EINVAL: 22,
  /** What a descriptor says whose device was removed by somebody else. */
  EBADFD: 77,
  EADDRNOTAVAIL: 99,
  ENOBUFS: 105,
} as const;

/** Flags of open(2), and what fcntl(2) and socket(2) are asked for. */
export const Sys = {
  O_RDWR: 0o2,
  O_NONBLOCK: 0o4000,
  O_CLOEXEC: 0o2000000,
  F_GETFL: 3,
  F_SETFL: 4,
  F_DUPFD_CLOEXEC: 1030,
  AF_INET: 2,
  SOCK_DGRAM: 2,
} as const;

/** Requests on a descriptor of `/dev/net/tun` (linux/if_tun.h). */
export const TunRequest = {
  TUNSETIFF: 0x400454ca,
  TUNSETPERSIST: 0x400454cb,
  TUNSETOWNER: 0x400454cc,
  TUNSETGROUP: 0x400454ce,
  TUNSETOFFLOAD: 0x400454d0,
  TUNGETIFF: 0x800454d2,
  TUNSETVNETHDRSZ: 0x400454d8,
  TUNSETVNETLE: 0x400454dc,
} as const;

/** What kind of device TUNSETIFF makes or attaches to. */
export const TunFlag = {
  IFF_TUN: 0x0001,
  IFF_MULTI_QUEUE: 0x0100,
  IFF_PERSIST: 0x0800,
  IFF_NO_PI: 0x1000,
  IFF_VNET_HDR: 0x4000,
} as const;

/** What the kernel may leave for us to finish, and so what it offers to finish for us. */
export const TunOffload = { CSUM: 0x01, TSO4: 0x02, TSO_ECN: 0x08 } as const;

/** Requests on any socket about an interface or a route (linux/sockios.h). */
export const InterfaceRequest = {
  SIOCADDRT: 0x890b,
  SIOCGIFFLAGS: 0x8913,
  SIOCSIFFLAGS: 0x8914,
  SIOCGIFADDR: 0x8915,
  SIOCSIFADDR: 0x8916,
  SIOCGIFDSTADDR: 0x8917,
  SIOCSIFDSTADDR: 0x8918,
  SIOCGIFNETMASK: 0x891b,
  SIOCSIFNETMASK: 0x891c,
  SIOCGIFMTU: 0x8921,
  SIOCSIFMTU: 0x8922,
  SIOCGIFTXQLEN: 0x8942,
  SIOCSIFTXQLEN: 0x8943,
} as const;

/** Flags of an interface (net/if.h) and of a route (net/route.h). */
export const InterfaceFlag = { IFF_UP: 0x1 } as const;
export const RouteFlag = { RTF_UP: 0x1, RTF_HOST: 0x4 } as const;
