import { Response } from '@netlayers/http';
import {
  type CookieAttributes,
  clearCookie,
  cookiesOf,
  parseCookies,
  serializeCookie,
  setCookie,
} from '@netlayers/middleware';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serve } from '../support/serve.js';

describe('reading', () => {
  const rows: [field: string | null, cookies: Record<string, string>][] = [
    [null, {}],
    ['', {}],
    ['a=1', { a: '1' }],
    ['a=1; b=2', { a: '1', b: '2' }],
    ['a=1;b=2;', { a: '1', b: '2' }],
    [' a = 1 ', { a: '1' }],
    ['a=', { a: '' }],
    ['a', {}],
    ['=1', {}],
    ['a=b=c', { a: 'b=c' }],
    ['a="1"', { a: '1' }],
    ['a="', { a: '"' }],
    ['a=1; a=2', { a: '1' }],
    ['a=%C3%A9%3B', { a: 'é;' }],
    ['a=100%', { a: '100%' }],
    ['__proto__=1', JSON.parse('{"__proto__":"1"}')],
    ['toString=1', { toString: '1' }],
  ];
  it.each(rows)('%j is %j [RFC 6265 5.4]', (field, cookies) => {
    expect(Object.entries(parseCookies(field))).toEqual(Object.entries(cookies));
  });

  it('has no names but those that were sent', () => {
    expect(parseCookies(null).toString).toBeUndefined();
  });

  it('looks at so many cookies and no more', () => {
    const field = Array.from({ length: 1000 }, (_, at) => `c${at}=1`).join('; ');
    expect(Object.keys(parseCookies(field)).length).toBe(200);
  });

  it('takes several lines for one [RFC 9113 8.2.3]', async () => {
    const site = await serve((server) =>
      server.route('GET', '/', (request) => Response.json(cookiesOf(request))),
    );
    const wire = await site.connect();
    wire.stream.write(
      Buffer.from('GET / HTTP/1.1\r\nHost: s\r\nCookie: a=1\r\ncookie: b=2\r\n\r\n'),
    );
    expect(JSON.parse((await wire.answer()).text)).toEqual({ a: '1', b: '2' });
  });
});

describe('writing', () => {
  const rows: [value: string, attributes: CookieAttributes, text: string][] = [
    ['1', {}, 'a=1; Path=/; HttpOnly; SameSite=Lax'],
    ['', { httpOnly: false }, 'a=; Path=/; SameSite=Lax'],
    ['b;c d', { sameSite: 'strict' }, 'a=b%3Bc%20d; Path=/; HttpOnly; SameSite=Strict'],
    ['1', { maxAgeS: 60.9 }, 'a=1; Max-Age=60; Path=/; HttpOnly; SameSite=Lax'],
    [
      '1',
      { expires: 784_111_777_000, domain: 'example.org', path: '/x' },
      'a=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT; Domain=example.org; Path=/x; HttpOnly; SameSite=Lax',
    ],
    [
      '1',
      { secure: true, sameSite: 'none', partitioned: true },
      'a=1; Path=/; Secure; HttpOnly; SameSite=None; Partitioned',
    ],
  ];
  it.each(rows)('%j with %j [RFC 6265 4.1]', (value, attributes, text) => {
    expect(serializeCookie('a', value, attributes)).toBe(text);
  });

  const refused: [name: string, attributes: CookieAttributes][] = [
    ['__Secure-a', {}],
    ['__secure-a', {}],
    ['__Host-a', {}],
    ['__Host-a', { secure: true, path: '/x' }],
    ['__HOST-a', { secure: true, domain: 'example.org' }],
    ['a', { sameSite: 'none' }],
    ['a', { partitioned: true }],
    ['a b', {}],
    ['', {}],
    ['a', { path: '/; Domain=example.org' }],
    ['a', { domain: 'a\r\nb' }],
    ['a', { maxAgeS: Number.NaN }],
  ];
  it.each(refused)('refuses %j with %j (6265bis, 4.1.3)', (name, attributes) => {
    expect(() => serializeCookie(name, '1', attributes)).toThrow(TypeError);
  });

  it('keeps the promises of prefixes (6265bis, 4.1.3)', () => {
    expect(serializeCookie('__Host-a', '1', { secure: true })).toMatch(
      /^__Host-a=1; Path=\/; Secure/,
    );
    expect(serializeCookie('__Secure-a', '1', { secure: true, domain: 'a.b' })).toMatch(
      /Domain=a\.b/,
    );
  });

  it('refuses what clients need not keep [RFC 6265 6.1]', () => {
    expect(serializeCookie('a', 'x'.repeat(4094))).toMatch(/^a=x/);
    expect(() => serializeCookie('a', 'x'.repeat(4095))).toThrow(RangeError);
  });

  it('comes back as it was, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (value) => {
        const field = serializeCookie('a', value).split('; ', 1)[0]!;
        expect(parseCookies(`x=1; ${field}; y=2`)).toEqual({ x: '1', a: value, y: '2' });
      }),
    );
  });

  it('adds lines, and removes by an end that is past [RFC 6265 3.1]', () => {
    const response = setCookie(setCookie(new Response(204), 'a', '1'), 'b', '2');
    clearCookie(response, 'c', { path: '/x' });
    expect(response.headers.getAll('set-cookie')).toEqual([
      'a=1; Path=/; HttpOnly; SameSite=Lax',
      'b=2; Path=/; HttpOnly; SameSite=Lax',
      'c=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/x; HttpOnly; SameSite=Lax',
    ]);
  });
});
