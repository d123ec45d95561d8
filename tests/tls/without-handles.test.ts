/**
 * TLS on a Node that has nothing for native handles of ours, as under its permission model: the same streams.
 */

import type { Transport } from '@netlayers/http';
import { netOf, tlsTransport } from '@netlayers/node';
import {
  byteStreamSuite,
  fixtureOf,
  MemoryTransport,
  selfSigned,
  type TransportFixture,
} from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { trueEnds } from './true-ends.js';

Object.assign(process, {
  binding: () => {
    throw new Error('process.binding is unavailable');
  },
});

const certificate = selfSigned();
const pipe = () => new MemoryTransport({ schedule: setImmediate }) as Transport;

function makeTransports(): TransportFixture {
  return fixtureOf(
    tlsTransport(pipe(), {
      identity: certificate,
      ca: certificate.cert,
      servername: 'localhost',
    }),
  );
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

trueEnds('a Duplex', pipe);
