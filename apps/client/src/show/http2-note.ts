/**
 * Says once why http stays HTTP/1.1 although `--http2` was given. What curl tries there, an `Upgrade` to
 * h2c, is not part of HTTP/2 any more (RFC 9113, 3.1), and hardly a server takes it.
 */

import type { Interceptor } from '@netlayers/client';
import type { HttpChoice } from '../http-version.js';
import type { Notes } from './notes.js';

const TEXT =
  '* HTTP/1.1, since http has no way to agree on HTTP/2 (RFC 9113, 3.1): ' +
  '--http2-prior-knowledge speaks it unasked, https agrees on it';

/** Lets every request pass. */
export function notingHttp2(choice: HttpChoice, notes: Pick<Notes, 'infoOnce'>): Interceptor {
  return (request, next) => {
    if (choice === 'asked' && request.url.protocol === 'http:') notes.infoOnce(TEXT);
    return next(request);
  };
}
