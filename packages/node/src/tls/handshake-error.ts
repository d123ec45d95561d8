/**
 * Failures of TLS, as one line with a code.
 */

/** What Node and OpenSSL put on an error of TLS. */
interface TlsFailure extends Error {
  readonly code?: string;
  readonly reason?: string;
}

/**
 * What has failed, for people: OpenSSL's own messages carry numbers and paths of its sources.
 *
 * @param peer who it was with.
 */
export function handshakeError(failure: unknown, peer: string): Error {
  const { code = 'ECONNRESET', reason, message } = failure as TlsFailure;
  const text = (reason ?? message).split('\n', 1)[0] ?? '';
  const said = text === 'wrong version number' ? `${text}: no TLS is spoken there` : text;
  return Object.assign(new Error(`TLS with ${peer}: ${said}`, { cause: failure }), { code });
}

/** A connection that has ended without an end of TLS (RFC 8446, 6.1). */
export const truncated = (): Error =>
  Object.assign(new Error('the peer has ended the connection without an end of TLS'), {
    code: 'ECONNRESET',
  });

/** A handshake that takes too long. */
export const handshakeTimeout = (peer: string, ms: number): Error =>
  Object.assign(new Error(`TLS with ${peer}: no agreement within ${ms} ms`), {
    code: 'ETIMEDOUT',
  });
