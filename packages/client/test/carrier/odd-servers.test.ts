import { Client } from '@netlayers/client';
import { MemoryTransport } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import {
  answers,
  memory,
  ok,
  type RawConnection,
  rawServer,
  settle,
} from '../support/raw-server.js';

/** Sends a text and ends, or resets. */
const once =
  (text: string, then: 'end' | 'reset' | 'nothing' = 'end') =>
  (connection: RawConnection) => {
    connection.onChange = null;
    connection.send(text);
    if (then === 'end') connection.end();
    if (then === 'reset') queueMicrotask(() => connection.stream.abort());
  };

async function ask(text: string, then: 'end' | 'reset' | 'nothing' = 'end') {
  const transport = memory();
  await rawServer(transport, once(text, then));
  return new Client({ transport }).get('http://a.test/');
}

describe('a server that', () => {
  it('sends no length ends its content with the connection', async () => {
    const response = await ask('HTTP/1.1 200 OK\r\n\r\nto the end');
    expect(response.bodyLength).toBe(-1);
    expect(await response.text()).toBe('to the end');
  });

  it('speaks HTTP/1.0 is understood, and its connection is not kept', async () => {
    const transport = memory();
    await rawServer(transport, once('HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nold', 'nothing'));
    const client = new Client({ transport });
    expect(await (await client.get('http://a.test/')).text()).toBe('old');
    expect(client.connections).toBe(0);
  });

  it('stops in the middle is noticed: length, chunks, head', async () => {
    const short = await ask('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
    await expect(short.text()).rejects.toMatchObject({ code: 'incomplete' });
    const chunked = await ask('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel');
    await expect(chunked.text()).rejects.toMatchObject({ code: 'incomplete' });
    const noLastChunk = await ask(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n',
    );
    await expect(noLastChunk.text()).rejects.toMatchObject({ code: 'incomplete' });
    await expect(ask('HTTP/1.1 200 OK\r\nContent-')).rejects.toMatchObject({ code: 'incomplete' });
    await expect(ask('')).rejects.toMatchObject({ code: 'closed' });
  });

  it('gives what came before it stopped', async () => {
    const response = await ask('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
    await settle();
    let received = '';
    const read = async (): Promise<void> => {
      for await (const chunk of response) received += new TextDecoder().decode(chunk);
    };
    await expect(read()).rejects.toMatchObject({ code: 'incomplete' });
    expect(received).toBe('half');
  });

  it('resets is noticed', async () => {
    const response = ask('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf', 'reset');
    const whole = response.then((got) => got.text());
    await expect(whole).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['a line feed for a line end', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    ['a field without a colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'],
    ['an endless head', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(400_000)}`],
    ['a switch nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ])('sends %s is given up in one line', async (_, text) => {
    const transport = memory();
    const connections = await rawServer(transport, once(text, 'nothing'));
    const client = new Client({ transport });
    const error: unknown = await client.get('http://a.test/').catch((error: unknown) => error);
    expect(error).toMatchObject({ name: 'ClientError' });
    expect((error as Error).message).toMatch(/^a\.test: [^\n]+$/);
    await settle();
    expect(connections[0]?.closed).toBe(true);
    expect(client.connections).toBe(0);
  });

  it('sends garbage behind a response does not get another request', async () => {
    const transport = memory();
    await rawServer(transport, answers(`${ok('good')}HTTP/1.1 200 OK\r\n\r\nsmuggled`, ok('next')));
    const client = new Client({ transport });
    expect(await (await client.get('http://a.test/')).text()).toBe('good');
    expect(client.connections).toBe(0);
    expect(await (await client.get('http://a.test/')).text()).toBe('next');
    expect(transport.connections).toBe(2);
  });

  it('sends a hundred interim responses is understood', async () => {
    const response = await ask('HTTP/1.1 100 Continue\r\n\r\n'.repeat(100) + ok('at last'));
    expect(await response.text()).toBe('at last');
  });

  it('sends interim responses without end is given up [RFC 9110 15.2]', async () => {
    await expect(ask('HTTP/1.1 103 E\r\n\r\n'.repeat(1000))).rejects.toMatchObject({
      name: 'ClientError',
      code: 'too-many-interim-responses',
    });
  });

  it('sends a hundred cookies and more is understood', async () => {
    const cookies = Array.from({ length: 101 }, (_, n) => `Set-Cookie: c${n}=1\r\n`).join('');
    const others = Array.from({ length: 49 }, (_, n) => `X-${n}: 1\r\n`).join('');
    const response = await ask(ok('fine', cookies + others));
    expect(response.headers.getAll('set-cookie')).toHaveLength(101);
    expect(await response.text()).toBe('fine');
  });

  it('sends its content in chunks of one byte is read in few pieces', async () => {
    const size = 300_000;
    const chunks = '1\r\nx\r\n'.repeat(size);
    const text = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`;
    let pieces = 0;
    let bytes = 0;
    for await (const piece of await ask(text)) {
      pieces++;
      bytes += piece.length;
    }
    expect(bytes).toBe(size);
    expect(pieces).toBeLessThan(100);
    expect((await (await ask(text)).bytes()).buffer.byteLength).toBeLessThanOrEqual(2 * size);
  });

  it('sends byte by byte is understood', async () => {
    const transport = new MemoryTransport({ chunkSize: 1 });
    const chunked =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n';
    await rawServer(transport, answers(chunked, ok('whole')));
    const client = new Client({ transport });
    expect(await (await client.get('http://a.test/')).text()).toBe('abc');
    expect(await (await client.get('http://a.test/')).text()).toBe('whole');
    expect(transport.connections).toBe(1);
  });
});
