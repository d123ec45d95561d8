import type { Transport } from '@netlayers/http';
import { tlsTransport } from '@netlayers/node';
import {
  byteStreamSuite,
  MemoryTransport,
  selfSigned,
  settleTurns,
  type TransportFixture,
  untilTurn,
} from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

const certificate = selfSigned();

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
    until: untilTurn,
    settle: () => settleTurns(),
    close: () => transport.close(),
  };
}

byteStreamSuite({
  name: 'TLS over a pipe in memory',
  tools: { describe, it, expect },
  makeTransports,
});
