import { Client } from '@netlayers/client';
import { ManualClock, MemoryTransport } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { answers, memory, ok, rawServer, settle, watched } from '../support/raw-server.js';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n';

describe('time-outs', () => {
  it('bound the making of a connection, the name included', async () => {
    const clock = new ManualClock();
    const transport = memory();
    transport.connect = () => new Promise(() => {});
    const client = new Client({ transport, clock, connectTimeoutMs: 500 });
    const connecting = watched(client.get('http://a.test/'));
    await settle();
    clock.advance(499);
    await settle();
    expect(connecting.settled).toBe(false);
    clock.advance(1);
    await expect(connecting.promise).rejects.toMatchObject({ code: 'connect-timeout' });

    const resolve = (): Promise<string> => new Promise(() => {});
    const resolving = new Client({ transport, clock, resolve, connectTimeoutMs: 500 });
    const named = watched(resolving.get('http://a.test/'));
    await settle();
    clock.advance(500);
    await expect(named.promise).rejects.toMatchObject({ code: 'connect-timeout' });
    expect(resolving.connections).toBe(0);
    expect(clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
  });

  it('reset a connection that is made too late', async () => {
    const clock = new ManualClock();
    const transport = memory();
    const connections = await rawServer(transport, () => {});
    const slow = new MemoryTransport();
    let goOn: () => void = () => {};
    slow.connect = async (options) => {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      return transport.connect({ host: options.host, port: options.port });
    };
    const client = new Client({ transport: slow, clock, connectTimeoutMs: 10 });
    const late = watched(client.get('http://a.test/'));
    await settle();
    clock.advance(10);
    await expect(late.promise).rejects.toMatchObject({ code: 'connect-timeout' });
    goOn();
    await settle();
    expect(connections[0]?.closed).toBe(true);
  });

  it('bound the wait for the head, whatever interim responses come [RFC 9110 15.2]', async () => {
    const clock = new ManualClock();
    const transport = memory();
    const connections = await rawServer(transport, () => {});
    const client = new Client({ transport, clock, headersTimeoutMs: 1000 });
    const request = watched(client.get('http://a.test/'));
    await settle();
    for (let elapsed = 0; elapsed < 900; elapsed += 100) {
      clock.advance(100);
      connections[0]?.send('HTTP/1.1 103 Early Hints\r\n\r\n');
      await settle();
    }
    clock.advance(99);
    await settle();
    expect(request.settled).toBe(false);
    // A head that dribbles in is as late as none.
    connections[0]?.send('HTTP/1.1 200 OK\r\nX-Slow: ');
    await settle();
    clock.advance(1);
    await expect(request.promise).rejects.toMatchObject({ code: 'headers-timeout' });
    await settle();
    expect(connections[0]?.closed).toBe(true);
    expect(clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
  });

  it('bound each pause of the content, not the content, where no rate is asked for', async () => {
    const clock = new ManualClock();
    const transport = memory();
    const connections = await rawServer(transport, answers(HEAD));
    const client = new Client({ transport, clock, bodyTimeoutMs: 100, minDataRate: 0 });
    const response = await client.get('http://a.test/');
    const text = watched(response.text());
    for (const piece of '012345678') {
      clock.advance(99);
      connections[0]?.send(piece);
      await settle();
    }
    expect(text.settled).toBe(false);
    clock.advance(100);
    await expect(text.promise).rejects.toMatchObject({ code: 'body-timeout' });
  });

  it('stand still while the program does not read', async () => {
    const clock = new ManualClock();
    const transport = memory();
    const size = 2_000_000;
    await rawServer(transport, answers(ok('x'.repeat(size))));
    const client = new Client({ transport, clock, bodyTimeoutMs: 100 });
    const response = await client.get('http://a.test/');
    await settle();
    clock.advance(1000);
    await settle();
    expect((await response.bytes()).length).toBe(size);
  });

  it('bound a server that does not take the request, but not a slow source', async () => {
    const clock = new ManualClock();
    const transport = memory();
    await transport.listen({ port: 80 }, (stream) => {
      const ignore = (): void => {};
      stream.setHandler({
        handleData: ignore,
        handleEnd: ignore,
        handleDrain: ignore,
        handleClose: ignore,
      });
      stream.pause();
    });
    let goOn: () => void = () => {};
    async function* source(): AsyncGenerator<Uint8Array> {
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
      for (;;) yield new Uint8Array(50_000);
    }
    const client = new Client({ transport, clock, bodyTimeoutMs: 100, headersTimeoutMs: 100 });
    const request = watched(client.post('http://a.test/', source()));
    await settle();
    clock.advance(1000);
    await settle();
    expect(request.settled).toBe(false);
    goOn();
    await settle();
    clock.advance(100);
    await expect(request.promise).rejects.toMatchObject({ code: 'body-timeout' });
  });

  it('bound the whole, redirections and content included', async () => {
    const clock = new ManualClock();
    const transport = memory();
    const connections = await rawServer(transport, () => {});
    const client = new Client({ transport, clock, totalTimeoutMs: 1000 });
    const request = client.get('http://a.test/');
    await settle();
    clock.advance(400);
    connections[0]?.send('HTTP/1.1 302 Found\r\nLocation: /2\r\nContent-Length: 0\r\n\r\n');
    await settle();
    clock.advance(400);
    connections[0]?.send(HEAD);
    const text = watched((await request).text());
    clock.advance(199);
    await settle();
    expect(text.settled).toBe(false);
    clock.advance(1);
    await expect(text.promise).rejects.toMatchObject({ code: 'total-timeout' });
    await settle();
    expect(connections[0]?.closed).toBe(true);
  });

  it('leave no timer behind', async () => {
    const clock = new ManualClock();
    const transport = memory();
    await rawServer(transport, answers(ok('done')));
    const client = new Client({ transport, clock, totalTimeoutMs: 9000, idleTimeoutMs: 0 });
    await (await client.get('http://a.test/')).text();
    await settle();
    // What is left is the second that the server has to end its half.
    expect(clock.nextTimer()).toBeLessThanOrEqual(1000);
  });
});

describe('a signal', () => {
  it('gives a request up at every stage, with its own reason', async () => {
    const reason = new Error('enough');
    const hanging = memory();
    hanging.connect = () => new Promise(() => {});
    const transport = memory();
    const connections = await rawServer(transport, (connection) => {
      if (connection.heads[0]?.includes('/body')) connection.send(`${HEAD}12345`);
    });
    const client = new Client({ transport });
    const { signal } = new AbortController();
    expect(signal.aborted).toBe(false);
    await expect(client.get('http://a.test/', { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    expect(connections).toHaveLength(0);

    const connecting = new AbortController();
    const first = watched(
      new Client({ transport: hanging }).get('http://a.test/', { signal: connecting.signal }),
    );
    await settle();
    connecting.abort(reason);
    await expect(first.promise).rejects.toBe(reason);

    const waiting = new AbortController();
    const second = watched(client.get('http://a.test/head', { signal: waiting.signal }));
    await settle();
    waiting.abort(reason);
    await expect(second.promise).rejects.toBe(reason);
    await settle();
    expect(connections[0]?.closed).toBe(true);

    const reading = new AbortController();
    const response = await client.get('http://a.test/body', { signal: reading.signal });
    const third = watched(response.text());
    await settle();
    reading.abort(reason);
    await expect(third.promise).rejects.toBe(reason);
    await settle();
    expect(connections[1]?.closed).toBe(true);
    expect(client.connections).toBe(0);
  });

  it('is listened to for no longer than the request lasts', async () => {
    const transport = memory();
    await rawServer(transport, answers(ok('1')));
    const client = new Client({ transport });
    const listeners = new Set<() => void>();
    const signal = {
      aborted: false,
      addEventListener: (_: 'abort', listener: () => void) => listeners.add(listener),
      removeEventListener: (_: 'abort', listener: () => void) => listeners.delete(listener),
    };
    const response = await client.get('http://a.test/', { signal });
    await response.text();
    expect(listeners.size).toBe(0);
    await client.get('http://b.invalid/', { signal }).catch(() => {});
    expect(listeners.size).toBe(0);
  });

  it('that comes after the end does nothing', async () => {
    const transport = memory();
    await rawServer(transport, answers(ok('1'), ok('2')));
    const client = new Client({ transport });
    const controller = new AbortController();
    await (await client.get('http://a.test/', { signal: controller.signal })).text();
    controller.abort();
    await settle();
    await (await client.get('http://a.test/')).text();
    expect(transport.connections).toBe(1);
  });
});
