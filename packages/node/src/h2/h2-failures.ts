/**
 * Why an exchange of a client is lost: what the server has said, or what has become of the connection.
 */

import { constants } from 'node:http2';
import { HttpProtocolError } from '@netlayers/http';

const { NGHTTP2_REFUSED_STREAM, NGHTTP2_HTTP_1_1_REQUIRED } = constants;

/** RFC 9113, 7 */
const NAMES: readonly string[] = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];

const coded = (code: string, message: string): Error => Object.assign(new Error(message), { code });

/**
 * The server has not looked at the request: it may be sent again, whatever it is (RFC 9113, 8.7).
 *
 * @param hasServed whether it has looked at others of the connection: then it goes on with the next one.
 */
export const unprocessed = (hasServed = false): Error =>
  Object.assign(coded('unprocessed', 'the server has not looked at the request: try again'), {
    hasServed,
  });

/** A stream was reset, by the server or because of what it sent. */
export function resetStream(code: number, hasHead: boolean): Error {
  if (code === NGHTTP2_REFUSED_STREAM && !hasHead) return unprocessed();
  if (code === NGHTTP2_HTTP_1_1_REQUIRED && !hasHead) {
    return coded('http1-required', 'the server wants HTTP/1.1 for this request');
  }
  const name = NAMES[code] ?? `code ${code}`;
  return coded('stream-reset', `the stream of HTTP/2 was reset (${name}): try again`);
}

/** The server has broken the protocol, or says that we have. */
export function brokenConnection(code: number): Error {
  const name = NAMES[code] ?? `code ${code}`;
  return coded('http2-error', `the connection of HTTP/2 has failed (${name}): try again`);
}

/** The connection has ended in an orderly way, and not the exchange. */
export const endedConnection = (hasHead: boolean): HttpProtocolError =>
  new HttpProtocolError(
    'remote',
    502,
    hasHead ? 'incomplete' : 'closed',
    'the connection ended before the response did',
  );
