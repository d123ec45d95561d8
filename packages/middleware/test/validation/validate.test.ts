import { Response } from '@netlayers/http';
import { readForm, validate } from '@netlayers/middleware';
import { HttpError } from '@netlayers/server';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { serve } from '../support/serve.js';

const asNumber = (text: string | null | undefined): number => {
  const value = Number(text);
  if (!text || Number.isNaN(value)) throw new Error(`not a number:\n  ${text}`);
  return value;
};

const site = () =>
  serve((server) =>
    server
      .route(
        'POST',
        '/users/:id',
        validate(
          {
            params: ({ id }) => ({ id: asNumber(id) }),
            query: (query) => ({ page: asNumber(query.get('page') ?? '1') }),
            headers: (headers) => headers.get('x-tag'),
            body: async (value) => {
              if ((value as { name?: unknown }).name === 'nobody')
                throw new HttpError(422, 'nobody');
              return value as { name: string };
            },
            maxBytes: 100,
          },
          (request, valid) => {
            expectTypeOf(valid.params.id).toEqualTypeOf<number>();
            expectTypeOf(valid.query).toEqualTypeOf<{ page: number }>();
            expectTypeOf(valid.headers).toEqualTypeOf<string | null>();
            expectTypeOf(valid.body.name).toEqualTypeOf<string>();
            expect(request.state.valid).toBe(valid);
            return Response.json(valid);
          },
        ),
      )
      .route(
        'POST',
        '/form',
        validate(
          { body: (form) => (form as URLSearchParams).get('a'), readBody: readForm },
          (_request, { body, params }) => {
            expectTypeOf(params).toEqualTypeOf<undefined>();
            return Response.text(String(body));
          },
        ),
      ),
  );

const json = (body: string) => ({ fields: { 'Content-Type': 'application/json' }, body });

describe('what is valid', () => {
  it('is what the handler gets', async () => {
    const { text } = await (await site()).ask('POST', '/users/7?page=2', json('{"name":"ann"}'));
    expect(JSON.parse(text)).toEqual({
      params: { id: 7 },
      query: { page: 2 },
      headers: null,
      body: { name: 'ann' },
    });
  });

  it('may be read in another way', async () => {
    const fields = { 'Content-Type': 'application/x-www-form-urlencoded' };
    expect((await (await site()).ask('POST', '/form', { fields, body: 'a=1' })).text).toBe('1');
  });
});

describe('what is not', () => {
  const rows: [target: string, body: string, status: number, text: string][] = [
    ['/users/x', '{}', 400, '400 Bad Request: params: not a number: x\n'],
    ['/users/1?page=x', '{}', 400, '400 Bad Request: query: not a number: x\n'],
    ['/users/1', '{"name":"nobody"}', 422, '422 Unprocessable Content: nobody\n'],
    ['/users/1', '{', 400, '400 Bad Request: the content is not JSON\n'],
    ['/users/1', `"${'x'.repeat(100)}"`, 413, '413 Content Too Large: the content is too large\n'],
    [
      '/users/1',
      'null',
      400,
      expect.stringContaining('400 Bad Request: body: Cannot read') as never,
    ],
  ];
  it.each(rows)('%s with %s is %s', async (target, body, status, text) => {
    const there = await site();
    const answered = await there.ask('POST', target, json(body));
    expect([answered.status, answered.text]).toEqual([status, text]);
    expect(there.errors).toEqual([]);
  });

  it('is told in one line of so many characters', async () => {
    const there = await serve((server) =>
      server.route(
        'GET',
        '/',
        validate({ query: () => Promise.reject('x\n'.repeat(1000)) }, () => new Response(204)),
      ),
    );
    const { status, text } = await there.ask('GET', '/');
    expect(status).toBe(400);
    expect(text.length).toBeLessThan(350);
    expect(text.trim()).not.toContain('\n');
  });
});
