import type { Transport } from '@netlayers/http';
import { tlsTransport } from '@netlayers/node';
import {
  byteStreamSuite,
  MemoryTransport,
  selfSigned,
  type TransportFixture,
} from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

const certificate = selfSigned();
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function makeTransports(): TransportFixture {
  const memory = new MemoryTransport({ schedule: setImmediate });
  const transport = tlsTransport(memory as Transport, {
    identity: certificate,
    ca: certificate.cert,
    servername: 'localhost',
  });
  return {
    server: transport,
    client: transport,
    host: '10.0.0.1',
    until: async (condition) => {
      for (let turn = 0; !condition(); turn++) {
        if (turn > 200_000) throw new Error('the condition never held');
        await nextTurn();
      }
    },
    settle: async () => {
      for (let turn = 0; turn < 100; turn++) await nextTurn();
    },
    close: () => transport.close(),
  };
}

byteStreamSuite({
  name: 'TLS over a pipe in memory',
  tools: { describe, it, expect },
  makeTransports,
});
