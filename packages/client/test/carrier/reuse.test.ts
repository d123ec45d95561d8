import { Client } from '@netlayers/client';
import type { AbortLike } from '@netlayers/http';
import { ManualClock } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { answers, memory, ok, rawServer, settle } from '../support/raw-server.js';

const get = async (client: Client, url = 'http://a.test/'): Promise<string> =>
  (await client.get(url)).text();

describe('kept connections', () => {
  it('carry one request after another', async () => {
    const transport = memory();
    await rawServer(transport, answers(ok('1'), ok('2'), ok('3')));
    const client = new Client({ transport });
    expect([await get(client), await get(client), await get(client)]).toEqual(['1', '2', '3']);
    expect(transport.connections).toBe(1);
    expect(client.connections).toBe(1);
  });

  it('are kept per origin', async () => {
    const transport = memory();
    await rawServer(transport, answers(ok('1')));
    await rawServer(transport, answers(ok('2')), { port: 81 });
    const client = new Client({ transport });
    await get(client);
    await get(client, 'http://b.test/');
    await get(client, 'http://a.test:81/');
    await get(client, 'http://A.TEST:80/');
    expect(transport.connections).toBe(3);
  });

  it('are closed after their idle time, which the server may shorten', async () => {
    const transport = memory();
    const clock = new ManualClock();
    const connections = await rawServer(
      transport,
      answers(ok('1'), ok('2', 'Keep-Alive: timeout=3, max=9\r\n')),
    );
    const client = new Client({ transport, clock, idleTimeoutMs: 4000 });
    await get(client);
    clock.advance(3999);
    await get(client);
    expect(transport.connections).toBe(1);
    clock.advance(1999);
    await settle();
    expect(connections[0]?.ended).toBe(false);
    clock.advance(1);
    await settle();
    expect(connections[0]?.ended).toBe(true);
    expect(client.connections).toBe(0);
    // The server has not closed its end: it is given a second.
    expect(connections[0]?.closed).toBe(false);
    clock.advance(1000);
    await settle();
    expect(connections[0]?.closed).toBe(true);
  });

  it('are not kept where the server says close, or ends', async () => {
    const transport = memory();
    const connections = await rawServer(
      transport,
      answers(ok('1', 'Connection: close\r\n'), ok('2')),
    );
    const client = new Client({ transport });
    await get(client);
    expect(client.connections).toBe(0);
    await get(client);
    expect(transport.connections).toBe(2);
    connections[1]?.end();
    await settle();
    expect(client.connections).toBe(0);
    expect(connections[1]?.ended).toBe(true);
    await get(client);
    expect(transport.connections).toBe(3);
  });

  it('are given up when bytes come that nobody asked for', async () => {
    const transport = memory();
    const connections = await rawServer(transport, answers(ok('1'), ok('2')));
    const client = new Client({ transport });
    await get(client);
    connections[0]?.send(ok('poison'));
    await settle();
    expect(client.connections).toBe(0);
    expect(await get(client)).toBe('2');
  });

  it('wait for the response to be read, or discarded', async () => {
    const transport = memory();
    await rawServer(transport, answers(ok('1')));
    const client = new Client({ transport });
    const unread = await client.get('http://a.test/');
    await unread.discard();
    await get(client);
    expect(transport.connections).toBe(1);
    // Leaving early gives the connection up, unless all of it has come.
    const large = memory();
    await rawServer(large, answers(ok('x'.repeat(2_000_000))));
    const other = new Client({ transport: large });
    for await (const chunk of await other.get('http://a.test/')) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await settle();
    expect(other.connections).toBe(0);
  });
});

describe('a stale connection', () => {
  /** Answers the first request and closes the connection at the second, before any byte. */
  const closing = (reset: boolean): Parameters<typeof rawServer>[1] => {
    return (connection, index) => {
      if (connection.heads.length === 1 && connection.received.endsWith('\r\n\r\n')) {
        connection.send(ok(`answer ${index}`));
      } else if (connection.heads.length === 2) {
        if (reset) connection.stream.abort();
        else connection.end();
      }
    };
  };

  for (const reset of [false, true]) {
    it(`is replaced for an idempotent request (${reset ? 'reset' : 'ended'})`, async () => {
      const transport = memory();
      const connections = await rawServer(transport, closing(reset));
      const repeats: string[] = [];
      const client = new Client({
        transport,
        observe: (activity) => {
          if (activity.type === 'repeat') repeats.push(activity.because);
        },
      });
      expect(await get(client)).toBe('answer 0');
      expect(await get(client)).toBe('answer 1');
      expect(connections).toHaveLength(2);
      expect(repeats).toHaveLength(1);
    });
  }

  it('is not replaced for a POST', async () => {
    const transport = memory();
    const connections = await rawServer(transport, closing(false));
    const client = new Client({ transport });
    await get(client);
    await expect(client.post('http://a.test/', null)).rejects.toMatchObject({ code: 'closed' });
    expect(connections).toHaveLength(1);
  });

  it('is replaced once', async () => {
    const transport = memory();
    let answered = false;
    await rawServer(transport, (connection) => {
      if (answered) connection.end();
      else connection.send(ok('1'));
      answered = true;
    });
    const client = new Client({ transport });
    await get(client);
    await expect(get(client)).rejects.toMatchObject({ code: 'closed' });
    expect(transport.connections).toBe(2);
  });

  it('is not replaced once a byte of the answer has come', async () => {
    const transport = memory();
    await rawServer(transport, (connection) => {
      if (connection.heads.length === 1) connection.send(ok('1'));
      else {
        connection.send('HTTP/1.1 2');
        connection.end();
      }
    });
    const client = new Client({ transport });
    await get(client);
    await expect(get(client)).rejects.toMatchObject({ code: 'incomplete' });
    expect(transport.connections).toBe(1);
  });

  it('is not replaced when it is reset behind a byte of the answer', async () => {
    const transport = memory();
    await rawServer(transport, (connection) => {
      if (connection.heads.length === 1) connection.send(ok('1'));
      else {
        connection.send('HTTP/1.1 2');
        setImmediate(() => connection.stream.abort());
      }
    });
    const client = new Client({ transport });
    await get(client);
    await expect(get(client)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(transport.connections).toBe(1);
  });

  it('is not replaced when a stream was begun as its body', async () => {
    const transport = memory();
    await rawServer(transport, closing(false));
    const client = new Client({ transport });
    await get(client);
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(1);
      await settle();
    }
    await expect(client.put('http://a.test/', source())).rejects.toMatchObject({ code: 'closed' });
  });
});

