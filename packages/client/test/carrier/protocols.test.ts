import { Client } from '@netlayers/client';
import type { MemoryTransport } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { answers, memory, ok, rawServer, settle } from '../support/raw-server.js';

/** A transport whose streams say what was agreed on. */
function agreeing(alpn: string | null): MemoryTransport {
  const transport = memory();
  const { connect } = transport;
  transport.connect = async (options) =>
    Object.assign(await connect.call(transport, options), { alpn });
  return transport;
}

describe('the protocol of a new connection', () => {
  it.each([[null], ['http/1.1']])('is HTTP/1.1 after %s', async (alpn) => {
    const transport = agreeing(alpn);
    await rawServer(transport, answers(ok('hi')));
    const response = await new Client({ transport }).get('http://a.test/');
    expect(await response.text()).toBe('hi');
  });

  it.each(['h3', 'constructor'])('is an error after %s, and its place is free', async (alpn) => {
    const transport = agreeing(alpn);
    const connections = await rawServer(transport, () => {});
    const client = new Client({ transport, maxConnectionsPerOrigin: 1 });
    for (let i = 0; i < 2; i++) {
      await expect(client.get('http://a.test/')).rejects.toMatchObject({
        code: 'unsupported-protocol',
      });
    }
    await settle();
    expect(connections.map(({ closed }) => closed)).toEqual([true, true]);
    expect(client.connections).toBe(0);
  });
});
