/**
 * The socket of a client, once the server has agreed.
 */

import type { ByteStream } from '@netlayers/http';
import type { DeflateOptions } from '../deflate/parameters.js';
import { compressionOf } from '../deflate/parameters.js';
import type { Agreement } from '../handshake/accept.js';
import type { SocketSettings } from './socket-options.js';
import { WebSocketStream } from './web-socket-stream.js';

/**
 * Makes it, of the stream that carried the handshake.
 *
 * @param remaining what has come behind the server's answer.
 */
export function clientSocket(
  stream: ByteStream,
  remaining: Uint8Array,
  agreement: Agreement,
  deflate: DeflateOptions | null | undefined,
  settings: SocketSettings,
): WebSocketStream {
  const { deflate: parameters, protocol } = agreement;
  const compression =
    parameters === null || !deflate ? null : compressionOf('client', parameters, deflate);
  const agreed = { role: 'client', protocol, compression } as const;
  const socket = new WebSocketStream(stream, agreed, settings);
  if (remaining.length > 0) socket.handleData(remaining, 0, remaining.length);
  return socket;
}
