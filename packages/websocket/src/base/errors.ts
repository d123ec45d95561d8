/**
 * What can go wrong, each with a `code` to match on. What the peer has done wrong is reported through
 * a handler or as a rejected promise; what the caller does wrong is thrown before a byte leaves.
 */

import { CloseCode } from './close-codes.js';

/** Every fault of a peer after the handshake, with the code that it is closed with and a line for people. */
export const PEER_FAULTS = {
  'reserved-bits': [CloseCode.ProtocolError, 'a frame has reserved bits that nobody agreed on'],
  'reserved-opcode': [CloseCode.ProtocolError, 'a frame has an opcode that means nothing'],
  'fragmented-control': [CloseCode.ProtocolError, 'a control frame is fragmented'],
  'control-too-long': [CloseCode.ProtocolError, 'a control frame has more than 125 bytes'],
  'not-masked': [CloseCode.ProtocolError, 'a frame of the client is not masked'],
  masked: [CloseCode.ProtocolError, 'a frame of the server is masked'],
  'length-not-minimal': [CloseCode.ProtocolError, 'a length takes more bytes than it needs'],
  'invalid-length': [CloseCode.ProtocolError, 'a length has its highest bit set'],
  'unexpected-continuation': [CloseCode.ProtocolError, 'a continuation continues no message'],
  'expected-continuation': [CloseCode.ProtocolError, 'a message begins inside of another one'],
  'invalid-close-length': [CloseCode.ProtocolError, 'a Close frame has half a code'],
  'invalid-close-code': [CloseCode.ProtocolError, 'a Close frame has a code that is never sent'],
  'invalid-utf8': [CloseCode.InvalidPayload, 'text is not UTF-8'],
  'invalid-deflate': [CloseCode.InvalidPayload, 'a compressed message does not decompress'],
  'too-many-fragments': [CloseCode.PolicyViolation, 'a message has too many fragments'],
  'frame-too-large': [CloseCode.MessageTooBig, 'a frame is too large'],
  'message-too-large': [CloseCode.MessageTooBig, 'a message is too large'],
} as const;

/** What a peer can do wrong after the handshake. */
export type PeerFault = keyof typeof PEER_FAULTS;

/** Says which code a {@link WebSocketError} carries. Match on this, never on `message`. */
export type WebSocketErrorCode =
  | PeerFault
  /** The stream ended without a Close frame. */
  | 'no-close'
  /** The peer has not shown life, or not closed, in time. */
  | 'timeout'
  /** The response to the opening handshake breaks RFC 6455, 4.1. */
  | 'invalid-handshake'
  /** The server has answered with another status than 101: `status` has it. */
  | 'handshake-refused'
  /** A command after the connection was closed, or a ping that was not answered before. */
  | 'not-open'
  /** A command that the state forbids. */
  | 'wrong-state'
  /** An argument that cannot be sent. */
  | 'invalid-argument';

/** Reports a violation of the protocol, by the peer or by the caller. */
export class WebSocketError extends Error {
  override readonly name = 'WebSocketError';
  readonly code: WebSocketErrorCode;
  /** The code that the connection is closed with; 1006 where no Close frame is sent. */
  readonly closeCode: CloseCode;
  /** The status of the response that refused a handshake, else 0. */
  readonly status: number;

  constructor(
    code: WebSocketErrorCode,
    message: string,
    closeCode: CloseCode = CloseCode.Abnormal,
    status = 0,
  ) {
    super(message);
    this.code = code;
    this.closeCode = closeCode;
    this.status = status;
  }
}

/** Makes the error of a peer's fault. */
export const peerError = (fault: PeerFault): WebSocketError =>
  new WebSocketError(fault, PEER_FAULTS[fault][1], PEER_FAULTS[fault][0]);
