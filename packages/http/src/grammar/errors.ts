/**
 * What can go wrong on a connection, with the two sides kept apart: `remote` means that the peer
 * broke the protocol (it is reported through a handler, never thrown), `local` that the caller of
 * this package was about to break it (it is thrown before a byte leaves).
 */

import type { ParseErrorCode } from './parse-error.js';

/** Faults of the caller: it asked for something that must not be sent, or not now. */
export type LocalErrorCode =
  | 'invalid-method'
  | 'invalid-target'
  | 'invalid-status'
  | 'invalid-header-name'
  | 'invalid-header-value'
  | 'invalid-framing'
  | 'invalid-trailer'
  | 'missing-host'
  | 'missing-upgrade'
  | 'length-mismatch'
  | 'wrong-state';

/** Faults of the peer: a message that does not parse, or a connection that ended too early. */
export type RemoteErrorCode =
  | ParseErrorCode
  | 'incomplete'
  | 'closed'
  | 'unexpected-data'
  | 'too-many-interim-responses'
  | 'unexpected-switch';

/** Says which code an {@link HttpProtocolError} carries. Match on this, never on `message`. */
export type HttpErrorCode = LocalErrorCode | RemoteErrorCode;

/** Reports a violation of HTTP, by the peer or by the caller. */
export class HttpProtocolError extends Error {
  override readonly name = 'HttpProtocolError';
  /** Who broke the rule. */
  readonly side: 'local' | 'remote';
  /** The status a server would answer with: 4xx or 5xx for a request, 502 for a response, 500 for `local`. */
  readonly status: number;
  readonly code: HttpErrorCode;

  constructor(side: 'local' | 'remote', status: number, code: HttpErrorCode, message: string) {
    super(message);
    this.side = side;
    this.status = status;
    this.code = code;
  }
}

/** Makes the error of a caller's mistake. */
export const localError = (code: LocalErrorCode, message: string): HttpProtocolError =>
  new HttpProtocolError('local', 500, code, message);
