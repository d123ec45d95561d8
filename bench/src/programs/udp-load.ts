/**
 * The load of a UDP echo, on node:dgram: keeps a number of datagrams under way and counts those that come
 * back. What has not come back when nothing does for 20 ms is lost, and makes room.
 *
 *     udp-load HOST PORT BYTES
 */

import { createSocket } from 'node:dgram';
import process from 'node:process';
import { answerLines } from '../process/lines.js';

const [host, port, length] = [process.argv[2]!, Number(process.argv[3]), Number(process.argv[4])];

const UNDER_WAY = 256;
const SILENCE_MS = 20;

const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 });
const data = Buffer.alloc(length, 7);
let answers = 0;
let underWay = 0;
let isOpen = false;

function fill(): void {
  while (isOpen && underWay < UNDER_WAY) {
    underWay++;
    socket.send(data);
  }
}

socket.on('message', () => {
  answers++;
  if (underWay > 0) underWay--;
  // In bursts, as a busy sender does.
  if (underWay < UNDER_WAY / 2) fill();
});

async function run(milliseconds: number): Promise<Record<string, number>> {
  const began = performance.now();
  let [last, lost] = [-1, 0];
  answers = 0;
  isOpen = true;
  fill();
  const watch = setInterval(() => {
    if (answers === last) {
      lost += underWay;
      underWay = 0;
      fill();
    }
    last = answers;
  }, SILENCE_MS);
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  isOpen = false;
  clearInterval(watch);
  return { count: answers, seconds: (performance.now() - began) / 1000, lost };
}

socket.connect(port, host, () => answerLines({ run: (milliseconds) => run(milliseconds!) }));
