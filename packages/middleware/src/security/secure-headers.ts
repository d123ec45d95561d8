/**
 * Fields that tell browsers to be careful with what they get. What a handler has set stays.
 */

import { checkOptions, type OptionNames } from '@netlayers/host';
import type { Middleware } from '@netlayers/server';
import { after } from '../base/after.js';

/** Settings of {@link secureHeaders}; `null` leaves a field out. */
export interface SecureHeadersOptions {
  /** Where content may come from (CSP). @default "default-src 'self'; frame-ancestors 'self'" and more */
  readonly contentSecurityPolicy?: string | null;
  /** @default 'strict-origin-when-cross-origin' */
  readonly referrerPolicy?: string | null;
  /** Who may embed it. @default 'same-origin' */
  readonly crossOriginResourcePolicy?: string | null;
  /** Whose windows may reach this one. @default 'same-origin' */
  readonly crossOriginOpenerPolicy?: string | null;
  /**
   * For how long browsers come over TLS only, seconds; sent over TLS only (RFC 6797, 7.2).
   * @default 0, which sends nothing: it cannot be taken back
   */
  readonly strictTransportSecurityS?: number;
}

const OPTIONS: OptionNames<SecureHeadersOptions> = {
  contentSecurityPolicy: 'optional',
  referrerPolicy: 'optional',
  crossOriginResourcePolicy: 'optional',
  crossOriginOpenerPolicy: 'optional',
  strictTransportSecurityS: 'optional',
};

const POLICY =
  "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'; object-src 'none'";

/** Makes the middleware. @throws TypeError for an option that is none. */
export function secureHeaders(options: SecureHeadersOptions = {}): Middleware {
  checkOptions('secureHeaders', options, OPTIONS);
  const { contentSecurityPolicy = POLICY, strictTransportSecurityS = 0 } = options;
  const { referrerPolicy = 'strict-origin-when-cross-origin' } = options;
  const { crossOriginResourcePolicy = 'same-origin', crossOriginOpenerPolicy = 'same-origin' } =
    options;
  const fields: [name: string, value: string | null][] = [
    ['X-Content-Type-Options', 'nosniff'],
    ['Content-Security-Policy', contentSecurityPolicy],
    ['Referrer-Policy', referrerPolicy],
    ['Cross-Origin-Resource-Policy', crossOriginResourcePolicy],
    ['Cross-Origin-Opener-Policy', crossOriginOpenerPolicy],
  ];
  return (request, next) =>
    after(next(), (response) => {
      for (const [name, value] of fields) {
        if (value !== null && !response.headers.has(name)) response.header(name, value);
      }
      if (strictTransportSecurityS > 0 && request.secure) {
        const value = `max-age=${strictTransportSecurityS}; includeSubDomains`;
        response.header('Strict-Transport-Security', value);
      }
      return response;
    });
}
