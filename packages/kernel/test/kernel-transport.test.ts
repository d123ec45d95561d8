import { kernelTransport } from '@netlayers/kernel';
import { byteStreamSuite, type TransportFixture } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Loopback delivers within a turn or two of the event loop; the rest is for a busy machine. */
const SETTLING_TURNS = 100;
const PATIENCE_MS = 20_000;

function makeTransports(): TransportFixture {
  const server = kernelTransport();
  const client = kernelTransport();
  return {
    server,
    client,
    host: '127.0.0.1',
    until: async (condition) => {
      const start = performance.now();
      while (!condition()) {
        if (performance.now() - start > PATIENCE_MS) throw new Error('the condition never held');
        await nextTurn();
      }
    },
    settle: async () => {
      for (let turn = 0; turn < SETTLING_TURNS; turn++) await nextTurn();
    },
    close: async () => {
      await server.close();
      await client.close();
    },
  };
}

byteStreamSuite({
  name: 'the TCP of the kernel',
  tools: { describe, it, expect },
  makeTransports,
});
