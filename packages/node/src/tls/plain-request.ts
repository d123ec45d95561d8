/**
 * A request of plain HTTP where TLS is spoken: somebody has typed `http://` in place of `https://`. A
 * reset tells them nothing, so that they are answered in their own language (RFC 9110, 15.5.1).
 */

import type { Clock } from '@netlayers/host';
import { type ByteStream, formatHttpDate } from '@netlayers/http';

/** For a peer to take the answer and end; then nobody reads any more (RFC 9112, 9.6). */
const LINGER_MS = 2000;

const TEXT = 'This port speaks TLS: use https:// in place of http://\n';

/**
 * A method and the beginning of a target, as far as they have come. TLS begins with 0x16 (RFC 8446,
 * 5.1), which no method has.
 */
const REQUEST = /^(?:[A-Z]{3,}(?:$| $| [/*]| https?:)|CONNECT )/;

/** Octets that are enough for {@link isPlainRequest}, and not fewer than those of the head of a TLS record. */
export const BEGINNING_OCTETS = 16;

/** Whether the first octets of a connection, as text, are those of an HTTP request. */
export const isPlainRequest = (beginning: string): boolean => REQUEST.test(beginning);

/** What has failed, for people. */
export const plainRequestError = (peer: string): Error =>
  Object.assign(new Error(`TLS with ${peer}: plain HTTP came, http:// in place of https://`), {
    code: 'ERR_SSL_HTTP_REQUEST',
  });

/**
 * Answers with 400 and one line, ends, and drops the rest of the request, which would else be a reset
 * that takes the answer along.
 *
 * @param stream from now on nobody else's.
 * @param onOver called once, when the stream is over.
 */
export function answerPlainRequest(
  stream: ByteStream,
  beginning: string,
  clock: Clock,
  onOver: () => void,
): void {
  const timer = clock.setTimer(clock.now() + LINGER_MS, () => stream.abort());
  stream.setHandler({
    handleData: () => {},
    handleEnd: () => stream.close(),
    handleDrain: () => {},
    handleClose: () => {
      clock.clearTimer(timer);
      onOver();
    },
  });
  stream.resume();
  stream.write(answer(beginning.startsWith('HEAD '), clock.wallTime()));
  stream.end();
}

const answer = (isHead: boolean, timeMs: number): Uint8Array =>
  Buffer.from(
    'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n' +
      `Content-Length: ${TEXT.length}\r\nDate: ${formatHttpDate(timeMs)}\r\n` +
      `Connection: close\r\n\r\n${isHead ? '' : TEXT}`,
  );
