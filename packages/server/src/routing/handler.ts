/**
 * What a program gives to a server: functions from requests to responses.
 */

import type { Response } from '@netlayers/http';
import type { ServerRequest } from '../request/server-request.js';

/** A response now or later. */
export type Answer = Response | PromiseLike<Response>;

/**
 * Answers a request, at once or later. A response that is returned at once costs no promise.
 *
 * Whatever it throws is answered 500 and given to `onError`, an `HttpError` with its own status.
 * The response is read until it is sent, and belongs to the server until then. One that
 * `request.upgrade()` has made leaves HTTP.
 */
export type Handler = (request: ServerRequest) => Answer;

/**
 * Stands around handlers: does something before, calls `next` or answers itself, does something with
 * the response or with what was thrown.
 *
 * @param next what stands inside; it may throw at once, or give a promise that rejects.
 */
export type Middleware = (request: ServerRequest, next: () => Answer) => Answer;

/** Answers what a handler has thrown; what it throws itself goes on outwards. */
export type ErrorHandler = (error: unknown, request: ServerRequest) => Answer;

const isPromise = (answer: Answer): answer is PromiseLike<Response> =>
  typeof (answer as PromiseLike<Response>).then === 'function';

/** Lets a handler be asked through middleware, the first of it outermost. */
export function through(middleware: readonly Middleware[], handler: Handler): Handler {
  return middleware.reduceRight<Handler>(
    (inner, outer) => (request) => outer(request, () => inner(request)),
    handler,
  );
}

/** Lets what a handler throws, now or later, be answered. */
export function caught(handler: Handler, answer: ErrorHandler): Handler {
  return (request) => {
    try {
      const given = handler(request);
      if (!isPromise(given)) return given;
      return given.then(undefined, (error: unknown) => answer(error, request));
    } catch (error) {
      return answer(error, request);
    }
  };
}
