/**
 * An application of Hono, unchanged, mounted by `server.fetch`: over the kernel's TCP, and over ours on
 * a link that loses packets.
 */

import { Client } from '@netlayers/client';
import type { Transport } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import { Server } from '@netlayers/server';
import { createNetwork } from '@netlayers/sim';
import { Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { HTTPException } from 'hono/http-exception';
import { logger } from 'hono/logger';
import { stream, streamSSE } from 'hono/streaming';
import { describe, expect, it } from 'vitest';

const PIECE = new Uint8Array(50_000).fill(7);
const PIECES = 40;

function application(lines: string[]): Hono {
  const app = new Hono();
  app.use(logger((line) => lines.push(line)));
  app.use('/api/*', async (context, next) => {
    await next();
    context.header('X-Inside', 'api');
  });
  app.get('/api/users/:id', (context) =>
    context.json({ id: context.req.param('id'), page: context.req.query('page') }),
  );
  app.post('/api/sum', async (context) => {
    const numbers: number[] = await context.req.json();
    return context.json(numbers.reduce((left, right) => left + right));
  });
  app.get('/cookies', (context) => {
    setCookie(context, 'a', '1', { path: '/' });
    setCookie(context, 'b', 'x y', { path: '/', httpOnly: true });
    return context.text(getCookie(context, 'c') ?? 'none');
  });
  app.get('/stream', (context) =>
    stream(context, async (output) => {
      for (let piece = 0; piece < PIECES; piece++) await output.write(PIECE);
    }),
  );
  app.get('/events', (context) =>
    streamSSE(context, async (events) => {
      for (const data of ['one', 'two']) await events.writeSSE({ id: data, data });
    }),
  );
  app.post('/echo', (context) => new Response(context.req.raw.body));
  app.get('/fault', () => {
    throw new HTTPException(418, { message: 'a teapot' });
  });
  return app;
}

async function exercise(client: Client, origin: string): Promise<void> {
  const user = await client.get(`${origin}/api/users/7?page=2`);
  expect(user.headers.get('x-inside')).toBe('api');
  expect(await user.json()).toEqual({ id: '7', page: '2' });

  const sum = await client.request(`${origin}/api/sum`, { method: 'POST', json: [1, 2, 3] });
  expect(await sum.json()).toBe(6);

  const cookies = await client.get(`${origin}/cookies`, { headers: { Cookie: 'c=3' } });
  expect(cookies.headers.getAll('set-cookie')).toEqual([
    'a=1; Path=/',
    'b=x%20y; Path=/; HttpOnly',
  ]);
  expect(await cookies.text()).toBe('3');

  const streamed = await client.get(`${origin}/stream`);
  expect((await streamed.bytes()).length).toBe(PIECE.length * PIECES);

  const events = await client.get(`${origin}/events`);
  expect(events.headers.get('content-type')).toBe('text/event-stream');
  expect(await events.text()).toBe('data: one\nid: one\n\ndata: two\nid: two\n\n');

  const sent = new Uint8Array(300_000).map((_, at) => at);
  const echo = await client.post(`${origin}/echo`, sent);
  expect(Buffer.compare(await echo.bytes(), sent)).toBe(0);

  const fault = await client.get(`${origin}/fault`);
  expect([fault.status, await fault.text()]).toEqual([418, 'a teapot']);
  const missing = await client.get(`${origin}/none`);
  expect([missing.status, await missing.text()]).toEqual([404, '404 Not Found']);
}

async function served(
  there: Transport,
  host: string,
  use: (port: number, lines: string[]) => Promise<void>,
) {
  const lines: string[] = [];
  const errors: unknown[] = [];
  const server = new Server({ onError: (error) => errors.push(error) });
  server.fetch(application(lines).fetch);
  const { port } = await server.listen(there, { host, port: 0 });
  await use(port, lines);
  await server.close();
  expect(errors).toEqual([]);
}

describe('an application of Hono', () => {
  it('runs on the kernel’s TCP', async () => {
    await served(kernelTransport(), '127.0.0.1', async (port, lines) => {
      const client = new Client({ transport: kernelTransport() });
      await exercise(client, `http://127.0.0.1:${port}`);
      await client.close();
      expect(lines.filter((line) => line.startsWith('-->')).length).toBe(8);
    });
  });

  it('runs on ours, where one packet of twenty is lost', async () => {
    const network = createNetwork({ seed: 8 });
    const far = network.host({ name: 'hono.test', address: '10.0.0.1' });
    const near = network.host({ address: '10.0.0.2' });
    network.link(near, far, { delayMs: 20, loss: 0.05 });
    await network.run(() =>
      served(far.stack.transport, '10.0.0.1', async (port) => {
        const client = new Client({ transport: near.stack.transport, clock: network.clock });
        await exercise(client, `http://hono.test:${port}`);
        await client.close();
      }),
    );
  });
});
