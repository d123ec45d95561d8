import { DEFAULT_RESPONSE_LIMITS, Request, Response, ResponseParser } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { bytes, clientEnd, textOf } from '../support/pair.js';

/** Reads a response whole and byte by byte; the content, or the reason of its refusal. */
function read(text: string, ended = false): string {
  const input = bytes(text);
  const outcomes = [input.length, 1].map((step) => {
    const parser = new ResponseParser();
    let content = '';
    for (let start = 0; start < input.length; start += step) {
      const end = Math.min(input.length, start + step);
      for (let at = start; ; ) {
        at = parser.read(input, at, end);
        if (parser.event === 'error') return `refused: ${parser.error}`;
        if (parser.event === 'body') content += textOf(input, parser.bodyStart, parser.bodyEnd);
        if (parser.event === 'end') return content;
        if (parser.event === 'partial') break;
      }
    }
    if (!ended) return 'partial';
    parser.finish();
    return parser.event === 'end' ? content : `refused: ${parser.error}`;
  });
  expect(outcomes[1]).toBe(outcomes[0]);
  return outcomes[0]!;
}

const chunked = (body: string): string =>
  read(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body}`);
const withFields = (fields: string, body = 'ok'): string =>
  read(`HTTP/1.1 200 OK\r\n${fields}\r\n${body}`);

describe('what servers write and clients read', () => {
  it.each([
    ['padded with blanks', '2  \r\nok\r\n0 \t\r\n\r\n'],
    ['with leading zeros', '00002\r\nok\r\n0000\r\n\r\n'],
    ['with an empty extension', '2;\r\nok\r\n0;\r\n\r\n'],
    ['with an extension that is no token', '2;a=b=c / "d\r\nok\r\n0\r\n\r\n'],
    ['with bytes above ascii in its extension', '2;\xe9\r\nok\r\n0\r\n\r\n'],
  ])('a chunk size %s [RFC 9112 7.1.1]', (_, body) => {
    expect(chunked(body)).toBe('ok');
  });

  it.each([
    ['a line feed alone', '2\nok\r\n0\r\n\r\n'],
    ['a line feed hidden in an extension', '2;a\n\r\nok\r\n0\r\n\r\n'],
    ['a carriage return hidden in an extension', '2;a\rb\r\nok\r\n0\r\n\r\n'],
    ['NUL in an extension', '2;\0\r\nok\r\n0\r\n\r\n'],
    ['something between size and semicolon', '2 x\r\nok\r\n0\r\n\r\n'],
    ['a blank in front', ' 2\r\nok\r\n0\r\n\r\n'],
    ['no digit', ';x\r\nok\r\n0\r\n\r\n'],
    ['a sign', '+2\r\nok\r\n0\r\n\r\n'],
    ['0x', '0x2\r\nok\r\n0\r\n\r\n'],
    ['more than any number', 'fffffffffffffffff\r\n'],
    ['too little behind it', '3\r\nok\r\n0\r\n\r\n'],
    ['too much behind it', '1\r\nok\r\n0\r\n\r\n'],
    ['no end of the data', '2\r\nok0\r\n\r\n'],
  ])('but no chunk size with %s [RFC 9112 7.1]', (_, body) => {
    expect(chunked(body)).toMatch(/^refused/);
  });

  it('an extension in each of many chunks, of which one may be large [RFC 9112 7.1.1]', () => {
    const one = `1;signature=${'x'.repeat(1000)}\r\na\r\n`;
    expect(chunked(`${one.repeat(100)}0\r\n\r\n`)).toBe('a'.repeat(100));
    expect(chunked(`1;${'x'.repeat(20_000)}\r\n`)).toBe('refused: chunk-extensions-too-large');
  });

  it.each([
    ['two equal lengths in one line', 'Content-Length: 2, 2\r\n'],
    ['two equal lengths in two lines', 'Content-Length: 2\r\nContent-Length: 2\r\n'],
    ['blanks around a length', 'Content-Length: \t 2 \r\n'],
    ['blanks before the colon of another field', 'Content-Length: 2\r\nX-Other \t: 1\r\n'],
    ['a value with bytes above ascii', 'Content-Length: 2\r\nX: \xe9\xa0\r\n'],
    ['a folded value', 'Content-Length: 2\r\nX: a\r\n\t b\r\n'],
  ])('%s [RFC 9112 6.3]', (_, fields) => {
    expect(withFields(fields)).toBe('ok');
  });

  it.each([
    ['different lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n'],
    ['a length of several readings', 'Content-Length: 2, 02x\r\n'],
    ['a length with a no-break space', 'Content-Length: 2,\xa02\r\n'],
    ['a negative length', 'Content-Length: -2\r\n'],
    ['an empty length', 'Content-Length:\r\n'],
    ['a length and chunks', 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n'],
    ['a length and identity', 'Content-Length: 2\r\nTransfer-Encoding: identity\r\n'],
    ['chunked twice', 'Transfer-Encoding: chunked, chunked\r\n'],
    ['chunked before the last', 'Transfer-Encoding: chunked, identity\r\n'],
    ['blanks before the colon of a length', 'Content-Length : 2\r\n'],
    ['blanks before the colon of the coding', 'Transfer-Encoding\t: chunked\r\n'],
    ['a field that is folded before it begins', ' Content-Length: 2\r\n'],
    ['a line feed alone', 'Content-Length: 2\nX: 1\r\n'],
  ])('but never %s [RFC 9112 11.1, 11.2]', (_, fields) => {
    expect(withFields(fields)).toMatch(/^refused/);
  });

  it('the coding identity, which is none, until the close [RFC 9112 6.3]', () => {
    const text = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: Identity\r\n\r\nok';
    expect(read(text, true)).toBe('ok');
  });

  it('the name without the blanks behind it [RFC 9112 5.1]', () => {
    const parsed = Response.parse(bytes('HTTP/1.1 204 No\r\nX-A \t : 1\r\n\r\n'));
    if (parsed.status !== 'complete') throw new Error(parsed.status);
    expect([...parsed.message.headers]).toEqual([['X-A', '1']]);
  });
});

describe('the limits of a response', () => {
  const head = (fields: number, size = 1): string =>
    `HTTP/1.1 204 No\r\n${`A: ${'x'.repeat(size)}\r\n`.repeat(fields)}\r\n`;

  it.each([
    ['5,000 fields', head(5000), ''],
    ['5,001 fields', head(5001), 'refused: too-many-fields'],
    ['300,000 bytes', head(100, 2996), ''],
    ['310,000 bytes', head(100, 3100), 'refused: header-section-too-large'],
  ])('%s', (_, text, outcome) => {
    expect(read(text)).toBe(outcome);
  });

  it('are not those of a request', () => {
    expect(DEFAULT_RESPONSE_LIMITS.fieldCount).toBe(5000);
    const fields = 'A: 1\r\n'.repeat(150);
    expect(Request.parse(bytes(`GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`)).status).toBe('error');
  });
});

describe('interim responses', () => {
  const interim = 'HTTP/1.1 103 E\r\nLink: </a>\r\n\r\n';
  const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';

  function answered(text: string): readonly unknown[] {
    const { connection, log, receives } = clientEnd();
    connection.sendRequest(new Request('GET', '/', { Host: 'a' }));
    receives(text);
    return log.events;
  }

  it('are bounded in number [RFC 9110 15.2]', () => {
    expect(answered(interim.repeat(128) + ok)).toHaveLength(128 + 3);
    const events = answered(interim.repeat(129) + ok);
    expect(events).toHaveLength(128 + 1);
    expect(String(events.at(-1))).toContain('too-many-interim-responses');
  });

  it('are bounded in bytes [RFC 9110 15.2]', () => {
    const large = `HTTP/1.1 103 E\r\nLink: ${'x'.repeat(100_000)}\r\n\r\n`;
    expect(String(answered(large.repeat(3) + ok).at(-1))).not.toContain('interim');
    expect(String(answered(large.repeat(4) + ok).at(-1))).toContain('too-many-interim-responses');
  });

  it('are counted anew for each request', () => {
    const { connection, log, receives } = clientEnd();
    for (let i = 0; i < 3; i++) {
      connection.sendRequest(new Request('GET', '/', { Host: 'a' }));
      receives(interim.repeat(100) + ok);
    }
    expect(String(log.events)).not.toContain('too-many');
    expect(connection.canRequest).toBe(true);
  });
});
