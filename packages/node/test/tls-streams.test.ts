import type { Transport } from '@netlayers/http';
import { tlsTransport } from '@netlayers/node';
import {
  byteStreamSuite,
  fixtureOf,
  MemoryTransport,
  selfSigned,
  type TransportFixture,
} from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

const certificate = selfSigned();

function makeTransports(): TransportFixture {
  const memory = new MemoryTransport({ schedule: setImmediate });
  return fixtureOf(
    tlsTransport(memory as Transport, {
      identity: certificate,
      ca: certificate.cert,
      servername: 'localhost',
    }),
  );
}

byteStreamSuite({
  name: 'TLS over a pipe in memory',
  tools: { describe, it, expect },
  makeTransports,
});
