/**
 * What goes wrong when a TUN device is opened or set up. A program decides by `code`; a person reads
 * the message, one line that ends in the command which mends it.
 */

/**
 * Why there is no device: not permitted (`EPERM`, `EACCES`), no `/dev/net/tun` (`ENOENT`), no TUN on
 * this platform or no driver in its kernel (`ENODEV`), in use (`EBUSY`), options that make no sense
 * or that the kernel refuses (`EINVAL`), addresses that are taken (`EADDRINUSE`), a package that is
 * not installed (`ENOMODULE`).
 */
export type TunErrorCode =
  | 'EPERM'
  | 'EACCES'
  | 'ENOENT'
  | 'ENODEV'
  | 'EBUSY'
  | 'EINVAL'
  | 'EADDRINUSE'
  | 'ENOMODULE';

/** Thrown by everything in this package that opens or sets up a device. */
export class TunError extends Error {
  readonly code: TunErrorCode;

  constructor(code: TunErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TunError';
    this.code = code;
  }
}
