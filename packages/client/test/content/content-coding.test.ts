import { deflateSync, gzipSync } from 'node:zlib';
import { Client } from '@netlayers/client';
import { describe, expect, it } from 'vitest';
import { answers, memory, rawServer } from '../support/raw-server.js';

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

const coded = (coding: string, bytes: Uint8Array): string =>
  `HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: ${bytes.length}\r\n\r\n${latin1(bytes)}`;

const text = 'abc'.repeat(100_000);

describe('compressed content', () => {
  it('is asked for and decoded where that is wanted', async () => {
    const transport = memory();
    const both = gzipSync(deflateSync(text));
    const connections = await rawServer(
      transport,
      answers(
        coded('gzip', gzipSync(text)),
        coded('X-GZIP', gzipSync(text)),
        coded('deflate, gzip', both),
      ),
    );
    const client = new Client({ transport, decompress: true });
    for (let i = 0; i < 3; i++) {
      const response = await client.get('http://a.test/');
      expect(response.decoded).toBe(true);
      expect(await response.text()).toBe(text);
    }
    expect(connections[0]?.heads[0]).toContain('Accept-Encoding: gzip, deflate');
    expect(connections).toHaveLength(1);
  });

  it('is passed on as it is where that is not wanted, or the coding is not known', async () => {
    const transport = memory();
    const bytes = gzipSync(text);
    const connections = await rawServer(
      transport,
      answers(coded('gzip', bytes), coded('constructor', bytes)),
    );
    const client = new Client({ transport });
    const plain = await client.get('http://a.test/');
    expect(latin1(await plain.bytes())).toBe(latin1(bytes));
    expect(connections[0]?.heads[0]).not.toContain('Accept-Encoding');
    const unknown = await client.get('http://a.test/', { decompress: true });
    expect(unknown.decoded).toBe(false);
    expect((await unknown.bytes()).length).toBe(bytes.length);
  });

  it('may be decoded by the program', async () => {
    const transport = memory();
    await rawServer(transport, answers(coded('upper', new TextEncoder().encode('quiet'))));
    const decoders = {
      async *upper(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
        for await (const chunk of body) {
          yield new TextEncoder().encode(new TextDecoder().decode(chunk).toUpperCase());
        }
      },
    };
    const client = new Client({ transport, decompress: true, decoders });
    expect(await (await client.get('http://a.test/')).text()).toBe('QUIET');
  });

  it('that is broken or cut short fails', async () => {
    const transport = memory();
    const bytes = gzipSync(text);
    const cut = bytes.subarray(0, bytes.length - 12);
    await rawServer(transport, answers(coded('gzip', new Uint8Array(50)), coded('gzip', cut)));
    const client = new Client({ transport, decompress: true });
    for (let i = 0; i < 2; i++) {
      const response = await client.get('http://a.test/');
      await expect(response.text()).rejects.toMatchObject({ code: 'bad-content-encoding' });
    }
  });

  it('of a connection that is cut says so', async () => {
    const transport = memory();
    const whole = coded('gzip', gzipSync(text));
    await rawServer(transport, (connection) => {
      connection.onChange = null;
      connection.send(whole.slice(0, -20)).end();
    });
    const response = await new Client({ transport, decompress: true }).get('http://a.test/');
    await expect(response.text()).rejects.toMatchObject({ code: 'incomplete' });
  });

  it('counts against the limit as it comes and as it is', async () => {
    const transport = memory();
    const connections = await rawServer(transport, answers(coded('gzip', gzipSync(text))));
    const client = new Client({ transport, decompress: true, maxResponseBytes: 10_000 });
    const response = await client.get('http://a.test/');
    await expect(response.text()).rejects.toMatchObject({ code: 'response-too-large' });
    expect(connections).toHaveLength(1);
  });
});
