/**
 * What the client is told when no upstream has answered: a status, and nothing of what is behind it.
 */

import { ClientError } from '@netlayers/client';
import type { Response } from '@netlayers/http';
import { errorResponse } from '@netlayers/server';
import type { Unavailable } from '../upstream/upstreams.js';

/** Seconds after which to come back, where nothing better is known. */
const RETRY_AFTER = '1';

const TIMEOUTS: ReadonlySet<string> = new Set([
  'connect-timeout',
  'headers-timeout',
  'body-timeout',
  'total-timeout',
  'ETIMEDOUT',
]);

/** The answer where there is nobody to ask (RFC 9110, 15.6.4). */
export const unavailable = (why: Unavailable): Response =>
  errorResponse(503, why === 'none' ? 'no server is available' : 'too many requests wait').header(
    'Retry-After',
    RETRY_AFTER,
  );

/** The answer where an upstream has failed (RFC 9110, 15.6.3 and 15.6.5). */
export const failed = (error: unknown): Response =>
  error instanceof ClientError && TIMEOUTS.has(error.code)
    ? errorResponse(504, 'the server behind this one did not answer in time')
    : errorResponse(502, 'the server behind this one did not answer properly');
