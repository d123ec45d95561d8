/**
 * Numbers of errors on Linux, which Node reports negated: for the layers above, whose errors have the
 * fields of a Node system error.
 */

/** By code. */
export const LINUX_ERRNO = {
  EBADF: 9,
  EACCES: 13,
  EINVAL: 22,
  EPROTO: 71,
  EDESTADDRREQ: 89,
  EMSGSIZE: 90,
  ENOPROTOOPT: 92,
  EOPNOTSUPP: 95,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  ENETUNREACH: 101,
  ECONNABORTED: 103,
  ECONNRESET: 104,
  ENOBUFS: 105,
  EISCONN: 106,
  ENOTCONN: 107,
  ETIMEDOUT: 110,
  ECONNREFUSED: 111,
  EHOSTUNREACH: 113,
} as const;
