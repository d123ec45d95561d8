/** Field lines, Host above all. */

import { ask, type Row } from '../exchange.js';

const get = (fields: string): string => `GET / HTTP/1.1\r\n${fields}\r\n`;
const host = (value: string): string => get(`Host:${value}\r\n`);
const seen = (fields: string): string => `GET /seen HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
const fields = (...more: [string, string][]) => ({
  statuses: [200],
  body: JSON.stringify({
    method: 'GET',
    target: '/seen',
    path: '/seen',
    query: [],
    authority: 'a',
    version: '1.1',
    fields: [['Host', 'a'], ...more],
  }),
});

export const FIELD_ROWS: readonly Row[] = [
  ['no Host [RFC 9112 3.2]', get(''), -400],
  ['two lines of Host [RFC 9112 3.2]', get('Host: a\r\nHost: a\r\n'), -400],
  ['two lines of Host in other cases [RFC 9112 3.2]', get('Host: a\r\nhOST: b\r\n'), -400],
  ['an empty Host [RFC 9112 3.2]', host(''), 200],
  ['a Host with a port [RFC 9110 7.2]', host(' a:8080'), 200],
  ['a Host with an empty port [RFC 9110 7.2]', host(' a:'), 200],
  ['a Host with a port beyond 65535 [RFC 9110 7.2]', host(' a:65536'), -400],
  ['a Host with letters for a port [RFC 9110 7.2]', host(' a:b'), -400],
  ['a Host with a path [RFC 9110 7.2]', host(' a/b'), -400],
  ['a Host with user information [RFC 9110 7.2]', host(' u@a'), -400],
  ['a Host with a blank [RFC 9110 7.2]', host(' a b'), -400],
  ['a Host of two members [RFC 9110 7.2]', host(' a, b'), -400],
  ['a Host with an octet above ASCII [RFC 9110 7.2]', host(' \xe9'), -400],
  ['a Host that is percent-encoded [RFC 9110 7.2]', host(' %61'), 200],
  ['a Host with a malformed percent-encoding [RFC 9110 7.2]', host(' %6'), -400],
  ['a Host that is an IPv4 address [RFC 9110 7.2]', host(' 10.0.0.1:80'), 200],
  ['a Host that is an IPv6 address [RFC 9110 7.2]', host(' [2001:db8::1]:80'), 200],
  ['a Host of an IPv6 address without brackets [RFC 9110 7.2]', host(' 2001:db8::1'), -400],
  ['a Host of a broken bracket [RFC 9110 7.2]', host(' [::1'), -400],
  ['a Host that ends with a dot [RFC 9110 7.2]', host(' a.example.'), 200],
  ['blanks around a Host [RFC 9112 5.1]', host(' \t a \t '), 200],
  ['no Host in HTTP/1.0 [RFC 9112 3.2]', 'GET / HTTP/1.0\r\n\r\n', -200],

  ['a field as it stands [RFC 9110 5.5]', seen('X-A: b c\r\n'), fields(['X-A', 'b c'])],
  ['a field without a blank [RFC 9112 5.1]', seen('X-A:b\r\n'), fields(['X-A', 'b'])],
  [
    'blanks and tabs around a value [RFC 9112 5.1]',
    seen('X-A: \t b\tc \t\r\n'),
    fields(['X-A', 'b\tc']),
  ],
  ['an empty value [RFC 9110 5.5]', seen('X-A:\r\n'), fields(['X-A', ''])],
  ['a value of blanks [RFC 9112 5.1]', seen('X-A: \t \r\n'), fields(['X-A', ''])],
  [
    'lines of one name, in their order [RFC 9110 5.3]',
    seen('A: 1\r\nB: 2\r\na: 3\r\n'),
    fields(['A', '1'], ['B', '2'], ['a', '3']),
  ],
  [
    'a name of every character a token has [RFC 9110 5.6.2]',
    seen("a!#$%&'*+-.^_`|~9Z: b\r\n"),
    fields(["a!#$%&'*+-.^_`|~9Z", 'b']),
  ],
  ['an octet above ASCII in a value [RFC 9110 5.5]', seen('X-A: \xe9\r\n'), 200],
  [
    'a no-break space, which is none of the blanks [RFC 9110 5.6.3]',
    seen('X-A: \xa0b\xa0\r\n'),
    200,
  ],
  ['a colon in a value [RFC 9110 5.5]', seen('X-A: b:c\r\n'), fields(['X-A', 'b:c'])],
  ['a blank in front of the colon [RFC 9112 5.1]', seen('X-A : b\r\n'), -400],
  ['a tab in front of the colon [RFC 9112 5.1]', seen('X-A\t: b\r\n'), -400],
  ['a blank inside of a name [RFC 9110 5.1]', seen('X A: b\r\n'), -400],
  ['an empty name [RFC 9110 5.1]', seen(': b\r\n'), -400],
  ['a line without a colon [RFC 9112 5]', seen('X-A\r\n'), -400],
  ['a separator in a name [RFC 9110 5.1]', seen('X(A: b\r\n'), -400],
  ['an octet above ASCII in a name [RFC 9110 5.1]', seen('X\xe9: b\r\n'), -400],
  ['a NUL in a value [RFC 9110 5.5]', seen('X-A: b\0c\r\n'), -400],
  ['a bare CR in a value [RFC 9110 5.5]', seen('X-A: b\rc\r\n'), -400],
  ['a bare CR at the end of a value [RFC 9112 2.2]', seen('X-A: b\r\r\n'), -400],
  ['a bare LF in a value [RFC 9110 5.5]', seen('X-A: b\nc: d\r\n'), -400],
  ['a control in a value [RFC 9110 5.5]', seen('X-A: b\x01\r\n'), -400],
  ['DEL in a value [RFC 9110 5.5]', seen('X-A: b\x7f\r\n'), -400],
  ['a folded line [RFC 9112 5.2]', seen('X-A: b\r\n c\r\n'), -400],
  ['a line folded with a tab [RFC 9112 5.2]', seen('X-A: b\r\n\tc\r\n'), -400],
  ['a fold of nothing [RFC 9112 5.2]', seen('X-A: b\r\n \r\n'), -400],
  ['a hundred lines [RFC 9110 5.4]', seen('A: b\r\n'.repeat(99)), 200],
  ['more lines than are taken [RFC 9110 5.4]', seen('A: b\r\n'.repeat(200)), -431],
  ['a line that is long [RFC 9110 5.4]', seen(`A: ${'b'.repeat(15_000)}\r\n`), 200],
  ['a header section that is too long [RFC 9110 5.4]', seen(`A: ${'b'.repeat(20_000)}\r\n`), -431],
  [
    'many lines that are too long together [RFC 9110 5.4]',
    seen(`A: ${'b'.repeat(1000)}\r\n`.repeat(20)),
    -431,
  ],

  [
    'an expectation that is none [RFC 9110 10.1.1]',
    ask('POST /text', 'Content-Length: 1\r\nExpect: 200-ok\r\n'),
    -417,
  ],
  [
    'an expectation of a request without content [RFC 9110 10.1.1]',
    ask('GET /', 'Expect: 100-continue\r\n'),
    200,
  ],
];
