import { Response } from '@netlayers/http';
import { readForm, readJson, readText } from '@netlayers/middleware';
import { describe, expect, it } from 'vitest';
import { serve } from '../support/serve.js';

const site = () =>
  serve((server) =>
    server
      .route('POST', '/json', async (request) =>
        Response.json(await readJson(request, { maxBytes: 100 })),
      )
      .route('POST', '/form', async (request) =>
        Response.json([...(await readForm(request, { maxBytes: 100, maxFields: 3 }))]),
      )
      .route('POST', '/text', async (request) =>
        Response.text(await readText(request, { maxBytes: 100 })),
      ),
  );

const ask = async (path: string, type: string | null, body: string | Uint8Array) => {
  const fields: Record<string, string> = type === null ? {} : { 'Content-Type': type };
  const { status, text } = await (await site()).ask('POST', path, { fields, body });
  return status === 200 ? text : status;
};

describe('JSON', () => {
  const rows: [type: string | null, body: string | Uint8Array, answer: string | number][] = [
    ['application/json', '{"a":[1]}', '{"a":[1]}'],
    ['APPLICATION/JSON; charset="UTF-8"', '1', '1'],
    ['application/problem+json', '"é"', '"é"'],
    ['application/json; charset=utf-16', '1', 415],
    ['text/json', '1', 415],
    ['application/jsonp', '1', 415],
    [null, '1', 415],
    ['application/json', '{"a":', 400],
    ['application/json', '', 400],
    ['application/json', Uint8Array.of(0x22, 0xff, 0x22), 400],
    ['application/json', `"${'x'.repeat(99)}"`, 413],
    ['application/json', '{"__proto__":{"a":1}}', 400],
    ['application/json', '{"\\u005f_proto\\u005f_":{"a":1}}', 400],
    ['application/json', '{"_\\u005Fproto__":{"a":1}}', 400],
    ['application/json', '{"a":"__proto__"}', '{"a":"__proto__"}'],
    ['application/json', '['.repeat(100), 400],
  ];
  it.each(rows)('of %s, %s is %s [RFC 9110 15.5.16]', async (type, body, answer) => {
    expect(await ask('/json', type, body)).toBe(answer);
  });
});

describe('a form', () => {
  const type = 'application/x-www-form-urlencoded';
  const rows: [type: string, body: string, answer: string | number][] = [
    [type, 'a=1&a=2&b=%C3%A9+x', '[["a","1"],["a","2"],["b","é x"]]'],
    [`${type};charset=utf-8`, '', '[]'],
    ['text/plain', 'a=1', 415],
    [type, 'a&b&c&d', 413],
    [type, 'a'.repeat(101), 413],
  ];
  it.each(rows)('of %s, %s is %s', async (given, body, answer) => {
    expect(await ask('/form', given, body)).toBe(answer);
  });
});

describe('text', () => {
  const rows: [type: string, body: string | Uint8Array, answer: string | number][] = [
    ['text/plain', 'é', 'é'],
    ['text/csv; charset=iso-8859-1', Uint8Array.of(0xe9), 'é'],
    ['text/plain; charset=klingon', 'x', 415],
    ['application/json', 'x', 415],
    ['text/plain', 'x'.repeat(101), 413],
  ];
  it.each(rows)('of %s, %s is %s', async (type, body, answer) => {
    expect(await ask('/text', type, body)).toBe(answer);
  });
});
