/**
 * A stream of HTTP/2 that has left HTTP (RFC 9113, 8.5; RFC 8441): a byte stream of its own, inside of
 * the connection that carries it.
 */

import { constants, type Http2Stream } from 'node:http2';
import type { ByteStream } from '@netlayers/http';
import { byteStreamOf, type Carrier } from '@netlayers/kernel';

/** The connection, as far as a stream inside of it shows it. */
export type Ends = Pick<
  ByteStream,
  'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort' | 'secure'
>;

/** Makes it; its addresses are those of the connection. */
export function tunnelOf(stream: Http2Stream, ends: Ends): ByteStream {
  const { localAddress, localPort, remoteAddress, remotePort, secure } = ends;
  const carrier: Carrier = {
    ...{ localAddress, localPort, remoteAddress, remotePort },
    // What it sends is among what others send: only what waits here counts.
    ...{ bytesWritten: 0, writeBegan: 0, unacknowledged: 0, readableLength: 0 },
    get failure() {
      return stream.rstCode === constants.NGHTTP2_NO_ERROR ? null : lost();
    },
    end: (socket, ended) => socket.end(ended),
    linger: (socket) => socket.destroy(),
    resetAndDestroy: (socket) => {
      stream.close(constants.NGHTTP2_CONNECT_ERROR);
      socket.destroy();
    },
  };
  return byteStreamOf(Object.assign(stream, { encrypted: secure }), { carrier });
}

const lost = (): Error =>
  Object.assign(new Error('the peer has reset the stream'), { code: 'ECONNRESET' });
