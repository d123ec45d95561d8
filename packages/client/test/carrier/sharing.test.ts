/**
 * Requests that come while a connection is being made that may carry many: they wait for it, and make
 * their own when it turns out to carry one.
 */

import { Client, ClientError, type ClientOptions, type ClientProtocol } from '@netlayers/client';
import type { Transport } from '@netlayers/http';
import { ManualClock } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { answers, memory, ok, rawServer, settle } from '../support/raw-server.js';

const never: ClientProtocol = {
  alpn: 'h2',
  priorKnowledge: false,
  carry: () => {
    throw new Error('nobody agreed on it');
  },
};

/** A client whose connections are made when the test says so. */
function held(options: Partial<ClientOptions> = {}) {
  const transport = memory();
  const waiting: { go(): void; fail(code: string): void; readonly signal?: AbortSignal }[] = [];
  const { connect } = transport;
  transport.connect = (given) =>
    new Promise((resolve, reject) => {
      waiting.push({
        go: () => connect.call(transport, given).then(resolve, reject),
        fail: (code) => reject(Object.assign(new Error(code), { code })),
        signal: given.signal as AbortSignal,
      });
    });
  const clock = new ManualClock();
  const client = new Client({
    transport: transport as Transport,
    secureTransport: transport as Transport,
    protocols: [never],
    clock,
    ...options,
  });
  const get = (signal?: AbortSignal, connectTimeoutMs = 10_000): Promise<string> =>
    client
      .get('https://a.test:80/', { connectTimeoutMs, ...(signal !== undefined && { signal }) })
      .then((response) => response.text())
      .catch((error: unknown) => (error instanceof ClientError ? error.code : String(error)));
  return { transport, waiting, client, clock, get };
}

describe('requests that come while a connection is made', () => {
  it('wait for it, and make their own when it carries one', async () => {
    const { transport, waiting, get } = held({ maxConnectionsPerOrigin: 3 });
    await rawServer(transport, answers(ok('hi')));
    const all = Array.from({ length: 8 }, () => get());
    await settle();
    expect(waiting).toHaveLength(1);
    waiting[0]?.go();
    for (let at = 1; at < 8; at++) {
      await settle();
      for (const one of waiting.slice(1)) one.go();
    }
    expect(await Promise.all(all)).toEqual(Array.from({ length: 8 }, () => 'hi'));
    expect(waiting.length).toBeLessThanOrEqual(3);
    // What it carries is known now.
    const more = [get(), get()];
    await settle();
    expect(await Promise.all(more)).toEqual(['hi', 'hi']);
  });

  it('fail with it', async () => {
    const { waiting, get, client } = held();
    const all = [get(), get(), get()];
    await settle();
    waiting[0]?.fail('ECONNREFUSED');
    expect(await Promise.all(all)).toEqual(['ECONNREFUSED', 'ECONNREFUSED', 'ECONNREFUSED']);
    expect([waiting.length, client.connections]).toEqual([1, 0]);
  });

  it('are not given up with the one that has begun it', async () => {
    const { transport, waiting, get } = held();
    await rawServer(transport, answers(ok('hi')));
    const first = new AbortController();
    const all = [get(first.signal), get()];
    await settle();
    first.abort(new Error('enough'));
    await settle();
    expect(waiting[0]?.signal?.aborted).toBe(false);
    waiting[0]?.go();
    expect(await Promise.all(all)).toEqual(['Error: enough', 'hi']);
    expect(waiting).toHaveLength(1);
  });

  it('are the last to give it up', async () => {
    const { waiting, get } = held();
    const [one, two] = [new AbortController(), new AbortController()];
    const all = [get(one.signal), get(two.signal)];
    await settle();
    one.abort(new Error('one'));
    two.abort(new Error('two'));
    expect(await Promise.all(all)).toEqual(['Error: one', 'Error: two']);
    expect(waiting[0]?.signal?.aborted).toBe(true);
  });

  it('make their own where they have another time for it', async () => {
    const { waiting, get, clock } = held();
    const all = [get(undefined, 1000), get(undefined, 5000), get(undefined, 1000)];
    await settle();
    expect(waiting).toHaveLength(2);
    clock.advance(1000);
    await settle();
    clock.advance(4000);
    expect(await Promise.all(all)).toEqual(Array.from({ length: 3 }, () => 'connect-timeout'));
  });
});
