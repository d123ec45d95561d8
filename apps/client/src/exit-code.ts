/**
 * What the command's exit code says: the numbers that curl uses where it has one.
 */

import { CaptureError, UsageError } from '@netlayers/common';

/** Exit codes by their meaning. */
export const ExitCode = {
  OK: 0,
  /** Anything without a number of its own; also no TUN device. */
  FAILED: 1,
  USAGE: 2,
  URL: 3,
  NAME: 6,
  CONNECT: 7,
  /** The connection of HTTP/2 has failed. */
  HTTP2: 16,
  /** The connection ended before the content did. */
  PARTIAL: 18,
  /** With `--fail`: the status was 400 or more. */
  HTTP_ERROR: 22,
  WRITE: 23,
  READ: 26,
  TIMEOUT: 28,
  /** The server does not resume. */
  RANGE: 33,
  /** TLS could not be agreed on. */
  TLS: 35,
  REDIRECTS: 47,
  NO_ANSWER: 52,
  /** The connection failed while it was sent to. */
  SEND: 55,
  /** The connection failed, or brought no HTTP. */
  RECEIVE: 56,
  /** Our own certificate or key. */
  CERTIFICATE: 58,
  /** The server's certificate leads to no root that is trusted. */
  UNTRUSTED: 60,
  ENCODING: 61,
  /** More than `--max-filesize`. */
  TOO_LARGE: 63,
  /** A body that cannot be sent a second time was needed again. */
  REWIND: 65,
  /** A stream of HTTP/2 was reset. */
  HTTP2_STREAM: 92,
  /** The file of `--cacert`. */
  CA_FILE: 77,
  INTERRUPTED: 130,
} as const;

/** One of the exit codes. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** A failure with its exit code; the message is one line for the user. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

const BY_CODE: Readonly<Record<string, ExitCode>> = {
  'invalid-url': ExitCode.URL,
  'redirect-refused': ExitCode.REDIRECTS,
  'response-too-large': ExitCode.TOO_LARGE,
  'body-not-repeatable': ExitCode.REWIND,
  EPIPE: ExitCode.SEND,
  'invalid-body': ExitCode.USAGE,
  'invalid-argument': ExitCode.USAGE,
  'too-many-interim-responses': ExitCode.RECEIVE,
  'header-section-too-large': ExitCode.RECEIVE,
  'too-many-fields': ExitCode.RECEIVE,
  'unexpected-switch': ExitCode.RECEIVE,
  'client-closed': ExitCode.INTERRUPTED,
  'unsupported-protocol': ExitCode.FAILED,
  ENOTFOUND: ExitCode.NAME,
  EAI_AGAIN: ExitCode.NAME,
  ELOCAL: ExitCode.NAME,
  ECONNREFUSED: ExitCode.CONNECT,
  EHOSTUNREACH: ExitCode.CONNECT,
  ENETUNREACH: ExitCode.CONNECT,
  EACCES: ExitCode.CONNECT,
  'connect-timeout': ExitCode.TIMEOUT,
  'queue-timeout': ExitCode.TIMEOUT,
  'headers-timeout': ExitCode.TIMEOUT,
  'body-timeout': ExitCode.TIMEOUT,
  'total-timeout': ExitCode.TIMEOUT,
  ETIMEDOUT: ExitCode.TIMEOUT,
  'http2-error': ExitCode.HTTP2,
  'stream-reset': ExitCode.HTTP2_STREAM,
  'http1-required': ExitCode.HTTP2_STREAM,
  unprocessed: ExitCode.HTTP2_STREAM,
  incomplete: ExitCode.PARTIAL,
  closed: ExitCode.NO_ANSWER,
  'too-many-redirects': ExitCode.REDIRECTS,
  'bad-content-encoding': ExitCode.ENCODING,
  'invalid-method': ExitCode.USAGE,
  'invalid-target': ExitCode.USAGE,
  'invalid-header-name': ExitCode.USAGE,
  'invalid-header-value': ExitCode.USAGE,
  'invalid-framing': ExitCode.USAGE,
};

/** The exit code of a failure. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandError) return error.exitCode;
  if (error instanceof UsageError) return ExitCode.USAGE;
  if (error instanceof CaptureError) return ExitCode.WRITE;
  if (!(error instanceof Error)) return ExitCode.FAILED;
  if (error.cause instanceof CommandError) return error.cause.exitCode;
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && Object.hasOwn(BY_CODE, code)) return BY_CODE[code] ?? ExitCode.FAILED;
  if (code !== undefined && /^(?!ERR_SSL).*(CERT|UNABLE_TO_|HOSTNAME)/.test(code)) {
    return ExitCode.UNTRUSTED;
  }
  if (code !== undefined && /^ERR_(SSL|TLS)|^EPROTO$/.test(code)) return ExitCode.TLS;
  // Whatever else the client reports has to do with what was received.
  return error.name === 'ClientError' ? ExitCode.RECEIVE : ExitCode.FAILED;
}

/** What a failure says, in one line. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, ' ');

/** The codes for `--help`. */
export const EXIT_CODE_HELP =
  'Exit codes: 0 done, 1 failed, 2 usage, 3 URL, 6 name not found, 7 no connection, 16 HTTP/2, 18 cut short, ' +
  '22 status >= 400 (--fail), 23 write, 26 read, 28 timeout, 33 cannot resume, 35 TLS, 47 redirects, ' +
  '52 no answer, 55 sending failed, 56 broken answer, 58 our certificate, 60 its certificate, 61 content coding, ' +
  '63 too large, ' +
  '65 cannot send again, 77 --cacert file, 92 a stream of HTTP/2 was reset, 130 interrupted; of several URLs the last failure counts';
