import { Request, RequestParser, Response } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { bytes, serverEnd } from '../support/pair.js';
import { SMUGGLING_CORPUS } from '../support/smuggling-corpus.js';

/** Status of the refusal or 0, with what the parser made of the request, for any pieces. */
function outcome(text: string, pieces: number): string {
  const parser = new RequestParser();
  const buf = bytes(text);
  let body = '';
  for (let start = 0; start < buf.length; start += pieces) {
    const end = Math.min(buf.length, start + pieces);
    let at = start;
    for (;;) {
      at = parser.read(buf, at, end);
      if (parser.event === 'partial') break;
      if (parser.event === 'body') body += buf.subarray(parser.bodyStart, parser.bodyEnd).join();
      if (parser.event === 'error') return `${parser.error}`;
      if (parser.event === 'end') {
        const { head, trailers } = parser;
        return JSON.stringify([
          head,
          [...(head?.headers ?? [])],
          body.replaceAll(',', ''),
          trailers,
          at,
        ]);
      }
    }
  }
  return 'partial';
}

describe('requests that are read in different ways', () => {
  it('are many', () => {
    expect(SMUGGLING_CORPUS.length).toBeGreaterThan(150);
    expect(new Set(SMUGGLING_CORPUS.map(([name]) => name)).size).toBe(SMUGGLING_CORPUS.length);
  });

  it.each(SMUGGLING_CORPUS)('%s', (_, text, status) => {
    const parsed = Request.parse(bytes(text));
    expect(parsed.status === 'error' ? parsed.statusCode : parsed.status).toBe(
      status || 'complete',
    );
    // The same in any pieces.
    const whole = outcome(text, text.length);
    for (const pieces of [1, 2, 3, 7, 100]) expect(outcome(text, pieces)).toBe(whole);
    // And on a connection: a refusal ends it, so nothing behind it is ever taken for a request.
    const { connection, sink, receives, log } = serverEnd();
    receives(`${text}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`);
    if (status === 0) return;
    expect(log.events.filter((event) => event.startsWith('error'))).toHaveLength(1);
    if (connection.canRespond) connection.sendResponse(new Response(status));
    expect(sink.text).toContain(`HTTP/1.1 ${status} `);
    expect(sink.text).toContain('Connection: close');
    expect(sink.ended).toBe(true);
    expect(log.requests.every((request) => request.target !== '/smuggled')).toBe(true);
  });
});
