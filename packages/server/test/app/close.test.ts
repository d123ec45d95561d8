import { Response } from '@netlayers/http';
import { describe, expect, it } from 'vitest';
import { Harness, head, settle } from '../support/harness.js';

async function start() {
  const answers: ((response: Response) => void)[] = [];
  const harness = await Harness.start((server) =>
    server
      .route('GET', '/', () => Response.text('hello'))
      .route('GET', '/late', () => new Promise((resolve) => answers.push(resolve)))
      .route('POST', '/read', async (request) => Response.text(await request.text())),
  );
  return { harness, answers };
}

async function isOver(promise: Promise<unknown>): Promise<boolean> {
  let over = false;
  void promise.then(() => {
    over = true;
  });
  await settle();
  return over;
}

describe('close', () => {
  it('is over at once without connections', async () => {
    const { harness } = await start();
    expect(await isOver(harness.server.close())).toBe(true);
    expect(harness.clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
    await expect(harness.connect()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('is said by the server from then on', async () => {
    const { harness } = await start();
    expect(harness.server.isClosing).toBe(false);
    const closing = harness.server.close();
    expect(harness.server.isClosing).toBe(true);
    await closing;
    expect(harness.server.isClosing).toBe(true);
  });

  it('closes idle connections and waits for their end', async () => {
    const { harness } = await start();
    const fresh = await harness.connect();
    const used = await harness.connect();
    await used.fetch(head('GET /'));
    const closing = harness.server.close();
    expect(await isOver(closing)).toBe(false);
    expect([fresh.isEnded, used.isEnded]).toEqual([true, true]);
    fresh.stream.end();
    used.stream.end();
    expect(await isOver(closing)).toBe(true);
  });

  it('lets a running request finish, and says that it was the last', async () => {
    const { harness, answers } = await start();
    const client = await harness.connect();
    await client.send(head('GET /late') + head('GET /'));
    const closing = harness.server.close();
    expect(await isOver(closing)).toBe(false);
    expect(client.isEnded).toBe(false);
    answers[0]!(Response.text('done'));
    await settle();
    const responses = client.takeResponses();
    expect(responses.map(({ body }) => body)).toEqual(['done']);
    expect(responses[0]?.head).toMatch(/^Connection: close$/m);
    expect(client.isEnded).toBe(true);
    client.stream.end();
    expect(await isOver(closing)).toBe(true);
  });

  it('lets a request whose body is arriving finish', async () => {
    const { harness } = await start();
    const client = await harness.connect();
    await client.send(`${head('POST /read', 'Content-Length: 6')}abc`);
    const closing = harness.server.close();
    await client.send('def');
    expect(client.takeResponses()[0]?.body).toBe('abcdef');
    client.stream.end();
    expect(await isOver(closing)).toBe(true);
  });

  it('lets a request whose head is arriving finish', async () => {
    const { harness } = await start();
    const client = await harness.connect();
    await client.send('GET / HTTP/1.1\r\nHost:');
    const closing = harness.server.close();
    await client.send(' server\r\n\r\n');
    const response = client.takeResponses()[0];
    expect(response?.body).toBe('hello');
    expect(response?.head).toMatch(/^Connection: close$/m);
    client.stream.end();
    expect(await isOver(closing)).toBe(true);
  });

  it('lets a response that is being sent finish', async () => {
    const steps: (() => void)[] = [];
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 3; i++) {
        await new Promise<void>((resolve) => steps.push(resolve));
        yield Uint8Array.of(0x61 + i);
      }
    }
    const harness = await Harness.start((server) =>
      server.any('/', () => new Response(200).header('Content-Length', '3').body(pieces())),
    );
    const client = await harness.connect();
    await client.send(head('GET /'));
    const closing = harness.server.close();
    for (let i = 0; i < 3; i++) {
      steps[i]!();
      await settle();
    }
    expect(client.takeResponses()[0]?.body).toBe('abc');
    client.stream.end();
    expect(await isOver(closing)).toBe(true);
  });

  it('resets what is left at its deadline', async () => {
    const { harness } = await start();
    const client = await harness.connect();
    await client.send(head('GET /late'));
    const closing = harness.server.close({ deadlineMs: 3000 });
    await harness.advance(2999);
    expect(client.closed).toBeNull();
    await harness.advance(1);
    expect(client.closed?.error).toMatchObject({ code: 'ECONNRESET' });
    expect(await isOver(closing)).toBe(true);
  });

  it('may be asked for twice, and not be followed by listen', async () => {
    const { harness } = await start();
    await Promise.all([harness.server.close(), harness.server.close()]);
    await expect(harness.server.listen(harness.transport as never, { port: 1 })).rejects.toThrow(
      TypeError,
    );
  });
});

describe('draining', () => {
  /** Requests that run until the server says that it closes, or for ever. */
  async function streaming() {
    const told: string[] = [];
    const harness = await Harness.start((server) =>
      server.route('GET', '/:name', (request) => {
        const { name = '' } = request.params;
        const { draining } = request;
        async function* pieces(): AsyncGenerator<Uint8Array> {
          yield Uint8Array.of(0x61);
          if (!draining.aborted) {
            await new Promise((resolve) => draining.addEventListener('abort', resolve));
          }
          told.push(`${name}: ${(draining.reason as Error).message}`);
        }
        return new Response(200).body(pieces());
      }),
    );
    return { harness, told };
  }

  it('tells what runs that the server closes, and waits for its end', async () => {
    const { harness, told } = await streaming();
    const client = await harness.connect();
    await client.send(head('GET /one'));
    expect(told).toEqual([]);
    const closing = harness.server.close();
    await settle();
    expect(told).toEqual(['one: the server is closing']);
    expect(client.take()).toMatch(/\r\n0\r\n\r\n$/);
    expect(client.isEnded).toBe(true);
    client.stream.end();
    await closing;
    expect(harness.server.counters().cut).toBe(0);
  });

  it('is told to what is asked for while the server closes', async () => {
    const { harness, told } = await streaming();
    const client = await harness.connect();
    await client.send('GET /late HTTP/1.1\r\n');
    void harness.server.close();
    await client.send('Host: a\r\n\r\n');
    expect(told).toEqual(['late: the server is closing']);
    expect(client.take()).toMatch(/\r\n0\r\n\r\n$/);
  });

  it('is nothing to a request that is over', async () => {
    const signals: AbortSignal[] = [];
    const harness = await Harness.start((server) =>
      server.any('/', (request) => {
        signals.push(request.draining);
        return Response.text('done');
      }),
    );
    await harness.fetch(head('GET /'));
    void harness.server.close();
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  /** A protocol that ends when a test says so, or when the server closes. */
  async function switched(polite: boolean) {
    let end = (): void => {};
    const harness = await Harness.start((server) =>
      server.upgrade('x', (request) =>
        request.upgrade(new Response(101, { Upgrade: 'x' }), (stream) => {
          const over = new Promise<void>((resolve) => {
            end = resolve;
          });
          stream.setHandler({
            handleData() {},
            handleEnd: () => stream.end(),
            handleDrain() {},
            handleClose: () => end(),
          });
          if (polite) {
            request.draining.addEventListener('abort', () => {
              stream.write(Uint8Array.of(0x62, 0x79, 0x65));
              stream.end();
            });
          }
          return over;
        }),
      ),
    );
    const client = await harness.connect();
    await client.send(head('GET /', 'Connection: upgrade', 'Upgrade: x'));
    expect(client.take()).toMatch(/^HTTP\/1.1 101 /);
    expect(harness.server.counters().connections).toBe(0);
    return { harness, client, end: () => end() };
  }

  it('is told to a protocol behind HTTP, whose end is waited for [RFC 9110 7.8]', async () => {
    const { harness, client } = await switched(true);
    const closing = harness.server.close();
    expect(await isOver(closing)).toBe(false);
    expect([client.take(), client.isEnded]).toEqual(['bye', true]);
    client.stream.end();
    expect(await isOver(closing)).toBe(true);
    expect(harness.clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
  });

  it('lasts for the grace, then what has left HTTP is reset', async () => {
    const { harness, client } = await switched(false);
    const closing = harness.server.close({ graceMs: 500 });
    harness.clock.advance(499);
    expect(await isOver(closing)).toBe(false);
    harness.clock.advance(1);
    expect(await isOver(closing)).toBe(true);
    expect(client.closed?.error).toMatchObject({ code: 'ECONNRESET' });
    expect(harness.server.counters().cut).toBe(1);
  });

  it('ends for what has left HTTP at the deadline', async () => {
    const { harness, client } = await switched(false);
    const closing = harness.server.close({ deadlineMs: 100 });
    harness.clock.advance(100);
    expect(await isOver(closing)).toBe(true);
    expect(client.closed?.error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('does not wait for what is over already', async () => {
    const { harness, client, end } = await switched(false);
    end();
    await settle();
    expect(await isOver(harness.server.close())).toBe(true);
    expect(client.closed).toBe(null);
  });
});
