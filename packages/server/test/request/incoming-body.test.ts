import { Response } from '@netlayers/http';
import type { Server, ServerRequest } from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { chunk, Harness, head, post, settle } from '../support/harness.js';

const echo = (server: Server): Server =>
  server.any('/', async (request) => new Response(200).body(await request.bytes()));

/** A server whose handler hands its requests to the test and answers when told to. */
async function manual(options = {}, transport = {}) {
  const requests: ServerRequest[] = [];
  const answers: ((response: Response) => void)[] = [];
  const harness = await Harness.start(
    (server) =>
      server.any('/', (request) => {
        requests.push(request);
        return new Promise((resolve) => answers.push(resolve));
      }),
    options,
    transport,
  );
  const client = await harness.connect();
  return { harness, client, requests, answers };
}

describe('a body', () => {
  it('is bytes, text, JSON or a form', async () => {
    const harness = await Harness.start((server) =>
      server
        .route('POST', '/bytes', async (request) => Response.json([...(await request.bytes())]))
        .route('POST', '/text', async (request) => Response.json(await request.text()))
        .route('POST', '/json', async (request) => Response.json(await request.json()))
        .route('POST', '/form', async (request) => {
          const form = await request.formData();
          const file = form.get('file');
          return Response.json([form.get('a'), file instanceof File ? await file.text() : file]);
        }),
    );
    const client = await harness.connect();
    expect((await client.fetch(post('/bytes', '\x00\xff'))).body).toBe('[0,255]');
    expect((await client.fetch(post('/text', '\xef\xbb\xbf\xc3\xa4'))).body).toBe('"\xc3\xa4"');
    expect((await client.fetch(post('/json', '{"a":[1]}'))).body).toBe('{"a":[1]}');
    const urlencoded = 'Content-Type: application/x-www-form-urlencoded;charset=utf-8';
    await client.send(post('/form', 'a=b+c&file=d', urlencoded));
    await settle();
    expect(client.takeResponses()[0]?.body).toBe('["b c","d"]');
    const parts = [
      '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n',
      '--b\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\n\r\ny\r\nz\r\n--b--\r\n',
    ].join('');
    await client.send(post('/form', parts, 'Content-Type: multipart/form-data; boundary=b'));
    await settle();
    expect(client.takeResponses()[0]?.body).toBe('["x","y\\r\\nz"]');
  });

  it('comes with its trailers', async () => {
    const harness = await Harness.start((server) =>
      server.any('/', async (request) => {
        const before = request.trailers;
        await request.bytes();
        return Response.json([before, request.trailers?.get('x-sum') ?? null]);
      }),
    );
    const request = `${head('POST /', 'Transfer-Encoding: chunked')}${chunk('ab')}0\r\nX-Sum: 7\r\n\r\n`;
    expect((await harness.fetch(request)).body).toBe('[null,"7"]');
  });

  it('is read once', async () => {
    const harness = await Harness.start((server) =>
      server.any('/', async (request) => {
        await request.bytes();
        await expect(request.text()).rejects.toThrow(TypeError);
        expect(() => request[Symbol.asyncIterator]()).toThrow(TypeError);
        return Response.text('once');
      }),
    );
    expect((await harness.fetch(post('/', 'abc'))).body).toBe('once');
  });

  it('arrives in pieces as they come', async () => {
    const { client, requests, answers } = await manual();
    await client.send(head('POST /', 'Content-Length: 6'));
    const pieces = requests[0]![Symbol.asyncIterator]();
    for (const piece of ['ab', 'cd', 'ef']) {
      const next = pieces.next();
      await client.send(piece);
      expect(new TextDecoder().decode((await next).value)).toBe(piece);
    }
    expect(await pieces.next()).toEqual({ value: undefined, done: true });
    answers[0]!(Response.text('done'));
    await settle();
    expect(client.takeResponses()[0]?.body).toBe('done');
  });

  it('of any size holds the peer back while nobody reads', async () => {
    const { client, requests, answers } = await manual({}, { highWaterMark: 20_001 });
    const total = 1_000_000;
    await client.send(head('POST /', `Content-Length: ${total}`));
    const piece = new Uint8Array(10_000).fill(0x61);
    let sent = 0;
    /** Sends until the server takes nothing for a while. */
    const pour = async (): Promise<void> => {
      for (let stalls = 0; stalls < 3 && sent < total; ) {
        const hasRoom = client.stream.write(piece);
        sent += piece.length;
        stalls = hasRoom ? 0 : stalls + 1;
        await settle();
      }
    };
    await pour();
    // Its mark, what HTTP keeps while it is held, and what the client queued to find out.
    expect(sent).toBeLessThan(200_000);
    let read = 0;
    let largest = 0;
    for await (const bytes of requests[0]!) {
      read += bytes.length;
      largest = Math.max(largest, bytes.length);
      if (read === sent) await pour();
    }
    expect(largest).toBeLessThanOrEqual(65_536);
    expect(read).toBe(total);
    answers[0]!(Response.text('read'));
    await settle();
    expect(client.takeResponses()[0]?.body).toBe('read');
  });

  it('that somebody reads has more room, for what comes before the turn of the reader', async () => {
    const { client, requests, answers } = await manual({}, { highWaterMark: 20_001 });
    const total = 4_000_000;
    await client.send(head('POST /', `Content-Length: ${total}`));
    const pieces = requests[0]![Symbol.asyncIterator]();
    const first = pieces.next();
    const piece = new Uint8Array(10_000).fill(0x61);
    let sent = 0;
    for (let stalls = 0; stalls < 3; stalls = client.stream.write(piece) ? 0 : stalls + 1) {
      sent += piece.length;
      await settle();
    }
    // One is held as it was before anybody read, and this one by eight times as much.
    expect(sent).toBeGreaterThan(2 ** 19);
    expect(sent).toBeLessThan(2 ** 19 + 100_000);
    expect((await first).value).toHaveLength(10_000);
    await pieces.return!();
    answers[0]!(Response.text('enough'));
  });

  it('that is not read is drained, and the connection goes on', async () => {
    const harness = await Harness.start((server) =>
      server
        .route('POST', '/', () => Response.text('early'))
        .route('GET', '/', () => Response.text('next')),
    );
    const client = await harness.connect();
    await client.send(`${head('POST /', 'Content-Length: 10')}abc`);
    expect(client.takeResponses()[0]?.body).toBe('early');
    await client.send('defghij');
    expect((await client.fetch(head('GET /'))).body).toBe('next');
  });

  it('that is not read and too long to drain ends the connection', async () => {
    const harness = await Harness.start(
      (server) => server.route('POST', '/', () => Response.text('early')),
      { limits: { drainBytes: 1000 } },
    );
    const client = await harness.connect();
    await client.send(head('POST /', 'Content-Length: 1000000') + 'x'.repeat(2000));
    expect(client.received).toContain('early');
    expect(client.isEnded || client.closed !== null).toBe(true);
  });

  it('that held the peer back lets it go when the response closes the connection', async () => {
    const { harness, client, answers } = await manual();
    await client.send(head('POST /', 'Content-Length: 1000000'));
    for (let i = 0; i < 20; i++) await client.send('x'.repeat(20_000));
    answers[0]!(Response.text('enough').header('Connection', 'close'));
    await settle();
    expect(client.isEnded).toBe(true);
    client.stream.end();
    for (let i = 0; i < 5; i++) await settle();
    expect(harness.server.counters().connections).toBe(0);
  });

  it('that was left in the middle is drained', async () => {
    const harness = await Harness.start((server) =>
      server.any('/', async (request) => {
        for await (const bytes of request) if (bytes.length > 0) break;
        return Response.text('enough');
      }),
    );
    const client = await harness.connect();
    await client.send(`${head('POST /', 'Content-Length: 10')}abc`);
    expect(client.takeResponses()[0]?.body).toBe('enough');
    await client.send('defghij');
    expect((await client.fetch(head('GET /'))).body).toBe('enough');
  });

  it('that ends early fails its reader', async () => {
    const { client, requests } = await manual();
    await client.send(`${head('POST /', 'Content-Length: 10')}abc`);
    const reading = requests[0]!.bytes();
    client.stream.end();
    await expect(reading).rejects.toMatchObject({ statusCode: 400 });
    await settle();
    expect(client.takeResponses()[0]?.status).toBe(400);
  });

  it('whose client is gone fails its reader and aborts the signal', async () => {
    const { harness, client, requests } = await manual();
    await client.send(`${head('POST /', 'Content-Length: 10')}abc`);
    const reading = requests[0]!.bytes();
    const { signal } = requests[0]!;
    expect(signal.aborted).toBe(false);
    client.stream.abort();
    await expect(reading).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(signal.aborted).toBe(true);
    await settle();
    expect(harness.errors).toEqual([]);
    expect(harness.server.counters().connections).toBe(0);
  });

  it('whose handler does something else meanwhile fails without harm', async () => {
    for (const read of ['bytes', 'text', 'json', 'formData'] as const) {
      const { client, requests } = await manual();
      const type = 'Content-Type: application/x-www-form-urlencoded';
      await client.send(head('POST /', 'Content-Length: 10', type));
      const later = requests[0]![read]();
      client.stream.abort();
      await settle();
      await expect(later, read).rejects.toMatchObject({ code: 'ECONNRESET' });
    }
  });

  it('over the limit is refused while it streams', async () => {
    const { client, requests } = await manual({ limits: { bodyBytes: 10 } });
    await client.send(head('POST /', 'Transfer-Encoding: chunked') + chunk('12345'));
    const pieces = requests[0]![Symbol.asyncIterator]();
    await pieces.next();
    const next = pieces.next();
    await client.send(chunk('678901'));
    await expect(next).rejects.toMatchObject({ statusCode: 413 });
    expect(client.takeResponses()[0]?.status).toBe(413);
    expect(client.isEnded).toBe(true);
  });
});

