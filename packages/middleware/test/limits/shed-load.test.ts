import { Response } from '@netlayers/http';
import { shedLoad } from '@netlayers/middleware';
import { eventLoopDelay } from '@netlayers/middleware/node';
import { HttpError } from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { serve, settle } from '../support/serve.js';

describe('load', () => {
  it('above so many handlers is answered 503 and Retry-After [RFC 9110 15.6.4]', async () => {
    const waiting: ((response: Response) => void)[] = [];
    const site = await serve((server) =>
      server
        .use(
          shedLoad({ maxConcurrent: 2, retryAfterS: 7, except: ({ path }) => path === '/alive' }),
        )
        .route('GET', '/', () => new Promise<Response>((resolve) => waiting.push(resolve)))
        .route('GET', '/alive', () => Response.text('yes')),
    );
    const wires = [await site.connect(), await site.connect()];
    for (const wire of wires) wire.ask('GET', '/');
    await settle();
    const { status, headers } = await site.ask('GET', '/');
    expect([status, headers.get('retry-after')]).toEqual([503, '7']);
    expect((await site.ask('GET', '/alive')).status).toBe(200);
    for (const answer of waiting) answer(Response.text('late'));
    for (const wire of wires) expect((await wire.answer()).text).toBe('late');
    const next = await site.connect();
    next.ask('GET', '/');
    await settle();
    expect(waiting.length).toBe(3);
    waiting[2]!(Response.text('x'));
    expect((await next.answer()).status).toBe(200);
  });

  it('is counted down whatever a handler does', async () => {
    const site = await serve((server) =>
      server
        .use(shedLoad({ maxConcurrent: 1 }))
        .route('GET', '/now', () => Response.text(''))
        .route('GET', '/throws', () => {
          throw new HttpError(418);
        })
        .route('GET', '/rejects', () => Promise.reject(new HttpError(418))),
    );
    for (const path of ['/now', '/throws', '/rejects', '/now', '/throws', '/rejects']) {
      expect((await site.ask('GET', path)).status).toBe(path === '/now' ? 200 : 418);
    }
  });

  it('that makes the event loop late is answered 503', async () => {
    let delay = 10;
    const site = await serve((server) =>
      server
        .use(shedLoad({ maxDelayMs: 50, delay: () => delay }))
        .route('GET', '/', () => Response.text('')),
    );
    expect((await site.ask('GET', '/')).status).toBe(200);
    delay = 51;
    expect((await site.ask('GET', '/')).status).toBe(503);
  });
});

it('Node says how late the event loop is', async () => {
  const delay = eventLoopDelay({ sampleMs: 0 });
  expect(delay()).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 30));
  const until = performance.now() + 200;
  while (performance.now() < until);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(delay()).toBeGreaterThan(10);
});
