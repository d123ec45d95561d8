import { Response } from '@netlayers/http';
import type { ServerRequest } from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { chunk, Harness, head, post, settle } from '../support/harness.js';

async function* upper(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    yield new TextEncoder().encode(new TextDecoder().decode(piece).toUpperCase());
  }
}

async function* framed(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode('<');
  yield* content;
  yield new TextEncoder().encode('>');
}

const site = (read: (request: ServerRequest) => Promise<string>) =>
  Harness.start((server) =>
    server
      .use((request, next) => {
        request.replaceContent(upper);
        request.replaceContent(framed);
        return next();
      })
      .route('POST', '/', async (request) => Response.text(await read(request))),
  );

describe('replaced content', () => {
  it('is what every reader gets, the last replacement outermost', async () => {
    const whole = await site((request) => request.text());
    expect((await whole.fetch(post('/', 'abc'))).body).toBe('<ABC>');
    const pieces = await site(async (request) => {
      let text = '';
      for await (const piece of request) text += new TextDecoder().decode(piece);
      return `${text} ${request.bodyLength}`;
    });
    expect((await pieces.fetch(post('/', 'abc'))).body).toBe('<ABC> -1');
  });

  it('is 413 above the limit of who collects it', async () => {
    const there = await site(async (request) => String((await request.bytes(4)).length));
    expect((await there.fetch(post('/', 'abc'))).status).toBe(413);
    expect((await there.fetch(post('/', 'ab'))).body).toBe('4');
  });

  it('leaves a body that nobody reads unread', async () => {
    const there = await site(async () => 'no');
    expect((await there.fetch(post('/', 'abc'))).body).toBe('no');
    expect(there.errors).toEqual([]);
  });
});

it('a request knows the server’s clock, and takes a limit of its own', async () => {
  const there = await Harness.start((server) =>
    server.route('POST', '/', async (request) => {
      const { length } = await request.bytes(3);
      return Response.text(`${request.clock.now()} ${length}`);
    }),
  );
  await there.advance(1000);
  expect((await there.fetch(post('/', 'abc'))).body).toBe('1000 3');
  expect((await there.fetch(post('/', 'abcd'))).status).toBe(413);
});

it.each(['Content-Length: 4', 'Transfer-Encoding: chunked'])(
  'a body that has come before it is too large is 413, with %s',
  async (field) => {
    const there = await Harness.start((server) =>
      server.route('POST', '/', async (request) => {
        for (let turn = 0; turn < 5; turn++) await settle();
        const failure = await request.bytes(3).catch((error: unknown) => error);
        await expect(request.bytes()).rejects.toBeInstanceOf(TypeError);
        throw failure;
      }),
    );
    const client = await there.connect();
    const body = field.startsWith('C') ? 'abcd' : `${chunk('abcd')}0\r\n\r\n`;
    await client.send(head('POST /', field) + body);
    for (let turn = 0; turn < 10; turn++) await settle();
    expect(client.takeResponses()[0]!.status).toBe(413);
    expect(there.server.counters().heldBodyBytes).toBe(0);
  },
);
