import { byteStreamSuite, MemoryTransport, type TransportFixture } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';

/** Runs what was scheduled in a queue of the test's own; promises get their turn in between. */
function makeTransports(options: { chunkSize?: number }): TransportFixture {
  const queue: (() => void)[] = [];
  const transport = new MemoryTransport({ ...options, schedule: (turn) => queue.push(turn) });
  const microtasks = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const until = async (condition: () => boolean): Promise<void> => {
    for (let idle = 0; !condition(); ) {
      queue.shift()?.();
      if (queue.length > 0) continue;
      if (++idle > 10) throw new Error('nothing is under way, and the condition does not hold');
      await microtasks();
    }
  };
  const settle = async (): Promise<void> => {
    for (let idle = 0; idle < 5; idle++) {
      for (let turn = queue.shift(); turn !== undefined; turn = queue.shift()) turn();
      await microtasks();
    }
  };
  return {
    server: transport,
    client: transport,
    host: 'server.test',
    until: (condition) => until(condition),
    settle,
    close: () => transport.close(),
  };
}

for (const chunkSize of [0x1_0000, 999]) {
  byteStreamSuite({
    name: `memory, at most ${chunkSize} bytes at once`,
    tools: { describe, it, expect },
    makeTransports: () => makeTransports({ chunkSize }),
    bulkBytes: 1 << 20,
    bufferLimit: 1 << 20,
  });
}
