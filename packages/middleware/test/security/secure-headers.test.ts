import { Response } from '@netlayers/http';
import { type SecureHeadersOptions, secureHeaders } from '@netlayers/middleware';
import { expect, it } from 'vitest';
import { serve } from '../support/serve.js';

const fieldsOf = async (
  options: SecureHeadersOptions = {},
  answer = Response.text(''),
  isSecure = false,
) => {
  const site = await serve(
    (server) => server.use(secureHeaders(options)).route('GET', '/', async () => answer),
    { trustedGateway: () => isSecure },
  );
  return (await site.ask('GET', '/')).headers;
};

it('tells browsers to be careful', async () => {
  const headers = await fieldsOf();
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'self'");
  expect(headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin');
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
});

it('leaves what a handler says, and out what is not wanted', async () => {
  const answer = Response.text('').header('Content-Security-Policy', 'default-src *');
  const headers = await fieldsOf({ referrerPolicy: null }, answer);
  expect(headers.getAll('content-security-policy')).toEqual(['default-src *']);
  expect(headers.has('referrer-policy')).toBe(false);
});

it('speaks of TLS over TLS only [RFC 6797 7.2]', async () => {
  const options = { strictTransportSecurityS: 60 };
  const there = await fieldsOf(options, Response.text(''), true);
  expect(there.get('strict-transport-security')).toBe('max-age=60; includeSubDomains');
  const here = await fieldsOf(options);
  expect(here.has('strict-transport-security')).toBe(false);
});
