import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { Response } from '@netlayers/http';
import { diagnostics } from '@netlayers/middleware/node';
import { HttpError, type ServerRequest } from '@netlayers/server';
import { expect, it, onTestFinished } from 'vitest';
import { serve } from '../support/serve.js';

const name = (what: string): string => `netlayers.server.request.${what}`;

it('tells of requests, responses and errors', async () => {
  const seen: unknown[] = [];
  for (const what of ['start', 'finish', 'error']) {
    const tell = (message: unknown): void => {
      const { request, response, error } = message as {
        request: ServerRequest;
        response?: Response;
        error?: unknown;
      };
      seen.push([what, request.path, response?.status ?? error ?? null]);
    };
    channel(name(what)).subscribe(tell);
    onTestFinished(() => void channel(name(what)).unsubscribe(tell));
  }
  const fault = new HttpError(418);
  const site = await serve((server) =>
    server
      .use(diagnostics())
      .route('GET', '/now', () => Response.text(''))
      .route('GET', '/later', async () => Response.text(''))
      .route('GET', '/throws', () => {
        throw fault;
      })
      .route('GET', '/rejects', () => Promise.reject(fault)),
  );
  for (const path of ['/now', '/later', '/throws', '/rejects']) await site.ask('GET', path);
  expect(seen).toEqual([
    ['start', '/now', null],
    ['finish', '/now', 200],
    ['start', '/later', null],
    ['finish', '/later', 200],
    ['start', '/throws', null],
    ['error', '/throws', fault],
    ['start', '/rejects', null],
    ['error', '/rejects', fault],
  ]);
});

it('binds stores to what is inside', async () => {
  const storage = new AsyncLocalStorage<string>();
  const start = channel(name('start'));
  start.bindStore(storage, (message) => (message as { request: ServerRequest }).request.path);
  onTestFinished(() => void start.unbindStore(storage));
  const site = await serve((server) =>
    server.use(diagnostics()).route('GET', '/x', async () => {
      await Promise.resolve();
      return Response.text(String(storage.getStore()));
    }),
  );
  expect((await site.ask('GET', '/x')).text).toBe('/x');
});

it('costs nothing while nobody listens', async () => {
  const site = await serve((server) =>
    server.use(diagnostics()).route('GET', '/', () => Response.text('x')),
  );
  expect((await site.ask('GET', '/')).text).toBe('x');
});
