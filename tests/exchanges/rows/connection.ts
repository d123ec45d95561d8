/** Persistence, pipelines, expectations, upgrades. */

import { ask, chunk, LAST, type Row, sized } from '../exchange.js';

const old = (fields = ''): string => `GET / HTTP/1.0\r\n${fields}\r\n`;
const EXPECT = 'Expect: 100-continue\r\n';
const upgrade = (to: string, connection = 'upgrade'): string =>
  ask('GET /', `Connection: ${connection}\r\nUpgrade: ${to}\r\n`);

export const CONNECTION_ROWS: readonly Row[] = [
  ['a connection that goes on [RFC 9112 9.3]', ask('GET /'), 200],
  ['close [RFC 9112 9.6]', ask('GET /', 'Connection: close\r\n'), -200],
  ['close in another case [RFC 9112 9.6]', ask('GET /', 'Connection: Close\r\n'), -200],
  ['close among others [RFC 9112 9.6]', ask('GET /', 'Connection: x, close , y\r\n'), -200],
  [
    'close on a second line [RFC 9112 9.6]',
    ask('GET /', 'Connection: keep-alive\r\nConnection: close\r\n'),
    -200,
  ],
  ['closed, which is not close [RFC 9110 7.6.1]', ask('GET /', 'Connection: closed\r\n'), 200],
  [
    'a request behind close [RFC 9112 9.6]',
    ask('GET /', 'Connection: close\r\n') + ask('GET /'),
    -200,
  ],
  [
    'a response that says close [RFC 9112 9.6]',
    ask('GET /close') + ask('GET /'),
    { statuses: [200], body: 'bye', closes: true },
  ],
  ['HTTP/1.0 [RFC 9112 9.3]', old(), -200],
  [
    'HTTP/1.0 with keep-alive [RFC 9112 9.3]',
    old('Connection: keep-alive\r\n'),
    { statuses: [200], head: /^connection: keep-alive$/im },
  ],
  [
    'HTTP/1.0 with keep-alive and close [RFC 9112 9.3]',
    old('Connection: keep-alive, close\r\n'),
    -200,
  ],
  [
    'HTTP/1.1 in the answer to HTTP/1.0 [RFC 9110 6.2]',
    old(),
    { statuses: [200], head: /^HTTP\/1\.1 200 OK/, closes: true },
  ],
  [
    'a stream to HTTP/1.0, until the close [RFC 9112 6.3]',
    'GET /stream HTTP/1.0\r\n\r\n',
    { statuses: [200], body: 'abc', not: /^transfer-encoding/im, closes: true },
  ],
  [
    'a stream of a known length to HTTP/1.0 [RFC 9112 6.2]',
    'GET /known HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
    { statuses: [200], body: 'abc' },
  ],
  [
    'trailers to HTTP/1.0, which knows none [RFC 9112 7.1.2]',
    'GET /trailers HTTP/1.0\r\n\r\n',
    { statuses: [200], body: 'abc', not: /^trailer/im, closes: true },
  ],
  [
    'Proxy-Connection, which means nothing [RFC 9112 9.3]',
    ask('GET /', 'Proxy-Connection: close\r\n'),
    200,
  ],

  [
    'two requests at once [RFC 9112 9.3.2]',
    ask('GET /users/1') + ask('GET /users/2'),
    { statuses: [200, 200], body: '{"id":"2"}' },
  ],
  [
    'ten requests at once [RFC 9112 9.3.2]',
    Array.from({ length: 10 }, (_, n) => ask(`GET /users/${n}`)).join(''),
    { statuses: Array(10).fill(200), body: '{"id":"9"}' },
  ],
  [
    'requests of all kinds at once [RFC 9112 9.3.2]',
    ask('HEAD /') +
      sized('POST /text', 'abc') +
      ask('GET /stream') +
      ask('GET /none') +
      ask('GET /'),
    { statuses: [200, 200, 200, 404, 200], body: 'hello' },
  ],
  [
    'a bad request behind a good one [RFC 9112 9.3.2]',
    `${ask('GET /')}GET\r\n\r\n`,
    { statuses: [200, 400], closes: true },
  ],
  ['a request behind a bad one [RFC 9112 9.3]', `GET\r\n\r\n${ask('GET /')}`, -400],
  [
    'empty lines between requests [RFC 9112 2.2]',
    `${ask('GET /')}\r\n\r\n${ask('GET /')}`,
    { statuses: [200, 200] },
  ],
  [
    'content that no handler reads, and a request [RFC 9112 9.3]',
    sized('POST /ignore', 'abc') + ask('GET /'),
    { statuses: [200, 200], body: 'hello' },
  ],

  [
    'an expectation, and content behind it [RFC 9110 10.1.1]',
    sized('POST /text', 'abc', EXPECT),
    { statuses: [100, 200], body: 'abc' },
  ],
  [
    'an expectation, and chunks behind it [RFC 9110 10.1.1]',
    ask('POST /text', `${EXPECT}Transfer-Encoding: chunked\r\n`, chunk('abc') + LAST),
    { statuses: [100, 200], body: 'abc' },
  ],
  [
    'an expectation that nobody reads for [RFC 9110 10.1.1]',
    ask('POST /ignore', `${EXPECT}Content-Length: 3\r\n`),
    -200,
  ],
  [
    'an expectation of what is too large [RFC 9110 10.1.1]',
    ask('POST /text', `${EXPECT}Content-Length: 9000000\r\n`),
    -413,
  ],
  [
    'an expectation of what is not there [RFC 9110 10.1.1]',
    ask('POST /none', `${EXPECT}Content-Length: 3\r\n`),
    -404,
  ],
  [
    'an expectation of HTTP/1.0, which has none [RFC 9110 10.1.1]',
    `POST /text HTTP/1.0\r\n${EXPECT}Content-Length: 3\r\n\r\nabc`,
    { statuses: [200], body: 'abc', closes: true },
  ],
  [
    'an expectation in another case [RFC 9110 10.1.1]',
    sized('POST /text', 'abc', 'Expect: 100-Continue\r\n'),
    { statuses: [100, 200], body: 'abc' },
  ],
  [
    'an interim response [RFC 9110 15.2]',
    ask('GET /hints'),
    { statuses: [103, 200], body: 'hinted' },
  ],
  [
    'no interim response to HTTP/1.0 [RFC 9110 15.2]',
    'GET /hints HTTP/1.0\r\n\r\n',
    { statuses: [200], body: 'hinted', closes: true },
  ],

  [
    'an upgrade [RFC 9110 7.8]',
    upgrade('shout'),
    { statuses: [101], head: /^upgrade: shout$/im, body: '' },
  ],
  [
    'an upgrade with octets behind it [RFC 9110 7.8]',
    `${upgrade('shout')}hello`,
    { statuses: [101], body: 'HELLO' },
  ],
  [
    'an upgrade among others [RFC 9110 7.8]',
    upgrade('h2c, shout'),
    { statuses: [101], head: /^upgrade: shout$/im },
  ],
  ['an upgrade in another case [RFC 9110 7.8]', upgrade('SHOUT', 'Upgrade'), 101],
  ['an upgrade that is not known [RFC 9110 7.8]', upgrade('h2c'), 200],
  [
    'an upgrade that Connection does not name [RFC 9110 7.8]',
    ask('GET /', 'Upgrade: shout\r\n'),
    200,
  ],
  ['an upgrade in HTTP/1.0 [RFC 9110 7.8]', old('Connection: upgrade\r\nUpgrade: shout\r\n'), -200],
  [
    'an upgrade with content, which is not taken [RFC 9110 7.8]',
    sized('POST /text', 'abc', 'Connection: upgrade\r\nUpgrade: shout\r\n'),
    { statuses: [200], body: 'abc' },
  ],
];
