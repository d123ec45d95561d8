/**
 * How a socket fails: the fields of a Node system error, so that programs written for `node:dgram`
 * read ours alike. Match on `code`, never on the message.
 */

import { type IpErrorKind, LINUX_ERRNO } from '@netlayers/ip';

/** Codes as Node's own sockets use them. */
export type UdpErrorCode =
  | 'EBADF'
  | 'EACCES'
  | 'EINVAL'
  | 'EPROTO'
  | 'EDESTADDRREQ'
  | 'EMSGSIZE'
  | 'ENOPROTOOPT'
  | 'EOPNOTSUPP'
  | 'EADDRINUSE'
  | 'EADDRNOTAVAIL'
  | 'ENETUNREACH'
  | 'ECONNABORTED'
  | 'EISCONN'
  | 'ENOTCONN'
  | 'ECONNREFUSED'
  | 'EHOSTUNREACH';

/** What was being done when it failed. */
export interface UdpErrorCall {
  readonly syscall: 'bind' | 'connect' | 'disconnect' | 'send' | 'recvmsg' | 'addMembership';
  /** The peer's address; where we bind, ours; where we join, the group's. */
  readonly address?: string;
  readonly port?: number;
}

/** The reason a socket could not do what it was asked for, or what became of a datagram of its. */
export class UdpError extends Error {
  override readonly name = 'UdpError';
  readonly code: UdpErrorCode;
  /** The number of `code` on Linux, negated. */
  readonly errno: number;
  declare readonly syscall: UdpErrorCall['syscall'];
  declare readonly address?: string;
  declare readonly port?: number;
  /**
   * Of an error of the network: whether Linux tells it to a connected socket without being asked; the
   * others may pass by themselves (RFC 1122, 4.1.3.3).
   */
  readonly isHard: boolean;

  constructor(code: UdpErrorCode, call: UdpErrorCall, why = '', isHard = true) {
    super(messageOf(code, call, why));
    this.code = code;
    this.errno = -LINUX_ERRNO[code];
    this.isHard = isHard;
    Object.assign(this, call);
  }
}

/** `send EMSGSIZE 10.0.0.1:53`, `bind EADDRINUSE: address already in use 0.0.0.0:53`. */
function messageOf(code: UdpErrorCode, call: UdpErrorCall, why: string): string {
  const { syscall, address, port } = call;
  const where = address === undefined ? '' : ` ${address}${port === undefined ? '' : `:${port}`}`;
  return `${syscall} ${code}${why === '' ? '' : `: ${why}`}${where}`;
}

/** What Linux makes of each error (net/ipv4/icmp.c calls it a conversion); the mark is `isHard`. */
const NETWORK_ERRORS: Readonly<Record<IpErrorKind, readonly [UdpErrorCode, isHard: boolean]>> = {
  'network-unreachable': ['ENETUNREACH', false],
  'host-unreachable': ['EHOSTUNREACH', false],
  prohibited: ['EHOSTUNREACH', true],
  'protocol-unreachable': ['ENOPROTOOPT', true],
  'port-unreachable': ['ECONNREFUSED', true],
  unreachable: ['EHOSTUNREACH', false],
  'packet-too-big': ['EMSGSIZE', true],
  'time-exceeded': ['EHOSTUNREACH', false],
  'parameter-problem': ['EPROTO', true],
};

/** The network has said something about a datagram: `recvmsg ECONNREFUSED 10.0.0.1:53`. */
export function networkError(kind: IpErrorKind, address: string, port: number): UdpError {
  const [code, isHard] = NETWORK_ERRORS[kind];
  return new UdpError(code, { syscall: 'recvmsg', address, port }, '', isHard);
}
