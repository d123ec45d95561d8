/** Responses: their framing, their fields, and content that is read. */

import { ask, chunk, chunked, LAST, type Row, sized } from '../exchange.js';

const form = (type: string, body: string): string =>
  sized('POST /form', body, `Content-Type: ${type}\r\n`);
const json = (body: string): string => sized('POST /json', body);
const PART = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n';

export const CONTENT_ROWS: readonly Row[] = [
  [
    'Date [RFC 9110 6.6.1]',
    ask('GET /'),
    {
      statuses: [200],
      head: /^date: (Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/im,
    },
  ],
  ['Server [RFC 9110 10.2.4]', ask('GET /'), { statuses: [200], head: /^server: netlayers$/im }],
  [
    'a length of what is in memory [RFC 9112 6.2]',
    ask('GET /'),
    { statuses: [200], head: /^content-length: 5$/im, not: /^transfer-encoding/im },
  ],
  [
    'chunks of a stream [RFC 9112 7.1]',
    ask('GET /stream'),
    {
      statuses: [200],
      body: 'abc',
      head: /^transfer-encoding: chunked$/im,
      not: /^content-length/im,
    },
  ],
  [
    'a stream of a known length [RFC 9112 6.2]',
    ask('GET /known'),
    { statuses: [200], body: 'abc', head: /^content-length: 3$/im },
  ],
  [
    'trailers of a response [RFC 9110 6.5]',
    ask('GET /trailers'),
    { statuses: [200], body: 'abc', head: /^trailer: x-sum$/im },
  ],
  [
    'content of no octets [RFC 9110 8.6]',
    ask('GET /empty'),
    { statuses: [200], body: '', head: /^content-length: 0$/im },
  ],
  [
    '204 without content and length [RFC 9110 15.3.5]',
    ask('GET /status/204'),
    { statuses: [204], not: /^(content-length|transfer-encoding)/im },
  ],
  ['304 without content [RFC 9110 15.4.5]', ask('GET /text/304'), { statuses: [304], body: '' }],
  [
    '205 without content [RFC 9110 15.3.6]',
    ask('GET /text/205'),
    { statuses: [205], body: '', head: /^content-length: 0$/im },
  ],
  [
    '204 with content, which is left out [RFC 9110 15.3.5]',
    ask('GET /text/204') + ask('GET /'),
    { statuses: [204, 200], body: 'hello' },
  ],
  [
    'a status that nobody knows [RFC 9110 15]',
    ask('GET /text/599'),
    { statuses: [599], body: 'text' },
  ],
  [
    'a status with an empty reason [RFC 9112 4]',
    ask('GET /text/299'),
    { statuses: [299], head: /^HTTP\/1\.1 299 (\r\n|$)/ },
  ],
  ['an interim status as the final one [RFC 9110 15.2]', ask('GET /status/103'), 500],
  ['101 that nobody asked for [RFC 9110 15.2.2]', ask('GET /status/101'), 500],
  ['a status that is none [RFC 9110 15]', ask('GET /status/99'), 500],
  [
    'lines of Set-Cookie, each for itself [RFC 9110 5.3]',
    ask('GET /cookies'),
    { statuses: [200], head: /^set-cookie: a=1\r\nset-cookie: b=2$/im },
  ],
  [
    'a redirection to what a URI can be [RFC 9110 10.2.2]',
    ask('GET /redirect'),
    { statuses: [302], head: /^location: \/%C3%A9%20x$/im },
  ],
  [
    'an error of the program, whose words stay inside [RFC 9110 15.6.1]',
    ask('GET /throws'),
    { statuses: [500], body: '500 Internal Server Error\n' },
  ],
  [
    'an error that is an answer [RFC 9110 15.5]',
    ask('GET /refuses'),
    { statuses: [418], head: /^HTTP\/1\.1 418 / },
  ],

  ['JSON [RFC 9110 8.3]', json('{"a":[1]}'), { statuses: [200], body: '{"a":[1]}' }],
  ['what is no JSON [RFC 9110 15.5.1]', json('{'), 400],
  ['no JSON at all [RFC 9110 15.5.1]', json(''), 400],
  [
    'a form in a URL [RFC 9110 8.3]',
    form('application/x-www-form-urlencoded', 'a=b+c&d=%C3%A9'),
    { statuses: [200], body: '[["a","b c"],["d","\xc3\xa9"]]' },
  ],
  [
    'a form of parts [RFC 7578 4]',
    form('multipart/form-data; boundary=b', PART),
    { statuses: [200], body: '[["a","x"]]' },
  ],
  ['a form of a type that is none [RFC 9110 15.5.16]', form('text/plain', 'a=b'), 415],
  ['a form without a boundary [RFC 7578 4.1]', form('multipart/form-data', PART), 400],
  [
    'a form that is cut short [RFC 7578 4.1]',
    form('multipart/form-data; boundary=b', PART.slice(0, 30)),
    400,
  ],
  [
    'more than a handler collects [RFC 9110 15.5.14]',
    ask('POST /text', 'Content-Length: 8388609\r\n'),
    -413,
  ],
  [
    'an echo of a known length [RFC 9110 9.3.3]',
    sized('POST /echo', 'abc'),
    { statuses: [200], body: 'abc' },
  ],
  [
    'an echo of chunks [RFC 9112 7.1]',
    chunked('POST /echo', chunk('ab') + chunk('c') + LAST),
    { statuses: [200], body: 'abc' },
  ],
  [
    'UTF-8 that is none, replaced [RFC 9110 8.3.2]',
    sized('POST /text', '\xff'),
    { statuses: [200], body: '\xef\xbf\xbd' },
  ],
];
