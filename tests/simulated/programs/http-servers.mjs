/** Frameworks for servers, each asked by fetch for a body and a compressed one. */

import { serve } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { twoHosts } from '../hosts.mjs';

const LIST = Array.from({ length: 2_000 }, (_, id) => ({ id, name: `order ${id}` }));

function withExpress() {
  const app = express();
  app.use(express.json());
  app.get('/list', (_request, response) => response.json(LIST));
  app.post('/echo', (request, response) => setTimeout(() => response.json(request.body), 500));
  return new Promise((resolve) => {
    app.listen(81, resolve);
  });
}

async function withFastify() {
  const app = fastify();
  app.get('/list', () => LIST);
  app.post('/echo', (request) => new Promise((resolve) => setTimeout(resolve, 500, request.body)));
  await app.listen({ port: 82, host: '0.0.0.0' });
}

function withHono() {
  const app = new Hono();
  app.use(compress());
  app.get('/list', (context) => context.json(LIST));
  app.post('/echo', async (context) => context.json(await context.req.json()));
  return new Promise((resolve) => {
    serve({ fetch: app.fetch, port: 83 }, resolve);
  });
}

export async function program(net) {
  const { app, api, link } = twoHosts(net);
  await api.run(() => Promise.all([withExpress(), withFastify(), withHono()]));
  net.at(200, () => link.down());
  net.at(4_200, () => link.up());
  return app.run(async () => {
    const answers = {};
    for (const port of [81, 82, 83]) {
      const list = await fetch(`http://api.test:${port}/list`);
      const echo = await fetch(`http://api.test:${port}/echo`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ port }),
      });
      // How much is compressed to how little, and so the second, is another matter in each Node.
      const minute = list.headers.get('date').slice(0, 22);
      answers[port] = [(await list.json()).length, minute, await echo.json()];
    }
    return answers;
  });
}

/** What it returns. */
export const expected = {
  81: [2000, 'Sat, 01 Jan 2000 00:00', { port: 81 }],
  82: [2000, 'Sat, 01 Jan 2000 00:00', { port: 82 }],
  83: [2000, 'Sat, 01 Jan 2000 00:00', { port: 83 }],
};
