import { type EventStream, type EventStreamOptions, eventStream } from '@netlayers/middleware';
import { describe, expect, it } from 'vitest';
import { serve, settle, type Wire } from '../support/serve.js';

async function open(
  produce: (stream: EventStream) => Promise<void> | void,
  options: EventStreamOptions = {},
  fields: Record<string, string> = {},
) {
  const site = await serve((server) =>
    server.route('GET', '/', (request) => eventStream(request, produce, options)),
  );
  const wire = await site.connect();
  wire.ask('GET', '/', { fields });
  await settle();
  return { site, wire };
}

/** A producer that a test speaks through, until it says that it is over. */
function held() {
  let stream: EventStream | null = null;
  let end: () => void = () => {};
  const produce = (given: EventStream): Promise<void> => {
    stream = given;
    return new Promise((resolve) => {
      end = resolve;
    });
  };
  return { produce, stream: () => stream!, end: () => end() };
}

const heartbeats = (wire: Wire): number => wire.text.split('3\r\n:\n\n\r\n').length - 1;

describe('a stream of events', () => {
  it('is a response that nobody stores or gathers [HTML 9.2]', async () => {
    const { wire } = await open(async (stream) => {
      await stream.send('hello');
      await stream.send({ id: '1', data: { a: 1 } });
    });
    const { status, headers, text } = await wire.answer();
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/event-stream');
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(text).toBe('data: hello\n\nid: 1\ndata: {"a":1}\n\n');
  });

  it('says what the client has seen last [HTML 9.2.4]', async () => {
    const { wire } = await open(
      (stream) => void stream.send(String(stream.lastEventId)),
      {},
      {
        'Last-Event-ID': '41',
      },
    );
    expect((await wire.answer()).text).toBe('data: 41\n\n');
    const fresh = await open((stream) => void stream.send(String(stream.lastEventId)));
    expect((await fresh.wire.answer()).text).toBe('data: null\n\n');
  });

  it('sends a comment after silence, by the server’s clock', async () => {
    const { produce, stream } = held();
    const { site, wire } = await open(produce, { heartbeatMs: 10_000 });
    await site.advance(9_000);
    await stream().send('x');
    await site.advance(9_750);
    expect(heartbeats(wire)).toBe(0);
    await site.advance(250);
    expect(heartbeats(wire)).toBe(1);
    await site.advance(20_000);
    expect(heartbeats(wire)).toBe(3);
  });

  it('leaves no timer behind when it is over', async () => {
    const { produce, end } = held();
    const { site, wire } = await open(produce);
    end();
    await wire.answer();
    wire.stream.abort();
    await settle();
    expect(site.clock.nextTimer()).toBe(Number.POSITIVE_INFINITY);
  });

  it('ends with the client’s connection, and ignores what is sent then', async () => {
    const { produce, stream } = held();
    const { site, wire } = await open(produce);
    expect(stream().signal.aborted).toBe(false);
    wire.stream.abort();
    await settle();
    expect([stream().signal.aborted, stream().isOpen]).toEqual([true, false]);
    await stream().send('to nobody');
    expect(stream().queuedBytes).toBe(0);
    expect(site.errors).toEqual([]);
  });

  it('ends behind what waits when the server begins to close', async () => {
    const { produce, stream } = held();
    const { site, wire } = await open(produce);
    wire.stream.pause();
    await stream().send('before');
    const closing = site.server.close();
    expect([stream().signal.aborted, stream().isOpen]).toEqual([true, false]);
    wire.stream.resume();
    expect((await wire.answer()).text).toBe('data: before\n\n');
    wire.stream.end();
    await closing;
    expect(site.server.counters().cut).toBe(0);
  });

  it('lets its producer wait for a client that does not read', async () => {
    let sent = 0;
    const line = 'x'.repeat(1000);
    const { produce, stream, end } = held();
    const { site, wire } = await open(produce);
    wire.stream.pause();
    const all = (async () => {
      for (; sent < 1000; sent++) await stream().send(line);
      end();
    })();
    await settle();
    const first = sent;
    await site.advance(1000);
    expect(sent).toBe(first);
    expect(sent).toBeLessThan(1000);
    wire.stream.resume();
    await all;
    expect((await wire.answer()).text.length).toBe(1000 * (line.length + 8));
  });

  it('breaks off a client for which more waits than may', async () => {
    const { produce, stream } = held();
    const { site, wire } = await open(produce, { maxQueuedBytes: 100_000 });
    wire.stream.pause();
    const flood = () => {
      for (let at = 0; at < 1000; at++) void stream().send('x'.repeat(1000));
    };
    expect(flood).toThrow(RangeError);
    await settle();
    expect([stream().isOpen, stream().queuedBytes]).toEqual([false, 0]);
    wire.stream.resume();
    await wire.until(() => wire.isOver);
    expect(site.errors.length).toBe(1);
  });

  it('is broken off by an error of its producer', async () => {
    const { site, wire } = await open(async (stream) => {
      await stream.send('one');
      throw new Error('no more');
    });
    await wire.until(() => wire.isOver);
    expect(site.errors).toEqual([new Error('no more')]);
  });

  it('answers HEAD without a stream', async () => {
    const { produce, stream } = held();
    const site = await serve((server) =>
      server.route('GET', '/', (request) => eventStream(request, produce)),
    );
    expect((await site.ask('HEAD', '/')).status).toBe(200);
    expect(stream().isOpen).toBe(false);
  });
});
