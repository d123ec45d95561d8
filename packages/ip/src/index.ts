/**
 * What stands between IP and everything above it, whatever the version: addresses that nobody
 * computes with, the contract of an IP layer in both directions, errors of the network.
 *
 * Only contracts and the few functions on addresses: the layers are in packages of their own.
 *
 * @packageDocumentation
 */

// Part of the contract with the protocols above, which import nothing below this package.
export { ChecksumState } from '@netlayers/link';
export {
  formatAddress,
  hashAddress,
  type IpAddress,
  keepAddress,
  LONGEST_ADDRESS_WORDS,
  sameAddress,
  type WideAddress,
  writeAddress,
} from './address.js';
export type { EchoHandler, EchoRequest } from './echo.js';
export { chooseEphemeralPort } from './ephemeral-port.js';
export { LINUX_ERRNO } from './errno.js';
export type { IpDatagram, IpDatagramLayer } from './ip-datagram-layer.js';
export type { IpError, IpErrorKind } from './ip-error.js';
export type { IpHost } from './ip-host.js';
export type { IpLayer } from './ip-layer.js';
export type { SendFailure } from './send-failure.js';
export { type IpHeader, IpProtocol, type UpperProtocol } from './upper-protocol.js';
