/**
 * Two stacks of `tcpip.js` in one process, their TUN interfaces joined: bulk data, and requests of 100
 * bytes with answers of 100 bytes. Its own timers stand still while data flows, and ours would too: the
 * clock is looked at where data comes.
 *
 *     pair-tcpip-js CONNECTIONS
 */

import process from 'node:process';
import { PIECE } from '../process/contents.js';
import { answerLines } from '../process/lines.js';
import { THEIR_FAR, type TheirDuplex, theirJoinedStacks } from '../process/tcpip-js.js';

const connections = Number(process.argv[2]);
const [SINK, ECHO] = [9, 7];
const MESSAGE = new Uint8Array(100).fill(7);

const { near, far } = await theirJoinedStacks();

async function serve(
  port: number,
  take: (connection: TheirDuplex) => Promise<void>,
): Promise<void> {
  const listener = await far.listenTcp({ port });
  void (async () => {
    for await (const connection of listener) void take(connection);
  })();
}

let taken = 0;
await serve(SINK, async ({ readable }) => {
  for await (const chunk of readable) taken += chunk.length;
});
await serve(ECHO, async ({ readable, writable }) => {
  const writer = writable.getWriter();
  for await (const _ of readable) await writer.write(MESSAGE);
});

const sink = (await near.connectTcp({ host: THEIR_FAR, port: SINK })).writable.getWriter();
const askers = await Promise.all(
  Array.from({ length: connections }, async () => {
    const { readable, writable } = await near.connectTcp({ host: THEIR_FAR, port: ECHO });
    return { reader: readable.getReader(), writer: writable.getWriter() };
  }),
);

answerLines({
  bulk: async (milliseconds) => {
    const [before, began] = [taken, performance.now()];
    while (performance.now() - began < milliseconds!) await sink.write(PIECE);
    return { bytes: taken - before, seconds: (performance.now() - began) / 1000 };
  },
  requests: async (milliseconds) => {
    const began = performance.now();
    let count = 0;
    await Promise.all(
      askers.map(async ({ reader, writer }) => {
        while (performance.now() - began < milliseconds!) {
          await writer.write(MESSAGE);
          await reader.read();
          count++;
        }
      }),
    );
    return { count, seconds: (performance.now() - began) / 1000 };
  },
});
