import { Response } from '@netlayers/http';
import { type OpenTelemetryOptions, openTelemetry } from '@netlayers/middleware';
import { Application, HttpError } from '@netlayers/server';
import * as api from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { beforeEach, describe, expect, it } from 'vitest';
import { serve, settle } from '../support/serve.js';

const exporter = new InMemorySpanExporter();
api.trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
);
api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
api.propagation.setGlobalPropagator(new W3CTraceContextPropagator());

beforeEach(() => exporter.reset());

let release: () => void = () => {};

async function* two(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('a');
  await new Promise<void>((resolve) => {
    release = resolve;
  });
  yield Buffer.from('b');
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('a');
  throw new Error('broken');
}

const start = (options: OpenTelemetryOptions = {}) =>
  serve((server) =>
    server
      .use(openTelemetry(api, options))
      .route('GET', '/ok', async () => {
        await Promise.resolve();
        const inside = api.trace.getTracer('test').startSpan('inside');
        inside.end();
        return Response.text('');
      })
      .route('GET', '/stream', () => new Response(200).body(two()))
      .route('GET', '/broken', () => new Response(200).body(failing()))
      .route('GET', '/bad', () => new Response(502))
      .route('GET', '/client', () => {
        throw new HttpError(422);
      })
      .route('GET', '/throws', () => {
        throw new RangeError('fault');
      }),
  );

const spans = () => exporter.getFinishedSpans();

describe('a span', () => {
  it('is called by its method and route, and says what was asked [OpenTelemetry HTTP]', async () => {
    const site = await start();
    const fields = { Host: 'example.org:8080', 'User-Agent': 'me' };
    const wire = await site.connect();
    wire.stream.write(
      Buffer.from(`GET /ok?secret=1 HTTP/1.1\r\nHost: ${fields.Host}\r\nUser-Agent: me\r\n\r\n`),
    );
    await wire.answer();
    const span = spans().at(-1)!;
    expect([span.name, span.kind]).toEqual(['GET /ok', api.SpanKind.SERVER]);
    expect(span.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'http.route': '/ok',
      'url.path': '/ok',
      'url.scheme': 'http',
      'network.protocol.version': '1.1',
      'network.peer.address': '127.0.0.1',
      'server.address': 'example.org',
      'server.port': 8080,
      'user_agent.original': 'me',
    });
    expect(JSON.stringify(span.attributes)).not.toContain('secret');
  });

  it('is the parent of what happens inside, and a child of what asks [W3C Trace Context]', async () => {
    const site = await start();
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const fields = { Traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
    await site.ask('GET', '/ok', { fields });
    const [inside, outside] = spans();
    expect(inside!.parentSpanContext?.spanId).toBe(outside!.spanContext().spanId);
    expect(outside!.parentSpanContext?.spanId).toBe('00f067aa0ba902b7');
    expect(inside!.spanContext().traceId).toBe(traceId);
  });

  it('has the name of a route where it is told one', async () => {
    const site = await start({ route: ({ path }) => (path === '/ok' ? '/ok' : null) });
    await site.ask('GET', '/ok');
    await site.ask('FROB', '/x');
    expect(spans().map(({ name }) => name)).toEqual(['inside', 'GET /ok', 'HTTP']);
    expect(spans()[2]!.attributes).toMatchObject({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'FROB',
    });
  });

  it('has the pattern of its route, where applications are mounted too, and of no route none', async () => {
    const users = new Application().route('GET', '/:id', () => {
      throw new RangeError('fault');
    });
    const site = await serve((server) => server.use(openTelemetry(api)).mount('/users', users));
    await site.ask('GET', '/users/7');
    await site.ask('GET', '/users/7/else');
    expect(spans().map(({ name }) => name)).toEqual(['GET /users/:id', 'GET']);
    expect(spans().map(({ attributes }) => attributes['http.route'])).toEqual([
      '/users/:id',
      undefined,
    ]);
  });

  it.each([
    ['/bad', 502, '502', api.SpanStatusCode.ERROR],
    ['/client', 422, undefined, api.SpanStatusCode.UNSET],
    ['/throws', undefined, 'RangeError', api.SpanStatusCode.ERROR],
    ['/none', 404, undefined, api.SpanStatusCode.UNSET],
  ])('of %s has the status %s and the error %s', async (path, status, type, code) => {
    await (await start()).ask('GET', path);
    const [span] = spans();
    expect(span!.attributes['http.response.status_code']).toBe(status);
    expect(span!.attributes['error.type']).toBe(type);
    expect(span!.status.code).toBe(code);
  });

  it('ends with its content', async () => {
    const site = await start();
    const wire = await site.connect();
    wire.ask('GET', '/stream');
    await wire.until(() => wire.text.includes('\r\n\r\n'));
    await settle();
    expect(spans().length).toBe(0);
    release();
    await wire.answer();
    expect(spans().length).toBe(1);
    exporter.reset();
    const broken = await site.connect();
    broken.ask('GET', '/broken');
    await broken.until(() => broken.isOver);
    await settle();
    expect(spans()[0]!.status.message).toBe('broken');
  });
});
