import { byteStreamOf, duplexOf } from '@netlayers/node';
import { byteStreamSuite, MemoryTransport, type TransportFixture } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Every stream as a Duplex and that as a stream again: what either loses is missing at the end. */
class ThereAndBack extends MemoryTransport {
  override listen(...[options, accept]: Parameters<MemoryTransport['listen']>) {
    return super.listen(options, (stream) => accept(byteStreamOf(duplexOf(stream))));
  }

  override async connect(options: Parameters<MemoryTransport['connect']>[0]) {
    return byteStreamOf(duplexOf(await super.connect(options)));
  }
}

function makeTransports(): TransportFixture {
  const transport = new ThereAndBack({ schedule: setImmediate });
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
  name: 'a byte stream of a Duplex of a byte stream',
  tools: { describe, it, expect },
  makeTransports,
});
