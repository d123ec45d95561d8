import { Response } from '@netlayers/http';
import type { ServerProtocol } from '@netlayers/server';
import { describe, expect, it } from 'vitest';
import { Harness, head, settle } from '../support/harness.js';

/** A protocol that begins with two words and echoes what it was given in the end. */
function toy(taken: string[]): ServerProtocol {
  return {
    alpn: 'toy',
    preface: new TextEncoder().encode('PRI * TOY'),
    accept: (stream, host, received) => {
      const connection = { handleTick() {}, closeWithin() {}, reset: () => stream.abort() };
      taken.push(new TextDecoder().decode(received));
      stream.setHandler({
        handleData: (buf, start, end) =>
          taken.push(new TextDecoder().decode(buf.subarray(start, end))),
        handleEnd() {},
        handleDrain() {},
        handleClose: () => host.forget(connection),
      });
      return connection;
    },
  };
}

const start = (taken: string[], transport = {}) =>
  Harness.start(
    (server) => server.speak(toy(taken)).route('GET', '/', () => Response.text('1.1')),
    {},
    transport,
  );

describe('a preface [RFC 9113 3.3]', () => {
  it('chooses the protocol, in whatever pieces it comes', async () => {
    for (const chunkSize of [1, 4, 9, 100]) {
      const taken: string[] = [];
      const harness = await start(taken, { chunkSize });
      const client = await harness.connect();
      await client.send('PRI * TOYand more');
      expect(taken.join('')).toBe('PRI * TOYand more');
      expect(taken[0]?.startsWith('PRI * TOY')).toBe(true);
      client.stream.abort();
      await settle();
      expect(harness.server.counters().connections).toBe(0);
    }
  });

  it('is not what a request of HTTP/1.1 begins with', async () => {
    for (const chunkSize of [1, 2, 3, 100]) {
      const taken: string[] = [];
      const harness = await start(taken, { chunkSize });
      expect((await harness.fetch(head('GET /'))).body).toBe('1.1');
      // Methods that share some of its octets.
      for (const method of ['PUT', 'PRI', 'PRINT'])
        expect(
          (await harness.fetch(head(`${method} /`, 'Content-Length: 0'))).status,
        ).toBeGreaterThan(400);
      expect(taken).toEqual([]);
      expect(harness.server.counters().rejected).toBe(0);
    }
  });

  it('is not looked for where TLS has chosen', async () => {
    const taken: string[] = [];
    const harness = await start(taken, { secure: true });
    expect((await harness.fetch('PRI * TOY\r\n\r\n')).status).toBe(400);
    expect(taken).toEqual([]);
  });

  it('is waited for as long as a head is, and not beyond a close', async () => {
    const harness = await start([]);
    const silent = await harness.connect();
    const begun = await harness.connect();
    await begun.send('PRI');
    await harness.advance(30_000);
    expect(harness.server.counters().connections).toBe(2);
    await harness.advance(3000);
    expect(harness.server.counters().connections).toBe(0);
    expect([silent.isEnded, begun.isEnded]).toEqual([true, true]);
    const last = await harness.connect();
    await harness.server.close();
    await settle();
    expect(last.isEnded).toBe(true);
  });

  it('that is cut short is a request that is', async () => {
    const harness = await start([]);
    const client = await harness.connect();
    await client.send('PRI * ');
    client.stream.end();
    await settle();
    expect(client.take()).toMatch(/^HTTP\/1.1 400 /);
  });

  it('is one', async () => {
    const harness = await start([]);
    expect(() => harness.server.speak({ ...toy([]), alpn: 'other' })).toThrow(
      'This server knows one preface already',
    );
  });
});
