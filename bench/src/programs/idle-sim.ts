/**
 * Idle connections in the simulator: clients and a server on two hosts of one network, in virtual time.
 * Every connection is kept, with HTTP after one request; nothing is said any more. Tells what a
 * connection costs, both of its ends together.
 *
 *     idle-sim CONNECTIONS http|tcp
 */

import process from 'node:process';
import { Response } from '@netlayers/http';
import { Server } from '@netlayers/server';
import { createNetwork } from '@netlayers/sim';
import type { SocketHandler, TcpSocket } from '@netlayers/stack';
import { requestFor } from '../harness/generator.js';
import { HELLO } from '../process/contents.js';
import { answerLines } from '../process/lines.js';

const [count, protocol] = [Number(process.argv[2]), process.argv[3]];
/** A client has fewer ports than there are connections. */
const PORTS = [8080, 8081, 8082, 8083];
const HOST = '10.0.0.1';
const NO_LIMIT = Number.POSITIVE_INFINITY;
const MANY = 4 * 2 ** 30;

const network = createNetwork({ seed: 1 });
const far = network.host({ address: HOST, memoryLimit: MANY });
const near = network.host({ address: '10.0.0.2', memoryLimit: MANY });
network.link(near, far, { delayMs: 1 });

const NOTHING: SocketHandler = {
  handleData: () => {},
  handleEnd: () => {},
  handleDrain: () => {},
  handleClose: () => {},
};

if (protocol === 'http') {
  const server = new Server({ clock: network.clock, timeouts: { idleMs: NO_LIMIT } });
  server.route('GET', '/', () => Response.text(HELLO));
  for (const port of PORTS) await server.listen(far.stack.transport, { host: HOST, port });
} else {
  for (const port of PORTS) far.stack.listen({ port }, (socket) => socket.setHandler(NOTHING));
}

const request = Buffer.from(requestFor(HOST, '/'));
const kept: TcpSocket[] = [];

/** One connection; with HTTP, its request is answered. */
async function connect(index: number): Promise<void> {
  const socket = await near.stack.connect({ host: HOST, port: PORTS[index % PORTS.length]! });
  kept.push(socket);
  if (protocol !== 'http') {
    socket.setHandler(NOTHING);
    return;
  }
  await new Promise<void>((resolve, reject) => {
    socket.setHandler({
      ...NOTHING,
      handleData: () => resolve(),
      handleClose: () => reject(new Error('the server has closed')),
    });
    socket.write(request);
  });
  socket.setHandler(NOTHING);
}

const AT_ONCE = 100;

answerLines({
  open: async () => {
    const began = performance.now();
    await network.run(async () => {
      for (let index = 0; index < count; index += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, (_, each) => connect(index + each)));
      }
    });
    return { count: kept.length, seconds: (performance.now() - began) / 1000 };
  },
});
