import { Client, type ClientActivity, type ClientOptions, type Retry } from '@netlayers/client';
import { formatHttpDate } from '@netlayers/http';
import { ManualClock, type MemoryTransport } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { answers, memory, ok, rawServer, settle, watched } from '../support/raw-server.js';

const status = (code: number, fields = ''): string =>
  `HTTP/1.1 ${code} X\r\nContent-Length: 4\r\n${fields}\r\nlate`;

/** All pauses are as long as they can be. */
const longest = (): number => 0xffff_ffff;

function clientOn(transport: MemoryTransport, options: Partial<ClientOptions> = {}) {
  const clock = new ManualClock();
  const pauses: number[] = [];
  const observe = (activity: ClientActivity): void => {
    if (activity.type === 'repeat') pauses.push(Math.round(activity.delayMs));
  };
  const client = new Client({ transport, clock, random: longest, observe, ...options });
  return { client, clock, pauses };
}

/** Moves time on until a promise is settled; returns how much, in steps of 100 ms. */
async function advanceUntil(clock: ManualClock, state: { settled: boolean }): Promise<number> {
  const start = clock.now();
  await settle();
  while (!state.settled && clock.now() - start < 600_000) {
    clock.advance(100);
    await settle();
  }
  return clock.now() - start;
}

describe('a request that may be retried', () => {
  it('is sent again after growing pauses, and the last answer counts', async () => {
    const transport = memory();
    const connections = await rawServer(transport, answers(status(503)));
    const { client, clock, pauses } = clientOn(transport, { retry: 3 });
    const request = watched(client.get('http://a.test/'));
    await advanceUntil(clock, request);
    const response = await request.promise;
    expect(response.status).toBe(503);
    expect(await response.text()).toBe('late');
    expect(pauses).toEqual([1000, 2000, 4000]);
    expect(connections.flatMap(({ heads }) => heads)).toHaveLength(4);
  });

  it('ends with the first answer that is none of those', async () => {
    const transport = memory();
    await rawServer(transport, answers(status(502), ok('fine')));
    const { client, clock, pauses } = clientOn(transport, { retry: true });
    const request = watched(client.get('http://a.test/'));
    await advanceUntil(clock, request);
    expect(await (await request.promise).text()).toBe('fine');
    expect(pauses).toEqual([1000]);
    expect(client.connections).toBe(1);
  });

  it('waits as long as the server asks, in seconds or until a date [RFC 9110 10.2.3]', async () => {
    const transport = memory();
    const { client, clock, pauses } = clientOn(transport, { retry: 2 });
    const date = formatHttpDate(Math.ceil(clock.wallTime() / 1000) * 1000 + 20_000);
    await rawServer(
      transport,
      answers(
        status(503, 'Retry-After: 7\r\n'),
        status(429, `Retry-After: ${date}\r\n`),
        ok('fine'),
      ),
    );
    const request = watched(client.get('http://a.test/'));
    await advanceUntil(clock, request);
    expect((await request.promise).status).toBe(200);
    expect(pauses[0]).toBe(7000);
    expect(pauses[1]).toBeGreaterThan(10_000);
    expect(pauses[1]).toBeLessThanOrEqual(21_000);
  });

  it('is not kept waiting longer than it allows: that answer is the answer', async () => {
    const transport = memory();
    await rawServer(transport, answers(status(503, 'Retry-After: 31\r\n')));
    const { client, pauses } = clientOn(transport, { retry: 2 });
    expect((await client.get('http://a.test/')).status).toBe(503);
    expect(pauses).toEqual([]);
  });

  it('is sent again when the connection breaks, and when none can be made', async () => {
    const transport = memory();
    const connections = await rawServer(transport, (connection, index) => {
      if (index === 0) connection.stream.abort();
      else connection.send(ok('fine'));
    });
    const { connect } = transport;
    let refusals = 1;
    transport.connect = (options) =>
      refusals-- > 0
        ? Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
        : connect.call(transport, options);
    const { client, clock } = clientOn(transport, { retry: 2 });
    const request = watched(client.get('http://a.test/'));
    await advanceUntil(clock, request);
    expect(await (await request.promise).text()).toBe('fine');
    expect(connections).toHaveLength(2);
  });

  it('sends its body again where it can, from its start', async () => {
    const transport = memory();
    const connections = await rawServer(transport, (connection, index) => {
      if (!connection.received.endsWith('0\r\n\r\n')) return;
      connection.onChange = null;
      connection.send(index === 0 ? status(503, 'Connection: close\r\n') : ok('fine')).end();
    });
    async function* source(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode('part');
    }
    const { client, clock } = clientOn(transport, { retry: 1 });
    const request = watched(client.put('http://a.test/', source));
    await advanceUntil(clock, request);
    expect((await request.promise).status).toBe(200);
    expect(connections.map(({ received }) => received.includes('4\r\npart\r\n'))).toEqual([
      true,
      true,
    ]);
  });

  it('does without the content of the answer that it does not take', async () => {
    const transport = memory();
    const connections = await rawServer(transport, (connection, index) => {
      connection.onChange = null;
      const long = 'HTTP/1.1 503 X\r\nContent-Length: 100000\r\n\r\nlate';
      connection.send(index === 0 ? long : ok('fine'));
    });
    const { client, clock } = clientOn(transport, { retry: 1 });
    const request = watched(client.get('http://a.test/'));
    await advanceUntil(clock, request);
    expect(await (await request.promise).text()).toBe('fine');
    expect(connections.map(({ closed }) => closed)).toEqual([true, false]);
  });

  it('is given up while it waits, by its signal and by its total time', async () => {
    const transport = memory();
    await rawServer(transport, answers(status(503)));
    const { client, clock } = clientOn(transport, { retry: 9, totalTimeoutMs: 1500 });
    const controller = new AbortController();
    const aborted = watched(client.get('http://a.test/', { signal: controller.signal }));
    await settle();
    controller.abort(new Error('enough'));
    await expect(aborted.promise).rejects.toThrow('enough');
    const late = watched(client.get('http://a.test/'));
    expect(await advanceUntil(clock, late)).toBe(1500);
    await expect(late.promise).rejects.toMatchObject({ code: 'total-timeout' });
  });
});

