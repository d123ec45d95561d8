import type { Response } from '@netlayers/http';
import { alive, Readiness, type ReadinessOptions } from '@netlayers/middleware';
import { describe, expect, it } from 'vitest';
import { serve, settle } from '../support/serve.js';

async function start(options: ReadinessOptions = {}) {
  let readiness = new Readiness();
  const site = await serve((server) => {
    readiness = new Readiness({ server, ...options });
    server
      .route('GET', '/healthz', alive)
      .route('GET', '/readyz', readiness.handler)
      .route('GET', '/late', () => new Promise<Response>(() => {}));
  });
  const ready = async () => {
    const { status, text, headers } = await site.ask('GET', '/readyz');
    expect(headers.get('cache-control')).toBe('no-store');
    return [status, JSON.parse(text)];
  };
  return { site, readiness, ready };
}

describe('a server', () => {
  it('is alive', async () => {
    const { site } = await start();
    expect((await site.ask('GET', '/healthz')).text).toBe('{"status":"alive"}');
  });

  it('is ready when all is well', async () => {
    const { ready } = await start({ checks: { database: () => true, queue: async () => {} } });
    expect(await ready()).toEqual([
      200,
      { status: 'ready', checks: { database: 'ok', queue: 'ok' } },
    ]);
  });

  it('is not ready when something is not, and does not say why', async () => {
    const checks = {
      database: () => Promise.reject(new Error('secret')),
      queue: () => {
        throw new Error('secret');
      },
      disk: () => {},
    };
    const { ready } = await start({ checks });
    expect(await ready()).toEqual([
      503,
      { status: 'not ready', checks: { database: 'failed', queue: 'failed', disk: 'ok' } },
    ]);
  });

  it('does not wait for a check for ever', async () => {
    const { site } = await start({
      checks: { database: () => new Promise(() => {}) },
      timeoutMs: 2000,
    });
    const wire = await site.connect();
    wire.ask('GET', '/readyz');
    await settle();
    await site.advance(1_750);
    expect(wire.text).toBe('');
    await site.advance(250);
    expect((await wire.answer()).status).toBe(503);
  });

  it('is not ready once it is about to leave, and alive', async () => {
    const { site, readiness, ready } = await start();
    readiness.leave();
    expect(await ready()).toEqual([503, { status: 'closing' }]);
    expect((await site.ask('GET', '/healthz')).status).toBe(200);
  });

  it('is not ready while it closes', async () => {
    let isClosing = false;
    const { ready } = await start({
      server: {
        get isClosing() {
          return isClosing;
        },
      },
    });
    expect((await ready())[0]).toBe(200);
    isClosing = true;
    expect((await ready())[0]).toBe(503);
  });

  it('says so on a connection that it still answers', async () => {
    const { site } = await start();
    const wire = await site.connect();
    // The first request is begun when the server is told to close: it is the last of its connection.
    wire.stream.write(Buffer.from('GET /readyz HTTP/1.1\r\n'));
    await settle();
    void site.server.close();
    wire.stream.write(Buffer.from('Host: s\r\n\r\n'));
    const { status, headers } = await wire.answer();
    expect([status, headers.get('connection')]).toEqual([503, 'close']);
  });
});
