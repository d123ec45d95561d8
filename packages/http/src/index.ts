/**
 * HTTP/1.1 messages (RFC 9110, RFC 9112), sans-I/O, and the port that they stand on.
 *
 * @packageDocumentation
 */

export type { AbortLike } from '@netlayers/host';
export { ClientConnection } from './connection/client-connection.js';
export type {
  ClientConnectionHandler,
  ClientConnectionOptions,
} from './connection/client-events.js';
export type { MessageConnection } from './connection/message-connection.js';
export { ServerConnection } from './connection/server-connection.js';
export type {
  ServerConnectionHandler,
  ServerConnectionOptions,
} from './connection/server-events.js';
export type { ClientEvent, ClientState, ServerEvent, ServerState } from './connection/states.js';
export { CLIENT_TRANSITIONS, SERVER_TRANSITIONS } from './connection/states.js';
export type { ClientExchange, ClientExchangeHandler } from './exchange/client-exchange.js';
export type { SendResult } from './exchange/send-result.js';
export type {
  ServerExchange,
  ServerExchangeHandler,
  TakenStream,
} from './exchange/server-exchange.js';
export {
  type HttpErrorCode,
  HttpProtocolError,
  type LocalErrorCode,
  localError,
  type RemoteErrorCode,
} from './grammar/errors.js';
export { formatHttpDate, parseHttpDate } from './grammar/http-date.js';
export {
  DEFAULT_LIMITS,
  DEFAULT_RESPONSE_LIMITS,
  type Limits,
  type ResponseLimits,
} from './grammar/limits.js';
export { PARSE_ERRORS, type ParseErrorCode } from './grammar/parse-error.js';
export { quoteString, unquoteString } from './grammar/quoted-string.js';
export { isHost, parseTarget, type RequestTarget } from './grammar/request-target.js';
export type { TextDecoder, TextEncoder } from './grammar/text-codec.js';
export { isFieldValue, isToken, listHas, listMembers } from './grammar/tokens.js';
export { parseWeights, type Weights } from './grammar/weights.js';
export { acceptedCodings } from './message/accepted-codings.js';
export { authorityOf, hostOf } from './message/authority.js';
export { CONNECTION_FIELDS, fieldsOfConnection } from './message/connection-fields.js';
export { bytesOf, type Content, isStream, type MemoryContent } from './message/content.js';
export { Headers, type HeadersInit } from './message/headers.js';
export {
  type HttpVersion,
  type RequestHead,
  type ResponseHead,
  UNKNOWN_LENGTH,
} from './message/message-head.js';
export { isIdempotentMethod, isSafeMethod, Method } from './message/method.js';
export { reasonPhrase, StatusCode } from './message/status-code.js';
export { checkTrailers } from './message/trailers.js';
export { addVary } from './message/vary.js';
export type { ParseResult } from './one-shot/parse-result.js';
export { Request } from './one-shot/request.js';
export { Response, type ResponseParseOptions } from './one-shot/response.js';
export { MessageParser, type ParserEvent, type ParserOptions } from './parse/message-parser.js';
export { RequestParser } from './parse/request-parser.js';
export { RequestParsers } from './parse/request-parsers.js';
export { ResponseParser } from './parse/response-parser.js';
export { dropStream } from './port/drop-stream.js';
export type {
  ByteStream,
  ByteStreamHandler,
  Listener,
  Transport,
} from './port/transport.js';
export type { ByteSink, Lasting } from './write/byte-sink.js';
export { HeadDefaults } from './write/head-defaults.js';
