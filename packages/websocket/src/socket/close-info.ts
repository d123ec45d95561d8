/** How a WebSocket ends, as programs are told. */

import { CloseCode } from '../base/close-codes.js';

/** How a WebSocket has ended. */
export interface CloseInfo {
  /** The peer's code; 1005 where its Close frame has none, 1006 where there was no such frame. */
  readonly code: CloseCode;
  readonly reason: string;
  /** Whether there was a Close frame of the peer, in good order. */
  readonly wasClean: boolean;
  /** What went wrong, where something has. */
  readonly error: unknown;
}

/** The end of a connection without a Close frame. */
export const abnormal = (error: unknown): CloseInfo => ({
  code: CloseCode.Abnormal,
  reason: '',
  wasClean: false,
  error,
});
