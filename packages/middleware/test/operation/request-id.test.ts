import { Response } from '@netlayers/http';
import { type RequestIdOptions, requestId, requestIdOf } from '@netlayers/middleware';
import { expect, it } from 'vitest';
import { serve } from '../support/serve.js';

const ask = async (given: string | null, options: RequestIdOptions = {}) => {
  const site = await serve((server) =>
    server.use(requestId({ make: () => 'new', ...options })).route('GET', '/', (request) => {
      expect(request.headers.get('x-request-id')).toBe(requestIdOf(request));
      return Response.text(requestIdOf(request));
    }),
  );
  const fields: Record<string, string> = given === null ? {} : { 'X-Request-Id': given };
  const { text, headers } = await site.ask('GET', '/', { fields });
  expect(headers.get('x-request-id')).toBe(text);
  return text;
};

it('names a request, or keeps the name that it has', async () => {
  expect(await ask(null)).toBe('new');
  expect(await ask('a-b_c.d:1/2+3=@')).toBe('a-b_c.d:1/2+3=@');
});

it('keeps no name that could do harm in a log', async () => {
  for (const bad of ['a b', 'a"b', 'é', '<x>', '', 'x'.repeat(129), 'a, b']) {
    expect(await ask(bad), bad).toBe('new');
  }
});

it('keeps only names of those who are believed', async () => {
  expect(await ask('theirs', { accept: () => false })).toBe('new');
});

it('makes names that are not the same twice', async () => {
  const site = await serve((server) =>
    server.use(requestId()).route('GET', '/', (request) => Response.text(requestIdOf(request))),
  );
  const [first, second] = [await site.ask('GET', '/'), await site.ask('GET', '/')];
  expect(first.text).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  expect(second.text).not.toBe(first.text);
});
