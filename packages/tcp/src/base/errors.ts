/**
 * How a connection fails: the fields of a Node system error, so that programs written for Node's
 * sockets read ours alike. Match on `code`, never on the message.
 */

import { LINUX_ERRNO } from '@netlayers/ip';

/** Codes as Node's own sockets use them. */
export type TcpErrorCode =
  | 'EADDRINUSE'
  | 'EADDRNOTAVAIL'
  | 'ECONNABORTED'
  | 'ECONNRESET'
  | 'ENOBUFS'
  | 'ETIMEDOUT'
  | 'ECONNREFUSED'
  | 'EHOSTUNREACH';

/** What was being done when it failed. */
export interface TcpErrorCall {
  readonly syscall: 'connect' | 'listen' | 'read';
  /** The peer's address; where we listen, ours. */
  readonly address?: string;
  readonly port?: number;
}

/** The reason a connection ended, or could not begin. */
export class TcpError extends Error {
  override readonly name = 'TcpError';
  readonly code: TcpErrorCode;
  /** The number of `code` on Linux, negated. */
  readonly errno: number;
  /** Absent where no call of an application has a part in it. */
  declare readonly syscall?: TcpErrorCall['syscall'];
  declare readonly address?: string;
  declare readonly port?: number;

  constructor(code: TcpErrorCode, message: string, call?: TcpErrorCall) {
    super(message);
    this.code = code;
    this.errno = -LINUX_ERRNO[code];
    Object.assign(this, call);
  }
}

/** An established connection has failed: `read ECONNRESET`. */
export const readError = (code: TcpErrorCode): TcpError =>
  new TcpError(code, `read ${code}`, { syscall: 'read' });

/** A connection could not be opened: `connect ECONNREFUSED 10.0.0.1:81`. */
export const connectError = (code: TcpErrorCode, address: string, port: number): TcpError =>
  new TcpError(code, `connect ${code} ${address}:${port}`, { syscall: 'connect', address, port });

/** A port could not be opened: `listen EADDRINUSE: address already in use 0.0.0.0:80`. */
export const listenError = (
  code: 'EADDRINUSE' | 'EADDRNOTAVAIL',
  address: string,
  port: number,
): TcpError => {
  const why = code === 'EADDRINUSE' ? 'address already in use' : 'address not available';
  const call = { syscall: 'listen', address, port } as const;
  return new TcpError(code, `listen ${code}: ${why} ${address}:${port}`, call);
};
