import { Client } from '@netlayers/client';
import { ManualClock, MemoryStream, MemoryTransport, type Stream } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { answers, memory, ok, rawServer, settle, watched } from '../support/raw-server.js';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** A server that takes `portion` octets each time it is told to, and answers when `text` has come. */
async function slowServer(transport: MemoryTransport, answer: string, whole: number) {
  const state = { received: 0, stream: null as Stream | null };
  let answered = false;
  await transport.listen({ port: 80 }, (stream) => {
    state.stream = stream;
    stream.pause();
    stream.setHandler({
      handleData: (_, start, end) => {
        state.received += end - start;
        if (state.received >= whole && !answered) stream.write(latin1(answer));
        answered = state.received >= whole;
        stream.pause();
      },
      handleEnd: () => {},
      handleDrain: () => {},
      handleClose: () => {},
    });
  });
  return { state, take: () => state.stream?.resume() };
}

/** Seconds pass; `each` runs in every one of them. */
async function pass(clock: ManualClock, seconds: number, each: () => void): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    each();
    await settle();
    clock.advance(1000);
    await settle();
  }
}

describe('a server that sends', () => {
  const size = 60_000;

  it.each([
    [300, null],
    [100, 'body-timeout'],
  ])('%d bytes a second ends with %s', async (rate, code) => {
    const clock = new ManualClock();
    const transport = memory();
    const connections = await rawServer(
      transport,
      answers(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`),
    );
    const client = new Client({ transport, clock, bodyTimeoutMs: 5000 });
    const whole = watched((await client.get('http://a.test/')).bytes());
    await pass(clock, size / rate, () => connections[0]?.send('x'.repeat(rate)));
    if (code === null) expect((await whole.promise).length).toBe(size);
    else await expect(whole.promise).rejects.toMatchObject({ code });
  });

  it('nothing is given up after the time-out, however fast it was before', async () => {
    const clock = new ManualClock();
    const transport = memory();
    const connections = await rawServer(
      transport,
      answers(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`),
    );
    const client = new Client({ transport, clock, bodyTimeoutMs: 5000 });
    const whole = watched((await client.get('http://a.test/')).bytes());
    await pass(clock, 3, () => connections[0]?.send('x'.repeat(10_000)));
    await pass(clock, 3, () => {});
    expect(whole.settled).toBe(false);
    await pass(clock, 1, () => {});
    await expect(whole.promise).rejects.toMatchObject({ code: 'body-timeout' });
  });

  it('in single-byte chunks is measured by all that it sends', async () => {
    const clock = new ManualClock();
    const transport = memory();
    const connections = await rawServer(
      transport,
      answers('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'),
    );
    const client = new Client({ transport, clock, bodyTimeoutMs: 5000 });
    const whole = watched((await client.get('http://a.test/')).bytes());
    // 50 bytes of content, 300 on the wire.
    await pass(clock, 60, () => connections[0]?.send('1\r\nx\r\n'.repeat(50)));
    connections[0]?.send('0\r\n\r\n');
    expect((await whole.promise).length).toBe(3000);
  });
});

