/** Methods and what they are answered with. */

import { ask, type Row, sized } from '../exchange.js';

export const METHOD_ROWS: readonly Row[] = [
  [
    'HEAD as GET without its content [RFC 9110 9.3.2]',
    ask('HEAD /'),
    { statuses: [200], head: /^content-length: 5$/im },
  ],
  ['HEAD of a stream [RFC 9110 9.3.2]', ask('HEAD /stream'), 200],
  ['HEAD of what is not there [RFC 9110 9.3.2]', ask('HEAD /none'), 404],
  ['HEAD of what only POST has [RFC 9110 9.3.2]', ask('HEAD /text'), 405],
  [
    'HEAD and then GET [RFC 9112 6.3]',
    ask('HEAD /') + ask('GET /'),
    { statuses: [200, 200], body: 'hello' },
  ],
  [
    'POST where only GET is [RFC 9110 15.5.6]',
    sized('POST /', 'abc'),
    { statuses: [405], head: /^allow: GET, HEAD, OPTIONS$/im },
  ],
  [
    'GET where only POST is [RFC 9110 15.5.6]',
    ask('GET /text'),
    { statuses: [405], head: /^allow: POST, OPTIONS$/im },
  ],
  ['DELETE where only GET is [RFC 9110 15.5.6]', ask('DELETE /'), 405],
  ['TRACE [RFC 9110 9.3.8]', ask('TRACE /'), 405],
  ['PUT [RFC 9110 9.3.4]', sized('PUT /put', 'abc'), { statuses: [201], body: 'abc' }],
  ['PATCH where it is not [RFC 9110 15.5.6]', sized('PATCH /put', 'abc'), 405],
  [
    'OPTIONS of a path [RFC 9110 9.3.7]',
    ask('OPTIONS /'),
    { statuses: [204], head: /^allow: GET, HEAD, OPTIONS$/im, not: /^content-length/im },
  ],
  ['OPTIONS of what is not there [RFC 9110 9.3.7]', ask('OPTIONS /none'), 404],
  ['OPTIONS with content [RFC 9110 9.3.7]', sized('OPTIONS /', 'abc'), 204],
  ['a method that nobody knows [RFC 9110 15.6.2]', ask('BREW /'), 501],
  ['a method that nobody knows, of what is not there [RFC 9110 15.5.5]', ask('BREW /none'), 404],
  [
    'any method on a route for all [RFC 9110 9.1]',
    ask('BREW /seen'),
    {
      statuses: [200],
      body: '{"method":"BREW","target":"/seen","path":"/seen","query":[],"authority":"a","version":"1.1","fields":[["Host","a"]]}',
    },
  ],
  [
    'what is not there [RFC 9110 15.5.5]',
    ask('GET /none'),
    { statuses: [404], body: '404 Not Found\n' },
  ],
  ['a method that no RFC but that of PATCH names [RFC 9110 9.1]', ask('PROPFIND /'), 501],
];