describe('the limit of connections', () => {
  it('makes further requests wait, in order', async () => {
    const transport = memory();
    const connections = await rawServer(transport, () => {});
    const client = new Client({ transport, maxConnectionsPerOrigin: 2 });
    const paths = ['/1', '/2', '/3', '/4'];
    const responses = paths.map((path) => client.get(`http://a.test${path}`));
    await settle();
    expect(connections).toHaveLength(2);
    connections[0]?.send(ok('a'));
    await (await responses[0])?.text();
    await settle();
    expect(connections[0]?.heads[1]).toContain('GET /3 ');
    connections[1]?.send(ok('b', 'Connection: close\r\n'));
    await (await responses[1])?.text();
    await settle();
    expect(connections[2]?.heads[0]).toContain('GET /4 ');
    connections[0]?.send(ok('c'));
    connections[2]?.send(ok('d'));
    expect(await (await responses[2])?.text()).toBe('c');
    expect(await (await responses[3])?.text()).toBe('d');
  });

  it('is given up when nothing moves on the connections that it waits for', async () => {
    const clock = new ManualClock();
    const transport = memory();
    const connections = await rawServer(transport, () => {});
    const client = new Client({
      ...{ transport, clock, maxConnectionsPerOrigin: 1, queueTimeoutMs: 1000 },
    });
    const unread = client.get('http://a.test/1');
    await settle();
    connections[0]?.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123');
    const response = await unread;
    let failed = '';
    const waiting = client.get('http://a.test/2').catch((error: { code: string }) => {
      failed = error.code;
    });
    await settle();
    clock.advance(999);
    connections[0]?.send('456');
    await settle();
    clock.advance(1000);
    await settle();
    expect(failed).toBe('');
    clock.advance(1000);
    await waiting;
    expect(failed).toBe('queue-timeout');
    const next = client.get('http://a.test/3');
    connections[0]?.send('789');
    expect(await response.text()).toBe('123456789');
    await settle();
    expect(connections[0]?.heads[1]).toContain('GET /3 ');
    connections[0]?.send(ok('c'));
    expect(await (await next).text()).toBe('c');
  });

  it('passes the turn of a request that was given up', async () => {
    const transport = memory();
    const connections = await rawServer(transport, () => {});
    const client = new Client({ transport, maxConnectionsPerOrigin: 1 });
    const first = client.get('http://a.test/1');
    const controller = new AbortController();
    const second = client.get('http://a.test/2', { signal: controller.signal });
    const third = client.get('http://a.test/3');
    await settle();
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(second).rejects.toBe(reason);
    connections[0]?.send(ok('a'));
    await (await first).text();
    await settle();
    expect(connections[0]?.heads[1]).toContain('GET /3 ');
    connections[0]?.send(ok('c'));
    expect(await (await third).text()).toBe('c');
  });

  it('passes the turn that came at the moment of giving up', async () => {
    const transport = memory();
    const connections = await rawServer(transport, () => {});
    const controller = new AbortController();
    const reason = new Error('enough');
    let armed = false;
    // Gives the second request up right behind the delivery that frees the connection.
    const { connect } = transport;
    transport.connect = async (options) => {
      const stream = await connect.call(transport, options);
      const { setHandler } = stream;
      stream.setHandler = (handler) =>
        setHandler.call(stream, {
          handleData: (buf, start, end) => {
            handler.handleData(buf, start, end);
            if (armed) controller.abort(reason);
          },
          handleEnd: () => handler.handleEnd(),
          handleDrain: () => handler.handleDrain(),
          handleClose: (error) => handler.handleClose(error),
        });
      return stream;
    };
    const client = new Client({ transport, maxConnectionsPerOrigin: 1 });
    const first = client.get('http://a.test/1');
    const second = client.get('http://a.test/2', { signal: controller.signal });
    const third = client.get('http://a.test/3');
    const refused = expect(second).rejects.toBe(reason);
    await settle();
    armed = true;
    connections[0]?.send(ok('a'));
    await refused;
    await (await first).text();
    await settle();
    expect(connections[0]?.heads[1]).toContain('GET /3 ');
    connections[0]?.send(ok('c'));
    expect(await (await third).text()).toBe('c');
  });

  it('does not hand on a connection that ends with its response [RFC 9112 9.6]', async () => {
    const transport = memory();
    const connections = await rawServer(transport, (connection) => {
      connection.onChange = null;
      connection.send(ok('last')).end();
    });
    const client = new Client({ transport, maxConnectionsPerOrigin: 1 });
    const posts = [1, 2, 3].map((n) => client.post(`http://a.test/${n}`, 'x'));
    for (const post of posts) expect(await (await post).text()).toBe('last');
    expect(connections).toHaveLength(3);
  });

  it('is not tried again and again on a server that closes at once', async () => {
    const transport = memory();
    let accepted = 0;
    await transport.listen({ port: 80 }, (stream) => {
      accepted++;
      const ignore = (): void => {};
      stream.setHandler({
        handleData: ignore,
        handleEnd: ignore,
        handleDrain: ignore,
        handleClose: ignore,
      });
      stream.end();
    });
    const client = new Client({ transport });
    await expect(client.get('http://a.test/')).rejects.toMatchObject({ code: 'closed' });
    expect(accepted).toBe(1);
    expect(client.connections).toBe(0);
  });

  it('is not used up by connections that fail', async () => {
    const transport = memory();
    const client = new Client({ transport, maxConnectionsPerOrigin: 1 });
    const requests = [1, 2, 3].map(() => client.get('http://a.test/'));
    const outcomes = await Promise.allSettled(requests);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected', 'rejected']);
    await rawServer(transport, answers(ok('1')));
    expect(await get(client)).toBe('1');
  });
});

