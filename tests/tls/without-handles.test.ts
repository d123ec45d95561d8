/**
 * TLS on a Node that has nothing for native handles of ours, as under its permission model: the same streams.
 */

import type { Transport } from '@netlayers/http';
import { netOf, tlsTransport } from '@netlayers/node';
import {
  byteStreamSuite,
  MemoryTransport,
  selfSigned,
  settleTurns,
  type TransportFixture,
  untilTurn,
} from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { trueEnds } from './true-ends.js';

Object.assign(process, {
  binding: () => {
    throw new Error('process.binding is unavailable');
  },
});

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

it('has no handles here', () => {
  expect(() => netOf({ listen: () => {}, connect: () => {} } as never)).toThrow(
    'which native handles',
  );
});

byteStreamSuite({
  name: 'TLS over a Duplex over a pipe in memory',
  tools: { describe, it, expect },
  makeTransports,
});

trueEnds('a Duplex', () => new MemoryTransport({ schedule: setImmediate }) as Transport);
