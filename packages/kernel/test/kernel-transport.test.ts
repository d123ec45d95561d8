import { kernelTransport } from '@netlayers/kernel';
import { byteStreamSuite, settleTurns, type TransportFixture, untilTurn } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

function makeTransports(): TransportFixture {
  const server = kernelTransport();
  const client = kernelTransport();
  return {
    server,
    client,
    host: '127.0.0.1',
    until: untilTurn,
    settle: () => settleTurns(),
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