describe('a server that takes', () => {
  async function* source(size: number): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0; left -= 1000) yield new Uint8Array(1000);
  }

  it.each([
    [300, null],
    [100, 'body-timeout'],
  ])('%d bytes a second of a stream ends with %s', async (rate, code) => {
    const clock = new ManualClock();
    const transport = new MemoryTransport({ highWaterMark: 2000, chunkSize: rate });
    const server = await slowServer(transport, ok('done'), 30_000);
    const client = new Client({ transport, clock, bodyTimeoutMs: 5000, headersTimeoutMs: 5000 });
    const request = watched(client.post('http://a.test/', source(30_000)));
    await settle();
    // Pieces of a thousand are not taken in whole portions: a little slower than the rate.
    await pass(clock, 36_000 / rate, server.take);
    if (code === null) expect(await (await request.promise).text()).toBe('done');
    else await expect(request.promise).rejects.toMatchObject({ code });
  });

  it.each([
    [300, null],
    [100, 'headers-timeout'],
  ])('%d bytes a second of what was written at once ends with %s', async (rate, code) => {
    const clock = new ManualClock();
    const transport = new MemoryTransport({ chunkSize: rate });
    const server = await slowServer(transport, ok('done'), 30_000);
    const client = new Client({ transport, clock, bodyTimeoutMs: 5000, headersTimeoutMs: 5000 });
    const request = watched(client.post('http://a.test/', new Uint8Array(30_000)));
    await settle();
    await pass(clock, 30_500 / rate, server.take);
    if (code === null) expect(await (await request.promise).text()).toBe('done');
    else await expect(request.promise).rejects.toMatchObject({ code });
  });

  it.each([
    [300, null],
    [100, 'headers-timeout'],
  ])('%d bytes a second of what the kernel has ends with %s', async (rate, code) => {
    const clock = new ManualClock();
    const transport = new MemoryTransport({ chunkSize: rate });
    const { connect } = transport;
    let measured = 0;
    transport.connect = async (options) => {
      const stream = await connect.call(transport, options);
      const real = Object.getOwnPropertyDescriptor(MemoryStream.prototype, 'unacknowledged');
      Object.defineProperty(stream, 'unacknowledged', { value: 0 });
      const measureUnacknowledged = (): number => {
        measured++;
        return real?.get?.call(stream);
      };
      return Object.assign(stream, { measureUnacknowledged });
    };
    const server = await slowServer(transport, ok('done'), 30_000);
    const client = new Client({ transport, clock, bodyTimeoutMs: 5000, headersTimeoutMs: 5000 });
    const request = watched(client.post('http://a.test/', new Uint8Array(30_000)));
    await settle();
    await pass(clock, 30_500 / rate, server.take);
    if (code === null) expect(await (await request.promise).text()).toBe('done');
    else await expect(request.promise).rejects.toMatchObject({ code });
    expect(measured).toBeGreaterThan(0);
    measured = 0;
    const get = watched(client.get('http://b.test/'));
    await pass(clock, 4, () => {});
    expect(measured).toBe(0);
    client.abort();
    await get.promise.catch(() => {});
  });

  it('all of it late has the whole time to answer', async () => {
    const clock = new ManualClock();
    const transport = memory();
    const server = await slowServer(transport, '', 500);
    const client = new Client({ transport, clock, headersTimeoutMs: 5000 });
    const request = watched(client.post('http://a.test/', new Uint8Array(500)));
    await settle();
    await pass(clock, 4, () => {});
    server.take();
    await pass(clock, 4, () => {});
    expect(request.settled).toBe(false);
    server.state.stream?.write(latin1(ok('done')));
    expect(await (await request.promise).text()).toBe('done');
  });

  it('all of it, and then says nothing, is given up after the time-out for that', async () => {
    const clock = new ManualClock();
    const transport = new MemoryTransport({ chunkSize: 1000 });
    const server = await slowServer(transport, '', 30_000);
    const client = new Client({ transport, clock, headersTimeoutMs: 5000 });
    const request = watched(client.post('http://a.test/', new Uint8Array(29_000)));
    await settle();
    await pass(clock, 31, server.take);
    expect(server.state.received).toBeGreaterThan(29_000);
    expect(request.settled).toBe(false);
    await pass(clock, 5, () => {});
    await expect(request.promise).rejects.toMatchObject({ code: 'headers-timeout' });
  });

  it('no more after an early success is given up, though the response is complete', async () => {
    const clock = new ManualClock();
    const transport = new MemoryTransport({ highWaterMark: 2000, chunkSize: 500 });
    const server = await slowServer(transport, ok('early'), 1000);
    const client = new Client({ transport, clock, bodyTimeoutMs: 5000 });
    const request = client.post('http://a.test/', source(1_000_000));
    for (let i = 0; i < 5; i++) {
      await settle();
      server.take();
    }
    expect(await (await request).text()).toBe('early');
    await settle();
    expect(client.connections).toBe(1);
    await pass(clock, 6, () => {});
    expect(client.connections).toBe(0);
    expect(clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a program that is slow', () => {
  it('to make its request is waited for, also when the response has begun', async () => {
    const clock = new ManualClock();
    const transport = memory();
    let goOn: () => void = () => {};
    async function* source(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 3; i++) {
        yield latin1('question');
        await new Promise<void>((resolve) => {
          goOn = resolve;
        });
      }
    }
    const connections = await rawServer(transport, (connection) => {
      const asked = connection.received.split('question').length - 1;
      const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
      if (asked === 1) connection.send(head);
      if (connection.received.endsWith('0\r\n\r\n')) connection.send('0\r\n\r\n');
      else if (asked > 0) connection.send('6\r\nanswer\r\n');
    });
    const client = new Client({ transport, clock, bodyTimeoutMs: 1000 });
    const text = watched((await client.post('http://a.test/', source())).text());
    for (let i = 0; i < 3; i++) {
      await settle();
      clock.advance(10_000);
      await settle();
      expect(text.settled).toBe(false);
      goOn();
    }
    expect(await text.promise).toBe('answeranswer'.concat('answer'));
    expect(connections).toHaveLength(1);
  });
});
