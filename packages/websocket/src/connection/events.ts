/**
 * What a connection tells, in the order of the bytes.
 */

import type { CloseCode } from '../base/close-codes.js';
import type { WebSocketError } from '../base/errors.js';
import type { Limits } from '../base/limits.js';
import type { MessageType, Role } from '../base/role.js';
import type { Compression } from '../deflate/parameters.js';

/** Receives the events of a {@link WebSocketConnection}. Any command may be given from inside of one. */
export interface WebSocketConnectionHandler {
  /** A message begins; pieces and its end follow. Control frames may come between them. */
  handleMessageStart(type: MessageType): void;
  /**
   * A piece of the message, `buf[start..end)`, unmasked and decompressed, valid until this returns. Of
   * text it is UTF-8 so far, but may end inside of a character.
   */
  handleMessageData(buf: Uint8Array, start: number, end: number): void;
  /** The message is whole. */
  handleMessageEnd(): void;
  /** A ping, which is answered already, or will be. */
  handlePing?(payload: Uint8Array): void;
  handlePong?(payload: Uint8Array): void;
  /**
   * The peer's Close frame, which is answered already. Nothing follows but what the stream tells.
   *
   * @param code 1005 where the frame had none.
   */
  handleCloseFrame(code: CloseCode, reason: string): void;
  /**
   * The peer has broken the protocol, or has ended the stream without a Close frame (`no-close`).
   * What can be said to it about that is sent already. Nothing follows.
   */
  handleError(error: WebSocketError): void;
}

/** How a connection is set up. */
export interface WebSocketConnectionOptions {
  readonly role: Role;
  /** Bounds on what the peer sends. */
  readonly limits?: Partial<Limits>;
  /** Compression, where both ends have agreed on it. */
  readonly compression?: Compression | null;
  /** Uint32s for the keys of a client's frames, which nobody may guess (RFC 6455, 5.3 and 10.3). */
  readonly random: () => number;
}

/** How far the closing handshake is (7.1): `CLOSING` once a Close frame was sent or has come. */
export type ConnectionState = 'OPEN' | 'CLOSING' | 'CLOSED';
