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
