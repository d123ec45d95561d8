/**
 * The kernel's side of a bulk transfer, on node:net: `download` reads for a while, `upload` writes
 * for a while and waits for the receiver's count. Prints Gbit/s.
 */

import net from 'node:net';
import { fixCongestionControl } from './congestion-control.js';

const [direction, host, port, seconds] = [
  process.argv[2],
  process.argv[3],
  Number(process.argv[4]),
  Number(process.argv[5]),
];

const gigabits = (bytes: number, sinceMs: number): number =>
  (bytes * 8) / (performance.now() - sinceMs) / 1e6;

function download(): void {
  let count = 0;
  const socket = net.connect({
    host: host!,
    port,
    onread: {
      buffer: Buffer.alloc(256 * 1024),
      callback: (length) => {
        count += length;
        return true;
      },
    },
  });
  socket.once('connect', () => {
    const began = performance.now();
    setTimeout(() => {
      console.log(gigabits(count, began));
      socket.destroy();
    }, seconds * 1000);
  });
}

function upload(): void {
  const chunk = Buffer.alloc(65536, 7);
  const socket = net.connect({ host: host!, port: port + 1, allowHalfOpen: true });
  socket.once('connect', () => {
    fixCongestionControl(socket);
    const began = performance.now();
    const until = began + seconds * 1000;
    const pump = (): void => {
      while (performance.now() < until) if (!socket.write(chunk)) return;
      socket.off('drain', pump);
      socket.end();
    };
    socket.on('drain', pump);
    let answer = '';
    socket.on('data', (data) => {
      answer += data.toString();
    });
    socket.on('end', () => {
      console.log(gigabits(Number(answer), began));
      socket.destroy();
    });
    pump();
  });
}

if (direction === 'download') download();
else upload();
