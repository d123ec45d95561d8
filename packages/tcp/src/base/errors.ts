/**
 * How a connection fails. Match on `code`, never on the message.
 */

/** Codes as Node's own sockets use them. */
export type TcpErrorCode =
  | 'ECONNREFUSED'
  | 'ECONNRESET'
  | 'ECONNABORTED'
  | 'ETIMEDOUT'
  | 'EHOSTUNREACH'
  | 'EADDRINUSE'
  | 'EADDRNOTAVAIL'
  | 'ENOBUFS';

/** The reason a connection ended, or could not begin. */
export class TcpError extends Error {
  override readonly name = 'TcpError';
  readonly code: TcpErrorCode;

  constructor(code: TcpErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
