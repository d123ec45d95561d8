/**
 * WebSocket (RFC 6455) and its compression (RFC 7692): frames, the opening handshake, the connection as
 * a machine without a socket, and a socket for programs over any `ByteStream`.
 *
 * @packageDocumentation
 */

export { CloseCode, isSendableCode } from './base/close-codes.js';
export {
  PEER_FAULTS,
  type PeerFault,
  WebSocketError,
  type WebSocketErrorCode,
} from './base/errors.js';
export { DEFAULT_LIMITS, type Limits } from './base/limits.js';
export type { MessageType, Role } from './base/role.js';
export type {
  ConnectionState,
  WebSocketConnectionHandler,
  WebSocketConnectionOptions,
} from './connection/events.js';
export { WebSocketConnection } from './connection/web-socket-connection.js';
export { type Inflated, type InflateStream, inflateMessage } from './deflate/joined-streams.js';
export type { DirectionSettings } from './deflate/message-deflate.js';
export { MessageDeflater, MessageInflater } from './deflate/message-deflate.js';
export {
  type Compression,
  compressionOf,
  type DeflateOptions,
  type DeflateParameters,
} from './deflate/parameters.js';
export type { DeflateFault, RawDeflate } from './deflate/raw-deflate.js';
export { headerLength, writeHeader } from './frame/frame-header.js';
export { type FrameEvent, FrameParser, type FrameParserOptions } from './frame/frame-parser.js';
export { Opcode } from './frame/opcode.js';
export { Utf8Check } from './frame/utf8-check.js';
export {
  type AcceptHandshakeOptions,
  type Agreement,
  answerHandshake,
  type HandshakeAnswer,
  type HandshakeRequest,
} from './handshake/accept.js';
export { acceptOf, makeKey } from './handshake/accept-key.js';
export { type Extension, formatExtension, parseExtensions } from './handshake/extension-list.js';
export {
  HandshakeOffer,
  type OfferOptions,
  targetOf,
  type WebSocketTarget,
} from './handshake/offer.js';
export {
  type AcceptedWebSocket,
  type AcceptOptions,
  acceptWebSocket,
  negotiateWebSocket,
  type ServedRequest,
  type SocketHandler,
  type TakeStream,
  type UpgradableRequest,
} from './socket/accept-web-socket.js';
export type { CloseInfo } from './socket/close-info.js';
export {
  type ConnectOptions,
  connectWebSocket,
  openWebSocket,
} from './socket/connect-web-socket.js';
export type { Message } from './socket/message-queue.js';
export {
  type RequestWebSocketOptions,
  requestWebSocket,
  type UpgradeRequester,
  type UpgradeResponse,
} from './socket/request-web-socket.js';
export type { SocketOptions } from './socket/socket-options.js';
export { WebSocketStream } from './socket/web-socket-stream.js';
