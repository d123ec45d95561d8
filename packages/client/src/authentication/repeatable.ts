/**
 * Whether an interceptor may send a body once more.
 */

import { isRepeatableStream } from '../body/prepared-body.js';
import type { RequestBody } from '../body/request-body.js';

/** Anything but a stream that somebody has made once. */
export const isRepeatable = (body: RequestBody): boolean =>
  typeof body !== 'object' ||
  body === null ||
  !(Symbol.asyncIterator in body) ||
  isRepeatableStream(body);
