/**
 * Checks of what came with a request, before the handler: any functions that give back what they were
 * given, as the handler wants it, or throw. So every library of schemas fits, and none is needed:
 * `{ body: (value) => schema.parse(value) }`.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import type { Headers } from '@netlayers/http';
import {
  type Answer,
  type Handler,
  HttpError,
  type Params,
  type ServerRequest,
} from '@netlayers/server';
import { type BodyLimits, readJson } from '../bodies/read-body.js';

/** Functions that check, each now or later; a part without one is not looked at. */
export interface Checks<P, Q, H, B> extends BodyLimits {
  readonly params?: (value: Params) => P | PromiseLike<P>;
  readonly query?: (value: URLSearchParams) => Q | PromiseLike<Q>;
  readonly headers?: (value: Headers) => H | PromiseLike<H>;
  /** Gets what `readBody` gives. */
  readonly body?: (value: unknown) => B | PromiseLike<B>;
  /** Reads the body. @default as JSON, at most `maxBytes` */
  readonly readBody?: (request: ServerRequest) => PromiseLike<unknown>;
}

const CHECKS: OptionNames<Checks<unknown, unknown, unknown, unknown>> = {
  maxBytes: 'optional',
  params: 'optional',
  query: 'optional',
  headers: 'optional',
  body: 'optional',
  readBody: 'optional',
};

/** What the checks have given back. */
export interface Valid<P, Q, H, B> {
  readonly params: P;
  readonly query: Q;
  readonly headers: H;
  readonly body: B;
}

/** Characters of a detail that the peer is told. */
const LONGEST_DETAIL = 300;

/** What a check says of a value, in one line. */
function refusalOf(part: string, error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const line = text.replace(/\s+/g, ' ').trim().slice(0, LONGEST_DETAIL);
  return new HttpError(400, line === '' ? part : `${part}: ${line}`);
}

async function checked<T, R>(
  part: string,
  check: ((value: T) => R | PromiseLike<R>) | undefined,
  value: () => T | PromiseLike<T>,
): Promise<R> {
  if (check === undefined) return undefined as R;
  // What cannot be read has a status of its own.
  const given = await value();
  try {
    return await check(given);
  } catch (error) {
    throw refusalOf(part, error);
  }
}

/**
 * Makes a handler of one that also gets what was checked, which is left in `request.state.valid` too. 400 with what a check has thrown, unless it
 * is an `HttpError` with a status of its own. The body is read last: who is refused before never
 * sends it.
 *
 * @throws TypeError for a part of a request that is none.
 *
 *     server.route('POST', '/users/:id', validate({ params, body }, (request, { params, body }) => ...));
 */
export function validate<P = undefined, Q = undefined, H = undefined, B = undefined>(
  checks: Checks<P, Q, H, B>,
  handler: (request: ServerRequest, valid: Valid<P, Q, H, B>) => Answer,
): Handler {
  checkOptions('validate', checks as Checks<unknown, unknown, unknown, unknown>, CHECKS);
  const { maxBytes } = checks;
  const limits = maxBytes === undefined ? {} : { maxBytes };
  const { readBody = (request) => readJson(request, limits) } = checks;
  return async (request) => {
    const valid: Valid<P, Q, H, B> = {
      params: await checked('params', checks.params, () => request.params),
      query: await checked('query', checks.query, () => request.query),
      headers: await checked('headers', checks.headers, () => request.headers),
      body: await checked('body', checks.body, () => readBody(request)),
    };
    request.state.valid = valid;
    return handler(request, valid);
  };
}
