/**
 * An overloaded server answers some quickly instead of all too late: 503 with Retry-After (RFC 9110,
 * 15.6.4) while too many requests wait for their handlers, or this thread lags behind.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import { errorResponse, type Middleware, type ServerRequest } from '@netlayers/server';

/** Settings of {@link shedLoad}. */
export interface ShedLoadOptions {
  /** Requests whose handlers have not answered. @default Infinity */
  readonly maxConcurrent?: number;
  /** How far the event loop may lag behind, milliseconds, by `delay`. @default Infinity */
  readonly maxDelayMs?: number;
  /** How far it lags behind now, milliseconds: `eventLoopDelay()` of the entry for Node. */
  readonly delay?: () => number;
  /** When to come back, seconds. @default 1 */
  readonly retryAfterS?: number;
  /** What is always let through, such as the question whether the server is alive. */
  readonly except?: (request: ServerRequest) => boolean;
}

const OPTIONS: OptionNames<ShedLoadOptions> = {
  maxConcurrent: 'optional',
  maxDelayMs: 'optional',
  delay: 'optional',
  retryAfterS: 'optional',
  except: 'optional',
};

/** Makes the middleware. @throws TypeError for an option that is none. */
export function shedLoad(options: ShedLoadOptions): Middleware {
  checkOptions('shedLoad', options, OPTIONS);
  const { maxConcurrent = Number.POSITIVE_INFINITY, maxDelayMs = Number.POSITIVE_INFINITY } =
    options;
  const { delay = () => 0, retryAfterS = 1, except = () => false } = options;
  let running = 0;
  return (request, next) => {
    if (except(request)) return next();
    if (running >= maxConcurrent || delay() > maxDelayMs) {
      return errorResponse(503, 'too much to do').header('Retry-After', String(retryAfterS));
    }
    running++;
    try {
      const answer = next();
      if (!('then' in answer)) {
        running--;
        return answer;
      }
      return answer.then(
        (response) => {
          running--;
          return response;
        },
        (error: unknown) => {
          running--;
          throw error;
        },
      );
    } catch (error) {
      running--;
      throw error;
    }
  };
}
