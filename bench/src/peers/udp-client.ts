/**
 * The load of a UDP echo, on node:dgram: keeps a number of datagrams under way for a while and prints
 * how many have come back a second. What has not come back when nothing does for 20 ms is lost, and
 * makes room; how many were lost goes to the standard error.
 */

import { createSocket } from 'node:dgram';

const [host, port, seconds, length] = [
  process.argv[2]!,
  Number(process.argv[3]),
  Number(process.argv[4]),
  Number(process.argv[5]),
];

const UNDER_WAY = 256;
const SILENCE_MS = 20;

const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
const data = Buffer.alloc(length, 7);
let answers = 0;
let lost = 0;
let underWay = 0;
let last = 0;
let open = true;

function fill(): void {
  while (open && underWay < UNDER_WAY) {
    underWay++;
    socket.send(data);
  }
}

socket.on('message', () => {
  answers++;
  underWay--;
  // In bursts, as a busy sender does.
  if (underWay < UNDER_WAY / 2) fill();
});

socket.connect(port, host, () => {
  const began = performance.now();
  const watch = setInterval(() => {
    if (answers !== last) {
      last = answers;
      return;
    }
    lost += underWay;
    underWay = 0;
    fill();
  }, SILENCE_MS);
  setTimeout(() => {
    open = false;
    clearInterval(watch);
    console.log((answers * 1000) / (performance.now() - began));
    if (lost > 0) console.error(`${lost} of ${answers + lost} datagrams did not come back`);
    socket.close();
  }, seconds * 1000);
  fill();
});
