/**
 * Versions of HTTP, as people and curl write them.
 */

import type { HttpVersion } from '@netlayers/http';

/** HTTP/2 has no minor versions (RFC 9113, 8.3). */
export const shownVersion = (version: HttpVersion): string => (version === '2.0' ? '2' : version);

/** Which versions may be spoken. */
export type HttpChoice =
  /** HTTP/2 where TLS agrees on it. */
  | 'agreed'
  /** The same, said by whoever runs the command. */
  | 'asked'
  /** Nothing but HTTP/1.1. */
  | '1.1'
  /** HTTP/2 without TLS too, unasked. */
  | 'prior-knowledge';
