/**
 * Tells `node:diagnostics_channel` of requests: for tools that watch a process without a change to it.
 *
 * - `netlayers.server.request.start`: `{ request }`; stores that are bound to it hold inside.
 * - `netlayers.server.request.finish`: `{ request, response }`, before the response is sent.
 * - `netlayers.server.request.error`: `{ request, error }`.
 */

import { channel } from 'node:diagnostics_channel';
import type { Response } from '@netlayers/http';
import type { Answer, Middleware } from '@netlayers/server';

const START = channel('netlayers.server.request.start');
const FINISH = channel('netlayers.server.request.finish');
const ERROR = channel('netlayers.server.request.error');

/** Makes the middleware; while nobody listens it does nothing. */
export const diagnostics = (): Middleware => (request, next) => {
  if (!START.hasSubscribers && !FINISH.hasSubscribers && !ERROR.hasSubscribers) return next();
  const finish = (response: Response): Response => {
    FINISH.publish({ request, response });
    return response;
  };
  const fail = (error: unknown): never => {
    ERROR.publish({ request, error });
    throw error;
  };
  let answer: Answer;
  try {
    answer = START.runStores({ request }, next);
  } catch (error) {
    return fail(error);
  }
  return 'then' in answer ? answer.then(finish, fail) : finish(answer);
};
