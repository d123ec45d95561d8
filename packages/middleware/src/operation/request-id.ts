/**
 * A name for each request, the same in every log that it leaves behind: that of whoever asks, where it
 * is one that cannot do harm in a log, else a new one.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import type { Middleware, ServerRequest } from '@netlayers/server';
import { after } from '../base/after.js';
import { StateKey } from '../base/state-key.js';

/** Settings of {@link requestId}. */
export interface RequestIdOptions {
  /** The field that carries it, in and out. @default 'X-Request-Id' */
  readonly field?: string;
  /** Whether an id that came with a request is kept; never one with other characters than `A-Za-z0-9._:+/=@-` or longer than 128. @default all are */
  readonly accept?: (id: string, request: ServerRequest) => boolean;
  /** Makes an id. @default a random UUID */
  readonly make?: () => string;
}

const OPTIONS: OptionNames<RequestIdOptions> = {
  field: 'optional',
  accept: 'optional',
  make: 'optional',
};

const HARMLESS = /^[\w.:+/=@-]{1,128}$/;

const ID = new StateKey<string>('requestId', 'requestId()');

/** The id of a request. @throws TypeError without the middleware around. */
export const requestIdOf = (request: ServerRequest): string => ID.of(request);

/** Makes the middleware. The id stands in the request's own field as well, where a log finds it. @throws TypeError for an option that is none. */
export function requestId(options: RequestIdOptions = {}): Middleware {
  checkOptions('requestId', options, OPTIONS);
  const { field = 'X-Request-Id', accept = () => true } = options;
  const { make = () => crypto.randomUUID() } = options;
  return (request, next) => {
    const given = request.headers.get(field);
    const isKept = given !== null && HARMLESS.test(given) && accept(given, request);
    const id = isKept ? given : make();
    if (!isKept) request.headers.set(field, id);
    ID.set(request, id);
    return after(next(), (response) => response.header(field, id));
  };
}
