/**
 * A load generator on node:net, for machines without wrk: a number of connections, each with one
 * request at a time, on one connection for all of them (`keep-alive`) or on a new one for each
 * (`connect`). Prints requests per second.
 */

import net from 'node:net';

const [mode, host, port, connections, seconds] = [
  process.argv[2],
  process.argv[3],
  Number(process.argv[4]),
  Number(process.argv[5]),
  Number(process.argv[6]),
];

const close = mode === 'connect';
const request = Buffer.from(
  `GET / HTTP/1.1\r\nHost: ${host}:${port}\r\n${close ? 'Connection: close\r\n' : ''}\r\n`,
);
const until = performance.now() + seconds * 1000;
let answered = 0;
let failed = 0;

/** The length of a response, known once its head is there; every server here says it. */
function lengthOf(head: string): number {
  const end = head.indexOf('\r\n\r\n');
  if (end < 0) return Number.POSITIVE_INFINITY;
  return end + 4 + Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
}

function connect(): void {
  let head = '';
  let received = 0;
  let length = Number.POSITIVE_INFINITY;
  const socket = net.connect({ host: host!, port, noDelay: true });
  const again = (): void => {
    if (performance.now() < until) connect();
  };
  socket.once('connect', () => socket.write(request));
  socket.once('error', () => {
    failed++;
    again();
  });
  socket.on('data', (data) => {
    received += data.length;
    if (length === Number.POSITIVE_INFINITY) {
      head += data.toString('latin1');
      length = lengthOf(head);
    }
    if (received < length) return;
    answered++;
    received = 0;
    if (close) {
      socket.destroy();
      again();
    } else if (performance.now() < until) socket.write(request);
    else socket.destroy();
  });
}

const began = performance.now();
for (let index = 0; index < connections; index++) connect();
process.on('exit', () => {
  if (failed > 0) console.error(`${failed} connections failed`);
  console.log((answered * 1000) / (performance.now() - began));
});
