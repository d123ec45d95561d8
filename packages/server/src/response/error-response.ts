/**
 * The answers that no handler gives. All of them look alike: one line of text, the status and,
 * where the peer is at fault, what the fault was.
 */

import { Headers, Response, reasonPhrase } from '@netlayers/http';
import { HttpError } from '../base/http-error.js';

/** An answer that no handler has given: an error page may replace it. */
export class ErrorResponse extends Response {
  /** What the fault was, for the peer; may be empty. */
  readonly detail: string;

  constructor(status: number, detail: string) {
    super(status, Headers.ofLine('Content-Type', 'text/plain; charset=utf-8'));
    this.detail = detail;
    const reason = reasonPhrase(status);
    this.content = `${status} ${reason}${detail === '' ? '' : `: ${detail}`}\n`;
  }
}

/** Makes the response of an error status; `detail` is for the peer. */
export const errorResponse = (status: number, detail = ''): Response =>
  new ErrorResponse(status, detail);

/** Makes the response to something that a handler threw: its own status, or 500 and no details. */
export function responseToError(error: unknown): Response {
  if (!(error instanceof HttpError)) return errorResponse(500);
  return errorResponse(error.statusCode, error.message);
}

/** 405 with what the path allows instead (RFC 9110, 15.5.6). */
export function methodNotAllowed(allow: string): Response {
  return errorResponse(405).header('Allow', allow);
}

/** 204 with what a path allows, as the answer to OPTIONS (RFC 9110, 9.3.7). */
export function optionsResponse(allow: string): Response {
  return new Response(204).header('Allow', allow);
}