describe('Expect: 100-continue', () => {
  const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

  it('is answered when the handler reads', async () => {
    const { client, requests, answers } = await manual();
    await client.send(head('POST /', 'Content-Length: 3', 'Expect: 100-continue'));
    expect(client.received).toBe('');
    const reading = requests[0]!.text();
    await settle();
    expect(client.take()).toBe(CONTINUE);
    await client.send('abc');
    answers[0]!(Response.text(await reading));
    await settle();
    expect(client.takeResponses()[0]?.body).toBe('abc');
  });

  it('is answered once', async () => {
    const { client, requests } = await manual();
    await client.send(head('POST /', 'Content-Length: 6', 'Expect: 100-continue'));
    const pieces = requests[0]![Symbol.asyncIterator]();
    for (const piece of ['abc', 'def']) {
      void pieces.next();
      await settle();
      await client.send(piece);
    }
    expect(client.take()).toBe(CONTINUE);
  });

  it('does no harm when the body has come already', async () => {
    const harness = await Harness.start(echo);
    const client = await harness.connect();
    await client.send(post('/', 'abc', 'Expect: 100-continue'));
    expect(client.takeResponses().at(-1)?.body).toBe('abc');
    expect((await client.fetch(post('/', 'def'))).body).toBe('def');
  });

  it('is not answered by a refusal, which closes', async () => {
    const harness = await Harness.start((server) =>
      server.route('POST', '/', () => Response.text('no', 403)),
    );
    const client = await harness.connect();
    const response = await client.fetch(
      head('POST /', 'Content-Length: 3', 'Expect: 100-continue'),
    );
    expect(response.status).toBe(403);
    expect(response.head).toMatch(/^Connection: close$/m);
    expect(client.isEnded).toBe(true);
  });
});
