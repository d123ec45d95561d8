import type { Transport } from '@netlayers/http';
import { type ProxyProtocolOptions, proxyProtocol } from '@netlayers/proxy';
import {
  byteStreamSuite,
  MemoryTransport,
  type MemoryTransportOptions,
  type StreamTransport,
  type TransportFixture,
} from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

function makeTransports(
  options: ProxyProtocolOptions,
  memory: MemoryTransportOptions,
): TransportFixture {
  const settle = (): Promise<void> =>
    new Promise((resolve) => {
      setImmediate(resolve);
    });
  const inner = new MemoryTransport(memory) as Transport;
  const transport = proxyProtocol(inner, { trusted: () => true, ...options }) as StreamTransport;
  return {
    server: transport,
    client: transport,
    host: '127.0.0.1',
    until: async (condition) => {
      for (let turn = 0; turn < 100_000 && !condition(); turn++) await settle();
      expect(condition()).toBe(true);
    },
    settle: async () => {
      for (let turn = 0; turn < 5; turn++) await settle();
    },
    close: () => transport.close(),
  };
}

const tools = { describe, it, expect };

byteStreamSuite({
  name: 'behind a PROXY header of version 1',
  tools,
  makeTransports: () => makeTransports({ version: 1 }, {}),
});

byteStreamSuite({
  name: 'behind a PROXY header of version 2, in pieces of 61 bytes',
  tools,
  makeTransports: () => makeTransports({ version: 2 }, { chunkSize: 61 }),
  bulkBytes: 1 << 18,
  bufferLimit: 1 << 20,
});
