/**
 * No HTTP at all, on node:net: the bytes of a response for every segment that ends a head.
 *
 *     http-fixed ADDRESS PORT
 */

import net from 'node:net';
import process from 'node:process';
import { HELLO } from '../process/contents.js';
import { answerLines } from '../process/lines.js';

const [address, port] = [process.argv[2]!, Number(process.argv[3])];

const response = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${HELLO.length}\r\n` +
    `Date: Thu, 01 Jan 1970 00:00:00 GMT\r\nConnection: keep-alive\r\n\r\n${HELLO}`,
);
const server = net.createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => {});
  socket.on('data', (data) => {
    if (data[data.length - 1] === 10 && data[data.length - 3] === 10) socket.write(response);
  });
});
server.listen(port, address, 1024, () => answerLines());
