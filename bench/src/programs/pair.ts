/**
 * Two of our stacks in one process, joined by a wire in memory: bulk data from one to the other, and
 * requests of 100 bytes with answers of 100 bytes, one under way on each of a number of connections.
 *
 *     pair CONNECTIONS
 */

import process from 'node:process';
import type { SocketHandler, TcpSocket } from '@netlayers/stack';
import { PIECE } from '../process/contents.js';
import { FAR, joinedStacks } from '../process/joined-stacks.js';
import { answerLines } from '../process/lines.js';

const connections = Number(process.argv[2]);
const MESSAGE = new Uint8Array(100).fill(7);
const [SINK, ECHO] = [9, 7];

const { near, far } = joinedStacks();

/** A handler of which only some events matter. */
const handler = (some: Partial<SocketHandler>): SocketHandler => ({
  handleData: () => {},
  handleEnd: () => {},
  handleDrain: () => {},
  handleClose: () => {},
  ...some,
});

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

let taken = 0;
far.listen({ port: SINK }, (socket) =>
  socket.setHandler(
    handler({
      handleData: (_buf, start, end) => {
        taken += end - start;
      },
    }),
  ),
);
far.listen({ port: ECHO }, (socket) =>
  socket.setHandler(handler({ handleData: () => void socket.write(MESSAGE) })),
);

let isSending = false;
const bulk = await near.connect({ host: FAR, port: SINK });
const pump = (): void => {
  while (isSending && bulk.write(PIECE));
};
bulk.setHandler(handler({ handleDrain: pump }));

let isAsking = false;
let answered = 0;
const askers: TcpSocket[] = [];
for (let index = 0; index < connections; index++) {
  const socket = await near.connect({ host: FAR, port: ECHO });
  socket.setHandler(
    handler({
      handleData: () => {
        answered++;
        if (isAsking) socket.write(MESSAGE);
      },
    }),
  );
  askers.push(socket);
}

/** The share of a slice at its beginning that is not counted. */
const WARM_SHARE = 0.2;

answerLines({
  bulk: async (milliseconds) => {
    isSending = true;
    pump();
    await wait(milliseconds! * WARM_SHARE);
    const [before, began] = [taken, performance.now()];
    await wait(milliseconds!);
    const figures = { bytes: taken - before, seconds: (performance.now() - began) / 1000 };
    isSending = false;
    return figures;
  },
  requests: async (milliseconds) => {
    isAsking = true;
    for (const socket of askers) socket.write(MESSAGE);
    const [before, began] = [answered, performance.now()];
    await wait(milliseconds!);
    const figures = { count: answered - before, seconds: (performance.now() - began) / 1000 };
    isAsking = false;
    return figures;
  },
});
