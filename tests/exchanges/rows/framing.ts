/** How long content is: lengths, chunks, and the two together. */

import { ask, chunk, chunked, LAST, type Row, sized } from '../exchange.js';

const length = (value: string, body = 'abc'): string =>
  ask('POST /text', `Content-Length: ${value}\r\n`, body);
const coding = (value: string, body = chunk('abc') + LAST): string =>
  ask('POST /text', `Transfer-Encoding: ${value}\r\n`, body);
const chunks = (text: string): string => chunked('POST /text', text);
const ABC = { statuses: [200], body: 'abc' };

export const FRAMING_ROWS: readonly Row[] = [
  ['content of a known length [RFC 9112 6.2]', sized('POST /text', 'abc'), ABC],
  ['content of length 0 [RFC 9112 6.2]', sized('POST /text', ''), { statuses: [200], body: '' }],
  ['no content without a length [RFC 9112 6.3]', ask('POST /text'), { statuses: [200], body: '' }],
  ['a length with zeros in front [RFC 9110 8.6]', length('003'), ABC],
  ['a length with blanks around it [RFC 9112 5.1]', length(' \t3 \t'), ABC],
  ['an empty length [RFC 9110 8.6]', length(''), -400],
  ['a negative length [RFC 9110 8.6]', length('-3'), -400],
  ['a length with a sign [RFC 9110 8.6]', length('+3'), -400],
  ['a hexadecimal length [RFC 9110 8.6]', length('0x3'), -400],
  ['a length with a point [RFC 9110 8.6]', length('3.0'), -400],
  ['a length with an exponent [RFC 9110 8.6]', length('3e0'), -400],
  ['a length with a letter behind [RFC 9110 8.6]', length('3a'), -400],
  ['a length with a blank inside [RFC 9110 8.6]', length('3 3'), -400],
  ['a length of full-width digits [RFC 9110 8.6]', length('\xef\xbc\x93'), -400],
  ['a length in quotation marks [RFC 9110 8.6]', length('"3"'), -400],
  ['a length with a no-break space [RFC 9110 5.6.3]', length('\xa03'), -400],
  ['two equal lengths in a list [RFC 9110 8.6]', length('3, 3'), -400],
  ['two lengths in a list [RFC 9112 6.3]', length('3, 4'), -400],
  [
    'two equal lines of a length [RFC 9110 8.6]',
    ask('POST /text', 'Content-Length: 3\r\nContent-Length: 3\r\n', 'abc'),
    -400,
  ],
  [
    'two lines of other lengths [RFC 9112 6.3]',
    ask('POST /text', 'Content-Length: 3\r\nContent-Length: 4\r\n', 'abcd'),
    -400,
  ],
  [
    'two lines of lengths in other cases [RFC 9112 6.3]',
    ask('POST /text', 'content-length: 3\r\nCONTENT-LENGTH: 4\r\n', 'abcd'),
    -400,
  ],
  ['a length beyond what numbers can count [RFC 9110 8.6]', length('9007199254740993', ''), -413],
  ['a length of a hundred digits [RFC 9110 8.6]', length('9'.repeat(100), ''), -413],

  ['one chunk [RFC 9112 7.1]', chunks(chunk('abc') + LAST), ABC],
  ['chunks of one octet [RFC 9112 7.1]', chunks(chunk('a') + chunk('b') + chunk('c') + LAST), ABC],
  ['no chunk but the last [RFC 9112 7.1]', chunks(LAST), { statuses: [200], body: '' }],
  [
    'a size in upper case [RFC 9112 7.1]',
    chunks(`A\r\n0123456789\r\n${LAST}`),
    { statuses: [200], body: '0123456789' },
  ],
  [
    'a size in lower case [RFC 9112 7.1]',
    chunks(`a\r\n0123456789\r\n${LAST}`),
    { statuses: [200], body: '0123456789' },
  ],
  ['a size with zeros in front [RFC 9112 7.1]', chunks(`0003\r\nabc\r\n${LAST}`), ABC],
  ['a last chunk of several zeros [RFC 9112 7.1]', chunks(`${chunk('abc')}000\r\n\r\n`), ABC],
  ['an extension without a value [RFC 9112 7.1.1]', chunks(chunk('abc', ';a') + LAST), ABC],
  ['an extension with a value [RFC 9112 7.1.1]', chunks(chunk('abc', ';a=b') + LAST), ABC],
  [
    'an extension with a quoted value [RFC 9112 7.1.1]',
    chunks(chunk('abc', ';a="b;\\"c"') + LAST),
    ABC,
  ],
  ['several extensions [RFC 9112 7.1.1]', chunks(chunk('abc', ';a=b;c;d="e"') + LAST), ABC],
  ['an extension of the last chunk [RFC 9112 7.1.1]', chunks(`${chunk('abc')}0;a=b\r\n\r\n`), ABC],
  [
    'extensions without end [RFC 9112 7.1.1]',
    chunks(chunk('abc', `;${'a'.repeat(20_000)}`) + LAST),
    -413,
  ],
  [
    'extensions of many chunks [RFC 9112 7.1.1]',
    chunks(chunk('a', `;${'b'.repeat(1000)}`).repeat(20) + LAST),
    -413,
  ],
  ['a bare LF inside of an extension [RFC 9112 7.1.1]', chunks(`3;a\nb\r\nabc\r\n${LAST}`), -400],
  ['a bare CR inside of an extension [RFC 9112 7.1.1]', chunks(`3;a\rb\r\nabc\r\n${LAST}`), -400],
  ['a control inside of an extension [RFC 9112 7.1.1]', chunks(`3;a=\x01\r\nabc\r\n${LAST}`), -400],
  ['an extension without a name [RFC 9112 7.1.1]', chunks(chunk('abc', ';') + LAST), -400],
  ['a blank behind a size [RFC 9112 7.1]', chunks(`3 \r\nabc\r\n${LAST}`), -400],
  ['a blank in front of a size [RFC 9112 7.1]', chunks(` 3\r\nabc\r\n${LAST}`), -400],
  ['an empty size [RFC 9112 7.1]', chunks(`\r\nabc\r\n${LAST}`), -400],
  ['a size with 0x [RFC 9112 7.1]', chunks(`0x3\r\nabc\r\n${LAST}`), -400],
  ['a negative size [RFC 9112 7.1]', chunks(`-3\r\nabc\r\n${LAST}`), -400],
  ['a size with a sign [RFC 9112 7.1]', chunks(`+3\r\nabc\r\n${LAST}`), -400],
  ['a size that is no number [RFC 9112 7.1]', chunks(`g\r\nabc\r\n${LAST}`), -400],
  ['a size with an underscore [RFC 9112 7.1]', chunks(`0_3\r\nabc\r\n${LAST}`), -400],
  ['a size beyond what numbers can count [RFC 9112 7.1]', chunks('ffffffffffffffffffff\r\n'), -400],
  [
    'a size whose low half is small [RFC 9112 7.1]',
    chunks(`100000000000000003\r\nabc\r\n${LAST}`),
    -400,
  ],
  ['a bare LF behind a size [RFC 9112 2.2]', chunks(`3\nabc\r\n${LAST}`), -400],
  ['a bare LF behind a chunk [RFC 9112 2.2]', chunks(`3\r\nabc\n${LAST}`), -400],
  ['a chunk that is longer than it says [RFC 9112 7.1]', chunks(`2\r\nabc\r\n${LAST}`), -400],
  ['a chunk that is shorter than it says [RFC 9112 7.1]', chunks(`4\r\nabc\r\n${LAST}`), -400],
  [
    'two octets other than CR and LF behind a chunk [RFC 9112 7.1]',
    chunks(`3\r\nabcXX${LAST}`),
    -400,
  ],

  [
    'trailers [RFC 9112 7.1.2]',
    chunked('POST /trailers', `${chunk('abc')}0\r\nX-A: b\r\nX-C: d\r\n\r\n`),
    { statuses: [200], body: '[["X-A","b"],["X-C","d"]]' },
  ],
  [
    'a trailer that frames [RFC 9110 6.5.1]',
    chunked('POST /trailers', '0\r\nContent-Length: 5\r\n\r\n'),
    { statuses: [200], body: '[]' },
  ],
  [
    'a trailer that names a host [RFC 9110 6.5.1]',
    chunked('POST /trailers', '0\r\nHost: b\r\n\r\n'),
    { statuses: [200], body: '[]' },
  ],
  [
    'a trailer without a colon [RFC 9112 7.1.2]',
    chunked('POST /trailers', '0\r\nX-A\r\n\r\n'),
    -400,
  ],
  ['a folded trailer [RFC 9112 5.2]', chunked('POST /trailers', '0\r\nX-A: b\r\n c\r\n\r\n'), -400],
  [
    'a blank in front of a trailer [RFC 9112 7.1.2]',
    chunked('POST /trailers', '0\r\n X-A: b\r\n\r\n'),
    -400,
  ],
  [
    'trailers without end [RFC 9112 7.1.2]',
    chunked('POST /trailers', `0\r\nX-A: ${'b'.repeat(10_000)}\r\n\r\n`),
    -431,
  ],

  ['chunked in another case [RFC 9112 7]', coding('Chunked'), ABC],
  ['chunked with empty members beside it [RFC 9110 5.6.1]', coding(', chunked,'), ABC],
  ['a coding that is not known [RFC 9112 6.1]', coding('gzip, chunked'), -501],
  ['a coding behind chunked [RFC 9112 6.3]', coding('chunked, gzip'), -400],
  ['chunked twice [RFC 9112 6.1]', coding('chunked, chunked'), -400],
  ['chunked on two lines [RFC 9112 6.1]', coding('chunked\r\nTransfer-Encoding: chunked'), -400],
  ['chunked with a parameter [RFC 9112 7.1]', coding('chunked;a=b'), -400],
  ['a coding alone [RFC 9112 6.3]', coding('gzip', 'abc'), -400],
  ['identity, which is no coding any more [RFC 9112 7]', coding('identity', 'abc'), -400],
  ['an empty coding [RFC 9112 6.3]', coding('', 'abc'), -400],
  ['a coding with a no-break space [RFC 9110 5.6.3]', coding('\xa0chunked'), -400],
  ['a coding with a vertical tab [RFC 9110 5.5]', coding('\x0bchunked'), -400],
  ['a coding in quotation marks [RFC 9112 7]', coding('"chunked"'), -400],
  [
    'a coding and a length [RFC 9112 6.1]',
    ask('POST /text', 'Transfer-Encoding: chunked\r\nContent-Length: 3\r\n', chunk('abc') + LAST),
    -400,
  ],
  [
    'a length and a coding [RFC 9112 6.1]',
    ask('POST /text', 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n', chunk('abc') + LAST),
    -400,
  ],
  [
    'a coding in HTTP/1.0 [RFC 9112 6.1]',
    `POST /text HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n${chunk('abc')}${LAST}`,
    -400,
  ],
  [
    'content of a GET, which is read past [RFC 9110 9.3.1]',
    sized('GET /', 'abc'),
    { statuses: [200], body: 'hello' },
  ],
  [
    'chunks of a GET, which are read past [RFC 9110 9.3.1]',
    chunked('GET /', chunk('abc') + LAST),
    { statuses: [200], body: 'hello' },
  ],
  [
    'content that looks like a request [RFC 9112 6.3]',
    sized('POST /text', ask('GET /throws')),
    { statuses: [200], body: ask('GET /throws') },
  ],
  [
    'a request behind content of length 0 [RFC 9112 6.3]',
    sized('POST /ignore', '') + ask('GET /'),
    { statuses: [200, 200], body: 'hello' },
  ],
  [
    'a request behind chunks [RFC 9112 7.1]',
    chunks(chunk('abc') + LAST) + ask('GET /'),
    { statuses: [200, 200], body: 'hello' },
  ],
  [
    'a request behind trailers [RFC 9112 7.1.2]',
    chunks(`${chunk('abc')}0\r\nX: y\r\n\r\n`) + ask('GET /'),
    { statuses: [200, 200], body: 'hello' },
  ],
];
