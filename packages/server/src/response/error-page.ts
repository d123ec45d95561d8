/**
 * Pages of errors as a program wants them, in place of one line of text.
 */

import type { Response } from '@netlayers/http';
import type { ServerRequest } from '../request/server-request.js';
import { ErrorResponse } from './error-response.js';

/** An error that the server answers by itself. */
export interface PageError {
  readonly status: number;
  /** What the fault was, as far as the peer may know; may be empty. */
  readonly detail: string;
  /** `null` for bytes that did not become a request. */
  readonly request: ServerRequest | null;
}

/** Makes the page of an error; its status is that of the error whatever it says. */
export type ErrorPage = (error: PageError) => Response;

/** What is about the content alone, which a page has its own of; `Content-Security-Policy` is not. */
const OF_CONTENT = /^content-(?!security-policy)/i;

/** The page of an error in place of the plain answer, with the fields that the answer needs. */
export function pageOf(page: ErrorPage, request: ServerRequest | null, given: Response): Response {
  if (!(given instanceof ErrorResponse)) return given;
  const { status, detail } = given;
  const response = page({ status, detail, request });
  for (const [name, value] of given.headers) {
    if (!OF_CONTENT.test(name) && !response.headers.has(name)) response.header(name, value);
  }
  return response.status === status ? response : withStatus(response, status);
}

function withStatus(response: Response, status: number): Response {
  const changed = new ErrorResponse(status, '');
  changed.headers = response.headers;
  changed.content = response.content;
  return changed;
}
