import { Client, type EventSourceOptions, eventSource } from '@netlayers/client';
import { ManualClock } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { EventParser } from '../../src/events/event-parser.js';
import { memory, rawServer, settle } from '../support/raw-server.js';

const HEAD =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nConnection: close\r\n\r\n';

/** The data of the events of a text, read in pieces of a size. */
function read(text: string, size: number): string[] {
  const parser = new EventParser('', 100);
  const bytes = new TextEncoder().encode(text);
  const found: string[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    for (const { type, data, lastEventId } of parser.read(bytes.subarray(at, at + size))) {
      found.push(`${type}|${data}|${lastEventId}`);
    }
  }
  return found;
}

describe('a stream of events', () => {
  const rows: readonly [what: string, text: string, events: string[]][] = [
    ['data', 'data: a\n\n', ['message|a|']],
    [
      'all line ends',
      'data:a\r\n\r\ndata:b\r\rdata:c\n\n',
      ['message|a|', 'message|b|', 'message|c|'],
    ],
    ['a byte order mark', '\ufeffdata: ü\n\n', ['message|ü|']],
    ['several lines', 'data: a\ndata:  b\ndata\n\n', ['message|a\n b\n|']],
    ['a type, for one event', 'event: x\ndata: a\n\ndata: b\n\n', ['x|a|', 'message|b|']],
    ['a type without data', 'event: x\n\ndata: b\n\n', ['message|b|']],
    [
      'an id, until another',
      'id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n',
      ['message|a|1', 'message|b|1', 'message|c|'],
    ],
    ['an id that is none', 'id: 1\ndata: a\n\nid: \0\ndata: b\n\n', ['message|a|1', 'message|b|1']],
    ['comments and strangers', ':hi\nother: x\ndata: a\n\n', ['message|a|']],
    ['an end too early', 'data: a\n\ndata: b\n', ['message|a|']],
  ];

  it.each(rows)('has %s', (_, text, events) => {
    for (const size of [1, 2, 3, 1000]) expect(read(text, size)).toEqual(events);
  });

  it('has comments without end, but no event without end', () => {
    expect(read(`${':'.repeat(60)}\n`.repeat(9), 7)).toEqual([]);
    expect(() => read('data: 1234567890\n'.repeat(9), 7)).toThrow(/larger/);
    expect(() => read('x'.repeat(101), 7)).toThrow(/larger/);
  });
});

/** A source whose connections are answered one after the other. */
async function sourceOf(texts: string[], options: EventSourceOptions = {}) {
  const transport = memory();
  const connections = await rawServer(transport, (connection, index) => {
    const text = texts[Math.min(index, texts.length - 1)] ?? '';
    connection.send(text);
    if (!text.endsWith(' ')) connection.end();
  });
  const clock = new ManualClock();
  const client = new Client({ transport, clock });
  const heard: string[] = [];
  const over = (async () => {
    for await (const event of eventSource(client, 'http://a.test/', { clock, ...options })) {
      heard.push(event.data);
    }
  })();
  over.catch(() => {});
  await settle();
  const wait = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settle();
  };
  return { connections, heard, over, wait };
}

describe('a source of events', () => {
  it('comes back after a pause, and says what it had last', async () => {
    const texts = [`${HEAD}retry: 500\nid: ü\ndata: a\n\n`, `${HEAD}data: b\n\n`];
    const bytes = texts.map((text) => Buffer.from(text).toString('latin1'));
    const { connections, heard, wait } = await sourceOf(bytes);
    expect(heard).toEqual(['a']);
    await wait(499);
    expect(connections).toHaveLength(1);
    await wait(1);
    expect(heard).toEqual(['a', 'b']);
    expect(connections[0]?.received).toContain('Accept: text/event-stream\r\n');
    expect(connections[0]?.received).not.toContain('Last-Event-ID');
    const sent = /Last-Event-ID: (.*)\r/.exec(connections[1]?.received ?? '')?.[1] ?? '';
    expect(Buffer.from(sent, 'latin1').toString()).toBe('ü');
  });

  it('waits longer each time, up to a limit, until an event has come', async () => {
    const away = 'HTTP/1.1 503 Away\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
    const texts = [away, '', away, `${HEAD}data: a\n\n`, away];
    const { connections, heard, wait } = await sourceOf(texts, { retryMs: 100, maxRetryMs: 300 });
    for (const [count, ms] of [100, 200, 300, 100, 100, 200].entries()) {
      await wait(ms - 1);
      expect(connections).toHaveLength(count + 1);
      await wait(1);
      expect(connections).toHaveLength(count + 2);
    }
    expect(heard).toEqual(['a']);
  });

  it('takes a connection that brings nothing for lost', async () => {
    const { connections, wait } = await sourceOf([`${HEAD}: `], { bodyTimeoutMs: 1000 });
    await wait(1000);
    await wait(3000);
    expect(connections).toHaveLength(2);
    expect(connections[0]?.closed).toBe(true);
  });

  it.each([
    ['204', 'HTTP/1.1 204 No Content\r\n\r\n', undefined],
    ['404', 'HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n', 'bad-event-stream'],
    ['another type', 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n', 'bad-event-stream'],
    ['what is no HTTP', 'SSH-2.0-x\r\n\r\n', expect.any(String)],
  ])('is over after %s', async (_, text, code) => {
    const { connections, over, wait } = await sourceOf([text]);
    expect(await over.catch((error) => error.code)).toEqual(code);
    await wait(1e6);
    expect(connections).toHaveLength(1);
  });

  it('ends with its loop and with its signal, in a pause too', async () => {
    const transport = memory();
    const connections = await rawServer(transport, (it) => it.send(`${HEAD}data: a\n\n`));
    for await (const event of eventSource(new Client({ transport }), 'http://a.test/')) {
      expect(event.data).toBe('a');
      break;
    }
    await settle();
    expect(connections[0]?.closed).toBe(true);
    const controller = new AbortController();
    const { over } = await sourceOf([HEAD], { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(over).rejects.toThrow('enough');
  });
});