describe('what is not retried', () => {
  async function attempts(
    answer: string,
    retry: Retry | undefined,
    send: (client: Client) => Promise<unknown>,
  ): Promise<number> {
    const transport = memory();
    const connections = await rawServer(transport, answers(answer));
    const { client, clock } = clientOn(transport, retry === undefined ? {} : { retry });
    const request = watched(send(client));
    await advanceUntil(clock, request);
    await request.promise.catch(() => {});
    const all = connections.map(({ received }) => received).join('');
    return all.split(' HTTP/1.1\r\n').length - 1;
  }

  const get = (client: Client): Promise<unknown> => client.get('http://a.test/');
  const post = (client: Client): Promise<unknown> => client.post('http://a.test/', 'x');
  async function* once(): AsyncGenerator<Uint8Array> {}
  const put = (client: Client): Promise<unknown> => client.put('http://a.test/', once());

  it.each<[string, string, Retry | undefined, (client: Client) => Promise<unknown>, number]>([
    ['anything where nobody asks for it', status(503), undefined, get, 1],
    ['a POST, which may do something twice [RFC 9110 9.2.2]', status(503), 2, post, 1],
    ['a POST that the program says may', status(503), { methods: ['POST'] }, post, 3],
    ['a stream that is used up', status(503), 2, put, 1],
    ['an answer that will be the same', status(404), 2, get, 1],
    ['an answer that the program names', status(404), { statuses: [404], limit: 1 }, get, 2],
    ['an answer that is no HTTP', 'SSH-2.0-x\r\n\r\n', 2, get, 1],
  ])('%s', async (_, answer, retry, send, expected) => {
    expect(await attempts(answer, retry, send)).toBe(expected);
  });
});
