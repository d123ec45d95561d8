/**
 * HTTP/1.1 messages (RFC 9110, RFC 9112), sans-I/O, and the port that they stand on.
 *
 * @packageDocumentation
 */

export type { AbortLike } from '@netlayers/host';
export type { ByteSink } from './byte-sink.js';
export { ClientConnection } from './client-connection.js';
export type { ClientConnectionHandler, ClientConnectionOptions } from './client-events.js';
export type { Connection } from './connection.js';
export { bytesOf, type Content, isStream, type MemoryContent } from './content.js';
export {
  type HttpErrorCode,
  HttpProtocolError,
  type LocalErrorCode,
  type RemoteErrorCode,
} from './errors.js';
export { isFieldValue, isToken, listHas, listMembers } from './grammar.js';
export { HeadDefaults } from './head-defaults.js';
export { Headers, type HeadersInit } from './headers.js';
export { formatHttpDate, parseHttpDate } from './http-date.js';
export { DEFAULT_LIMITS, type Limits } from './limits.js';
export {
  type HttpVersion,
  type RequestHead,
  type ResponseHead,
  UNKNOWN_LENGTH,
} from './message-head.js';
export { MessageParser, type ParserEvent, type ParserOptions } from './message-parser.js';
export { isIdempotentMethod, isSafeMethod, Method } from './method.js';
export type { ResponseParseOptions } from './one-shot.js';
export { PARSE_ERRORS, type ParseErrorCode } from './parse-error.js';
export type { ParseResult } from './parse-result.js';
export { Request } from './request.js';
export { RequestParser } from './request-parser.js';
export { authorityOf, isHost, parseTarget, type RequestTarget } from './request-target.js';
export { Response } from './response.js';
export { ResponseParser } from './response-parser.js';
export { ServerConnection } from './server-connection.js';
export type {
  SendResult,
  ServerConnectionHandler,
  ServerConnectionOptions,
} from './server-events.js';
export type { ClientEvent, ClientState, ServerEvent, ServerState } from './states.js';
export { CLIENT_TRANSITIONS, SERVER_TRANSITIONS } from './states.js';
export { reasonPhrase, StatusCode } from './status-code.js';
export type { TextDecoder, TextEncoder } from './text-codec.js';
export type {
  ByteStream,
  ByteStreamHandler,
  Listener,
  Transport,
} from './transport.js';