describe('closing the client', () => {
  it('waits for what runs and ends what is kept', async () => {
    const transport = memory();
    const connections = await rawServer(transport, () => {});
    const client = new Client({ transport });
    const running = client.get('http://a.test/');
    await settle();
    let closed = false;
    const closing = client.close().then(() => {
      closed = true;
    });
    await expect(client.get('http://a.test/')).rejects.toMatchObject({ code: 'client-closed' });
    await settle();
    expect(closed).toBe(false);
    connections[0]?.send(ok('late'));
    expect(await (await running).text()).toBe('late');
    await closing;
    await settle();
    expect(connections[0]?.ended).toBe(true);
    expect(client.connections).toBe(0);
  });

  it('by abort resets what runs', async () => {
    const transport = memory();
    const connections = await rawServer(transport, () => {});
    const client = new Client({ transport });
    const running = client.get('http://a.test/');
    await settle();
    client.abort();
    await expect(running).rejects.toMatchObject({ code: 'client-closed' });
    await settle();
    expect(connections[0]?.closed).toBe(true);
  });
});

describe('a connection that takes long to be made', () => {
  /** A transport whose connections after the first are made when the test says so. */
  function slow() {
    const transport = memory();
    const { connect } = transport;
    const waiting: (() => void)[] = [];
    const signals: (AbortLike | undefined)[] = [];
    let made = 0;
    transport.connect = async (options) => {
      signals.push(options.signal);
      if (made++ > 0) await new Promise<void>((resolve) => waiting.push(resolve));
      return connect.call(transport, { host: options.host, port: options.port });
    };
    return { transport, waiting, signals };
  }

  it('is not waited for once another is free, and serves the next', async () => {
    const { transport, waiting } = slow();
    const connections = await rawServer(transport, () => {});
    const client = new Client({ transport });
    const first = client.get('http://a.test/1');
    await settle();
    const second = client.get('http://a.test/2');
    await settle();
    connections[0]?.send(ok('one'));
    await (await first).text();
    await settle();
    expect(connections[0]?.heads[1]).toContain('GET /2 ');
    waiting[0]?.();
    await settle();
    expect(client.connections).toBe(2);
    const third = client.get('http://a.test/3');
    await settle();
    expect(connections[1]?.heads[0]).toContain('GET /3 ');
    connections[0]?.send(ok('two'));
    connections[1]?.send(ok('three'));
    expect(await (await second).text()).toBe('two');
    expect(await (await third).text()).toBe('three');
  });

  it('is given up with the client when nobody waits for it', async () => {
    const { transport, signals } = slow();
    const connections = await rawServer(transport, answers(ok('')));
    const clock = new ManualClock();
    const client = new Client({ transport, clock });
    const first = client.get('http://a.test/1');
    const second = client.get('http://a.test/2');
    await (await first).text();
    await (await second).text();
    expect(connections).toHaveLength(1);
    expect(signals[1]?.aborted).toBe(false);
    await client.close();
    expect(signals[1]?.aborted).toBe(true);
    await settle();
    clock.advance(1000);
    expect(clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
  });
});
