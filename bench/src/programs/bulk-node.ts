/**
 * Bulk data on node:net, on the kernel's loopback: on its port it sends for as long as the client reads,
 * on the next one it takes what comes.
 *
 *     bulk-node ADDRESS PORT
 */

import net from 'node:net';
import process from 'node:process';
import { PIECE } from '../process/contents.js';
import { answerLines } from '../process/lines.js';

const [address, port] = [process.argv[2]!, Number(process.argv[3])];

function source(socket: net.Socket): void {
  const pump = (): void => {
    while (!socket.destroyed && socket.write(PIECE));
  };
  socket.on('error', () => {}).on('drain', pump);
  pump();
}

const sink = (socket: net.Socket): void => void socket.on('error', () => {}).resume();

const listen = (at: number, serve: (socket: net.Socket) => void): Promise<void> =>
  new Promise((resolve) => {
    net.createServer(serve).listen(at, address, resolve);
  });
await listen(port, source);
await listen(port + 1, sink);
answerLines();
