/**
 * What a connection begins with, looked at before TLS is set up for it: a handshake of TLS (RFC 8446, 5.1),
 * a request of plain HTTP, or something else. OpenSSL does not tell what it was that is no TLS, and who has
 * not said a word needs no TLS yet.
 */

import type { ByteStream } from '@netlayers/http';
import { truncated } from './handshake-error.js';
import { BEGINNING_OCTETS, isPlainRequest } from './plain-request.js';

/** The first octet of a handshake's record. */
const HANDSHAKE = 0x16;
/** Octets of the head of a record, which what is no TLS is given to show what it is. */
const RECORD_HEAD = 5;

const notTls = (): Error =>
  Object.assign(new Error('wrong version number'), { code: 'ERR_SSL_WRONG_VERSION_NUMBER' });

/** One of these is called, once, from inside of the stream's handler. */
export interface FirstOctetsHandler {
  /** TLS begins: with these octets, which last, and what the stream brings behind them. */
  handleTls(octets: Buffer): void;
  /** Plain HTTP does; the rest of its first octets is dropped. */
  handlePlain(beginning: string): void;
  /** Neither does, or nothing will. */
  handleFailure(error: Error): void;
}

/** Looks at the first octets of a stream, and then leaves the stream to the handler. */
export function lookAtFirstOctets(stream: ByteStream, handler: FirstOctetsHandler): void {
  let beginning = '';
  let isDone = false;
  const fail = (error: Error): void => {
    if (isDone) return;
    isDone = true;
    handler.handleFailure(error);
  };
  stream.setHandler({
    handleData: (buf, start, end) => {
      if (isDone) return;
      if (beginning === '' && buf[start] === HANDSHAKE) {
        isDone = true;
        handler.handleTls(Buffer.from(buf.subarray(start, end)));
        return;
      }
      const more = Math.min(end, start + BEGINNING_OCTETS - beginning.length);
      beginning += Buffer.from(buf.buffer, buf.byteOffset + start, more - start).toString('latin1');
      if (beginning.length < RECORD_HEAD) return;
      if (!isPlainRequest(beginning)) {
        fail(notTls());
        return;
      }
      isDone = true;
      handler.handlePlain(beginning);
    },
    handleEnd: () => fail(truncated()),
    handleDrain: () => {},
    handleClose: (error) => fail(error ?? truncated()),
  });
}
