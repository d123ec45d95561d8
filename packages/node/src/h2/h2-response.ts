/**
 * The head of a response as HTTP/2 sends it (RFC 9113, 8.2 and 8.3.2): names in lower case, nothing that
 * is about a connection, and what is left out of `Date`, `Server` and `Content-Length`.
 */

import type { OutgoingHttpHeaders } from 'node:http2';
import { type HeadDefaults, localError, type Response } from '@netlayers/http';
import { declaredLength, fieldsOf } from './h2-fields.js';

/** What of a response is to be said. */
export interface ResponsePlan {
  /** Of content in memory; -1 for a stream, and where it says nothing. */
  readonly contentLength: number;
  /** Whether method or status leave no room for content. */
  readonly isBodiless: boolean;
  /** Whether even a length is out of place: 204, and what is no response of HTTP any more. */
  readonly isUnframed: boolean;
}

/**
 * Makes the fields of a final response.
 *
 * @returns them, and the length that the content is bound to; -1 for none.
 * @throws HttpProtocolError `invalid-framing` for a `Content-Length` that is not that of the content.
 */
export function responseHeadOf(
  response: Response,
  defaults: HeadDefaults | undefined,
  plan: ResponsePlan,
): { readonly fields: OutgoingHttpHeaders; readonly length: number } {
  const fields = fieldsOf(response.headers);
  if (defaults !== undefined) {
    if (defaults.date !== null) fields.date ??= defaults.date;
    if (defaults.server !== null) fields.server ??= defaults.server;
  }
  const declared = declaredLength(response.headers);
  const { contentLength, isBodiless, isUnframed } = plan;
  if (!isBodiless && declared >= 0 && contentLength >= 0 && declared !== contentLength) {
    throw localError(
      'invalid-framing',
      `a Content-Length of ${declared} for content of ${contentLength} bytes`,
    );
  }
  const length = declared >= 0 ? declared : contentLength;
  // No content given is not the same as content of no bytes (RFC 9110, 8.6).
  const isSaid = length > 0 || declared >= 0 || (!isBodiless && length === 0);
  if (isUnframed || !isSaid) delete fields['content-length'];
  else fields['content-length'] = String(length);
  fields[':status'] = response.status;
  return { fields, length: isBodiless ? 0 : length };
}
