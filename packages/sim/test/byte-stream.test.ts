import { createNetwork, type LinkOptions } from '@netlayers/sim';
import type { TcpSettings } from '@netlayers/tcp';
import { byteStreamSuite, type TransportFixture } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

/** Long enough for every retransmission that a settled network still wants to make. */
const SETTLING_MS = 20_000;

let seed = 0;

function makeTransports(options: LinkOptions, tcp: Partial<TcpSettings> = {}): TransportFixture {
  const network = createNetwork({ seed: ++seed });
  const server = network.host({ address: '10.0.0.1', name: 'server.test', tcp });
  const client = network.host({ address: '10.0.0.2', tcp });
  network.link(server, client, options);
  return {
    server: server.transport,
    client: client.transport,
    host: 'server.test',
    until: (condition) => network.until(condition),
    settle: () => network.advance(SETTLING_MS),
    close: async () => {
      const closing = Promise.all([
        server.stack.close({ drainMs: 0 }),
        client.stack.close({ drainMs: 0 }),
      ]);
      await network.run(() => closing);
    },
  };
}

const BAD_LINK: LinkOptions = {
  delayMs: 5,
  jitterMs: 1,
  loss: 0.02,
  duplicate: 0.02,
  corrupt: 0.005,
  reorder: { probability: 0.02, extraMs: 3 },
};

/** So that 2 MiB come in many deliveries, even to a reader that pauses. */
const SMALL_BUFFERS = { receiveBuffer: 200_000, sendBuffer: 400_000 };

const tools = { describe, it, expect };

byteStreamSuite({
  name: 'two simulated hosts, a perfect link',
  tools,
  makeTransports: () => makeTransports({ delayMs: 1 }),
});

byteStreamSuite({
  name: 'two simulated hosts, a bad link',
  tools,
  makeTransports: () => makeTransports(BAD_LINK, SMALL_BUFFERS),
  bulkBytes: 2 << 20,
  bufferLimit: 4 << 20,
  manyStreams: 30,
});
