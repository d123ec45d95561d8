import type { MemoryWireOptions } from '@netlayers/link';
import { byteStreamSuite, type TransportFixture } from '@netlayers/testkit';
import { describe, expect, it } from 'vitest';
import { twoStacks } from './bench.js';

function makeTransports(wire: MemoryWireOptions): TransportFixture {
  const { bench, near, far } = twoStacks({}, {}, wire);
  return {
    server: far.transport,
    client: near.transport,
    host: '10.0.0.2',
    until: (condition) => bench.until(condition),
    settle: () => bench.advance(5000),
    close: async () => {
      const closing = Promise.all([near.close({ drainMs: 0 }), far.close({ drainMs: 0 })]);
      await bench.wait(closing);
    },
  };
}

const wires: [name: string, wire: MemoryWireOptions][] = [
  ['a wire in memory', {}],
  ['a wire that offloads', { checksumOffload: true, segmentationOffload: 65535 }],
  ['a wire that drops when it is full', { receiveQueue: 64, whenFull: 'drop' }],
  ['a wire that refuses when it is full', { receiveQueue: 3 }],
];

for (const [name, wire] of wires) {
  byteStreamSuite({
    name: `two stacks, ${name}`,
    tools: { describe, it, expect },
    makeTransports: () => makeTransports(wire),
    manyStreams: 50,
  });
}
