import { Client, type RequestOptions } from '@netlayers/client';
import { describe, expect, it } from 'vitest';
import { answers, memory, ok, rawServer, settle } from '../support/raw-server.js';

async function clientOf(...texts: string[]) {
  const transport = memory();
  const connections = await rawServer(transport, answers(...texts));
  return { client: new Client({ transport }), connections };
}

async function* pieces(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(3);
  yield new Uint8Array(4);
}

describe('progress', () => {
  const uploads: readonly [what: string, options: RequestOptions, told: unknown[]][] = [
    ['text', { body: 'äb' }, [[3, 3]]],
    ['JSON', { json: [1] }, [[3, 3]]],
    [
      'a stream',
      { body: pieces() },
      [
        [3, null],
        [7, null],
      ],
    ],
    [
      'a stream with a length',
      { body: pieces(), headers: { 'Content-Length': '7' } },
      [
        [3, 7],
        [7, 7],
      ],
    ],
    [
      'much memory',
      { body: new Uint8Array(0x1_8000) },
      [
        [0x1_0000, 0x1_8000],
        [0x1_8000, 0x1_8000],
      ],
    ],
    ['nothing', {}, []],
  ];

  it.each(uploads)('of an upload: %s', async (_, options, expected) => {
    const { client, connections } = await clientOf(ok(''));
    const told: unknown[] = [];
    const onUploadProgress = (...args: unknown[]) => void told.push(args);
    await client.request('http://a.test/', { ...options, method: 'POST', onUploadProgress });
    await settle();
    expect(told).toEqual(expected);
    const isStream = expected.length > 0 && (expected[0] as unknown[])[1] === null;
    expect(/transfer-encoding: chunked/i.test(connections[0]?.received ?? '')).toBe(isStream);
  });

  it.each([
    ['with a length', ok('hello'), [[5, 5]]],
    [
      'in chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
      [[5, null]],
    ],
    ['of nothing', ok(''), []],
  ])('of a download %s', async (_, text, expected) => {
    const { client } = await clientOf(text);
    const told: unknown[] = [];
    const onDownloadProgress = (...args: unknown[]) => void told.push(args);
    await (await client.get('http://a.test/', { onDownloadProgress })).text();
    expect(told).toEqual(expected);
  });

  it('that throws fails what it is of', async () => {
    const { client } = await clientOf(ok('hello'));
    const fail = (): never => {
      throw new Error('mine');
    };
    const response = await client.get('http://a.test/', { onDownloadProgress: fail });
    await expect(response.text()).rejects.toThrow('mine');
    const silent = memory();
    const waiting = await rawServer(silent, () => {});
    const upload = new Client({ transport: silent }).post('http://a.test/', 'text', {
      onUploadProgress: fail,
    });
    await expect(upload).rejects.toThrow('mine');
    await settle();
    expect(waiting[0]?.closed).toBe(true);
  });
});
