import { Headers, Request, Response, StatusCode } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../support/code-of.js';
import { bytes, textOf } from '../support/pair.js';

describe('messages', () => {
  it('are built in one expression', () => {
    const response = new Response(StatusCode.Ok).header('X', '1').header('X', '2').body('hi');
    expect(textOf(response.serialize())).toBe(
      'HTTP/1.1 200 OK\r\nX: 2\r\nContent-Length: 2\r\n\r\nhi',
    );
    expect(textOf(Response.json({ ä: 1 }).serialize())).toBe(
      'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{"\xc3\xa4":1}',
    );
    expect(Response.html('<p>').headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(Response.text('x', 404).status).toBe(404);
    expect(Response.redirect('/x').headers.get('Location')).toBe('/x');
    const cookies = new Response().header('Set-Cookie', 'a').header('Set-Cookie', 'b');
    expect(cookies.headers.getAll('set-cookie')).toEqual(['a', 'b']);
  });

  it.each([
    [() => new Request('GE T', '/'), 'invalid-method'],
    [() => new Request('', '/'), 'invalid-method'],
    [() => new Request('GET', ''), 'invalid-target'],
    [() => new Request('GET', '/a b'), 'invalid-target'],
    [() => new Request('GET', '/a\r\nX: y'), 'invalid-target'],
    [() => new Request('GET', '*'), 'invalid-target'],
    [() => new Response(99), 'invalid-status'],
    [() => new Response(1000), 'invalid-status'],
    [() => new Response(200.5), 'invalid-status'],
    [() => new Response(200, {}, 'O\nK'), 'invalid-status'],
  ])('cannot be made wrong: %s', (make, code) => {
    expect(codeOf(make)).toBe(code);
  });

  it('with a stream cannot be serialised', () => {
    const stream = { async *[Symbol.asyncIterator]() {} };
    expect(() => new Response().body(stream).serialize()).toThrow(TypeError);
    expect(() => new Request('PUT', '/', { Host: 'a' }).body(stream).serialize()).toThrow(
      TypeError,
    );
  });
});

/** Rows of a message and its bytes, both ways. */
describe('messages and bytes', () => {
  const trailers = (message: Request | Response): typeof message => {
    message.trailers = new Headers({ 'X-Sum': 'abc' });
    return message;
  };
  const rows: [string, Request | Response, string][] = [
    ['GET', new Request('GET', '/', { Host: 'a' }), 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    [
      'an extension method',
      new Request('QUERY-2', '/?q', { Host: '[::1]:8080' }),
      'QUERY-2 /?q HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n',
    ],
    [
      'POST',
      new Request('POST', '/', { Host: 'a' }).body('x=1'),
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nx=1',
    ],
    [
      'absolute-form',
      new Request('GET', 'http://a/b?c', { Host: 'a' }),
      'GET http://a/b?c HTTP/1.1\r\nHost: a\r\n\r\n',
    ],
    [
      'authority-form',
      new Request('CONNECT', 'a:443', { Host: 'a:443' }),
      'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n',
    ],
    [
      'asterisk-form',
      new Request('OPTIONS', '*', { Host: 'a' }),
      'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
    ],
    [
      'a request with trailers',
      trailers(new Request('PUT', '/', { Host: 'a' }).body('abc')),
      'PUT / HTTP/1.1\r\nHost: a\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: abc\r\n\r\n',
    ],
    [
      '200',
      new Response(200, { 'Content-Type': 'text/plain' }).body('ok'),
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok',
    ],
    ['200 without content', new Response(), 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['204', new Response(204), 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['304', new Response(304, { ETag: '"x"' }), 'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n'],
    ['103', new Response(103, { Link: '</a>' }), 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'],
    ['no reason', new Response(299, {}, ''), 'HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n'],
    [
      'a reason of its own',
      new Response(404, {}, 'Nope'),
      'HTTP/1.1 404 Nope\r\nContent-Length: 0\r\n\r\n',
    ],
    [
      'a response with trailers',
      trailers(new Response().body('abc')),
      'HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: abc\r\n\r\n',
    ],
  ];

  it.each(rows)('%s', (_, message, text) => {
    expect(textOf(message.serialize())).toBe(text);
    const parsed =
      message instanceof Request ? Request.parse(bytes(text)) : Response.parse(bytes(text));
    if (parsed.status !== 'complete') throw new Error(JSON.stringify(parsed));
    expect(parsed.consumed).toBe(text.length);
    const back = parsed.message;
    const own = message instanceof Request ? ['content-length', 'transfer-encoding'] : [];
    const framing = ['content-length', 'transfer-encoding', 'trailer', ...own];
    expect([...back.headers].filter(([name]) => !framing.includes(name.toLowerCase()))).toEqual([
      ...message.headers,
    ]);
    expect(back.content === null ? null : textOf(back.content as Uint8Array)).toBe(message.content);
    expect(back.trailers === null ? null : [...back.trailers]).toEqual(
      message.trailers === null ? null : [...message.trailers],
    );
    expect(textOf(back.serialize())).toBe(text);
    if (back instanceof Request && message instanceof Request) {
      expect([back.method, back.target]).toEqual([message.method, message.target]);
    }
    if (back instanceof Response && message instanceof Response) {
      expect([back.status, back.reason]).toEqual([message.status, message.reason]);
    }
  });
});

describe('a redirection', () => {
  it('goes to what a URI can be, whatever it is given [RFC 9110 10.2.2]', () => {
    const to = (location: string) => Response.redirect(location).headers.get('location');
    expect(to('/a?b=c%20d#e')).toBe('/a?b=c%20d#e');
    expect(to('/é')).toBe('/%C3%A9');
    expect(to('/a b')).toBe('/a%20b');
    expect(to('/\u{1f600}')).toBe('/%F0%9F%98%80');
    expect(to('/\ud800')).toBe('/%EF%BF%BD');
    expect(to('/x\r\nSet-Cookie: a=b')).toBe('/x%0D%0ASet-Cookie:%20a=b');
    expect(to('//evil.example/\u00a0')).toBe('//evil.example/%C2%A0');
  });
});
