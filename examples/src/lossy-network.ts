/**
 * Tests a program's retries on a network that fails in every way it can, in virtual time: minutes
 * of outage take milliseconds, and the same seed fails in the same way again.
 *
 * The program under test fetches a document and tries again with doubling pauses. It knows nothing
 * of the simulation: it is handed a way to connect and a way to wait. Run by `npm test`.
 */

import assert from 'node:assert/strict';
import { createNetwork } from '@netlayers/sim';
import type { TcpSocket } from '@netlayers/stack';

/** What the program under test needs of its world. */
interface World {
  connect(): Promise<TcpSocket>;
  sleep(ms: number): Promise<void>;
}

async function readAll(socket: TcpSocket): Promise<string> {
  const decoder = new TextDecoder();
  const reader = socket.readable.getReader();
  let text = '';
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    text += decoder.decode(read.value, { stream: true });
  }
  socket.end();
  return text;
}

/** The program under test. */
async function fetchDocument(world: World): Promise<{ text: string; attempts: number }> {
  for (let attempts = 1; ; attempts++) {
    try {
      const socket = await world.connect();
      // The simulation has found that this is needed: also the reset of a dead server can be lost.
      void world.sleep(15_000).then(() => socket.abort());
      const text = await readAll(socket);
      if (text.endsWith('the end')) return { text, attempts };
      throw new Error('the document is not complete');
    } catch (error) {
      if (attempts === 8) throw error;
      await world.sleep(500 * 2 ** attempts);
    }
  }
}

/** Runs the program once, in a world in which things go wrong. */
async function runOnce(seed: number, outageMs: number) {
  const network = createNetwork({ seed });
  const server = network.host({ address: '10.0.0.1' });
  const client = network.host({ address: '10.0.0.2', tcp: { synRetries: 2 } });
  const link = network.link(client, server, {
    delayMs: 40,
    jitterMs: 20,
    loss: 0.1,
    duplicate: 0.05,
    corrupt: 0.02,
    reorder: { probability: 0.1, extraMs: 30 },
  });
  let served = 0;
  server.stack.listen({ port: 80 }, (socket) => {
    const writer = socket.writable.getWriter();
    const document = new TextEncoder().encode(`${'all work and no play\n'.repeat(500)}the end`);
    // Every third connection breaks in the middle.
    const isBroken = ++served % 3 === 1;
    writer.write(isBroken ? document.subarray(0, 5000) : document).catch(() => {});
    if (isBroken) void network.sleep(100).then(() => socket.abort());
    else writer.close().catch(() => {});
  });
  link.down();
  network.clock.setTimer(outageMs, () => link.up());
  const result = await network.run(() =>
    fetchDocument({
      connect: () => client.stack.connect({ host: server.address, port: 80 }),
      sleep: (ms) => network.sleep(ms),
    }),
  );
  return { ...result, virtualMs: network.clock.now() };
}

const began = performance.now();
let virtualMs = 0;
for (let seed = 1; seed <= 100; seed++) {
  const result = await runOnce(seed, seed * 200);
  assert.equal(result.text.length, 21 * 500 + 7, `seed ${seed}`);
  assert.deepEqual(await runOnce(seed, seed * 200), result, `seed ${seed} is the same run again`);
  if (seed % 20 === 0) {
    console.log(
      `seed ${seed}: ${result.attempts} attempts, ${(result.virtualMs / 1000).toFixed(1)} s of virtual time`,
    );
  }
  virtualMs += 2 * result.virtualMs;
}
const realMs = performance.now() - began;
console.log(
  `200 runs, ${(virtualMs / 60_000).toFixed(0)} minutes in ${(realMs / 1000).toFixed(1)} s`,
);
