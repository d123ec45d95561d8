/**
 * What can go wrong with a request. Every failure but two is a `ClientError` with a code to match
 * on and a message of one line that says what to do; the two are the reason of an aborted signal
 * and an error thrown by the program's own body, which are passed on as they are.
 */

import { HttpProtocolError } from '@netlayers/http';

/** Codes of the client's own; codes of the transport and of the HTTP machine are kept. */
export type ClientErrorCode =
  | 'invalid-url'
  | 'unsupported-protocol'
  | 'connect-timeout'
  | 'queue-timeout'
  | 'headers-timeout'
  | 'unprocessed'
  | 'http1-required'
  | 'stream-reset'
  | 'http2-error'
  | 'body-timeout'
  | 'total-timeout'
  | 'too-many-redirects'
  | 'redirect-refused'
  | 'body-not-repeatable'
  | 'body-used'
  | 'invalid-argument'
  | 'invalid-body'
  | 'invalid-json'
  | 'response-too-large'
  | 'bad-content-encoding'
  | 'client-closed'
  | 'proxy-authentication'
  | 'proxy-refused'
  | 'proxy-failed'
  | 'ECONNREFUSED'
  | 'ECONNRESET'
  | 'ENOTFOUND'
  | (string & {});

/** Reports why a request failed. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  /** Match on this, never on `message`. */
  readonly code: ClientErrorCode;

  constructor(code: ClientErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
};

/** What an error says, in one line. */
function messageOf(error: unknown): string {
  const text = error instanceof Error && error.message !== '' ? error.message : nameOf(error);
  return text.replace(/[ \t]*[\r\n]+[ \t]*/g, ' ');
}

function nameOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'unknown error';
  }
}

/** What to do about a failure to connect, by the code of the transport. */
const ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    'connection refused: nothing listens there; check host and port, or start the server',
  ENOTFOUND: 'no such host: check the spelling of the name',
  EAI_AGAIN: 'the name could not be resolved now: check the network, or use an address',
  EHOSTUNREACH: 'no route to the host: check the address and the network',
  ENETUNREACH: 'no route to the network: check the address and the network',
  ETIMEDOUT: 'no answer: check the address, and that no firewall drops the packets',
  ECONNRESET: 'the connection was reset while it was being made: try again',
  EACCES: 'not permitted: choose another address or port',
};

/** A mistake in what the program has passed. */
export function argumentFailure(error: unknown, code = 'invalid-argument'): ClientError {
  if (error instanceof ClientError) return error;
  const said = error instanceof HttpProtocolError ? error.code : code;
  return new ClientError(said, messageOf(error), error);
}

/** A failure to reach an origin. */
export function connectFailure(error: unknown, place: string): ClientError {
  const code = codeOf(error);
  const advice = ADVICE[code] ?? messageOf(error);
  return new ClientError(code || 'connect-failed', `cannot connect to ${place}: ${advice}`, error);
}

/** A failure of a connection that was made. */
export function exchangeFailure(error: unknown, place: string): ClientError {
  if (error instanceof ClientError) return error;
  if (error instanceof HttpProtocolError) {
    return new ClientError(error.code, `${place}: ${protocolAdvice(error)}`, error);
  }
  const code = codeOf(error) || 'ECONNRESET';
  const text =
    code === 'ECONNRESET'
      ? 'the server reset the connection before the response was complete: try again'
      : messageOf(error);
  return new ClientError(code, `${place}: ${text}`, error);
}

/** A connection that was closed before anything was sent on it. */
export const closedAtOnce = (place: string): ClientError =>
  new ClientError('closed', `${place}: ${CLOSED}`);

/** No connection has become free for a request in line. */
export const queueTimeout = (place: string, count: number, ms: number): ClientError =>
  new ClientError(
    'queue-timeout',
    `${place}: nothing moves on ${count} connections for ${ms} ms, and a request waits for one: read or discard their responses, or allow more (maxConnectionsPerOrigin)`,
  );

const CLOSED = 'the server closed the connection without an answer: try again';

function protocolAdvice(error: HttpProtocolError): string {
  if (error.side === 'local') return error.message;
  switch (error.code) {
    case 'closed':
      return CLOSED;
    case 'incomplete':
      return 'the server closed the connection before the response was complete: try again';
    default:
      return `the answer is not valid HTTP (${error.message}): check that an HTTP server listens there`;
  }
}
