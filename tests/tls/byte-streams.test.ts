import type { Transport } from '@netlayers/http';
import { kernelTransport } from '@netlayers/kernel';
import { tlsTransport } from '@netlayers/node';
import { createNetwork } from '@netlayers/sim';
import {
  byteStreamSuite,
  selfSigned,
  settleTurns,
  type TransportFixture,
  untilTurn,
} from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

const certificate = selfSigned();
const tools = { describe, it, expect };

/** Loopback delivers within a turn or two of the event loop, each layer of Node in one more. */
const SETTLING_TURNS = 300;

const secured = (inner: Transport, clock = {}) =>
  tlsTransport(inner, {
    identity: certificate,
    ca: certificate.cert,
    servername: 'localhost',
    ...clock,
  });

function overKernel(): TransportFixture {
  const server = secured(kernelTransport());
  const client = secured(kernelTransport());
  return {
    server,
    client,
    host: '127.0.0.1',
    until: untilTurn,
    settle: () => settleTurns(SETTLING_TURNS),
    close: async () => {
      await server.close();
      await client.close();
    },
  };
}

let seed = 0;

/** Two simulated hosts, with 1 % of the packets lost. */
function overOurs(): TransportFixture {
  const network = createNetwork({ seed: ++seed });
  const tcp = { receiveBuffer: 200_000, sendBuffer: 400_000 };
  const server = network.host({ address: '10.0.0.1', name: 'server.test', tcp });
  const client = network.host({ address: '10.0.0.2', tcp });
  network.link(server, client, { delayMs: 2, loss: 0.01 });
  const { clock } = network;
  return {
    server: secured(server.transport, { clock }),
    client: secured(client.transport, { clock }),
    host: 'server.test',
    until: (condition) => network.until(condition),
    settle: async () => {
      // Node's layers have turns of their own between two moments of the network.
      for (let step = 0; step < 20; step++) {
        await network.advance(1000);
        await settleTurns(5);
      }
    },
    close: async () => {
      const closing = Promise.all([
        server.stack.close({ drainMs: 0 }),
        client.stack.close({ drainMs: 0 }),
      ]);
      await network.run(() => closing);
    },
  };
}

byteStreamSuite({ name: 'TLS over the TCP of the kernel', tools, makeTransports: overKernel });

byteStreamSuite({
  name: 'TLS over our TCP, two simulated hosts, packets lost',
  tools,
  makeTransports: overOurs,
  bulkBytes: 1 << 20,
  bufferLimit: 4 << 20,
  manyStreams: 20,
});
