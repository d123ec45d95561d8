/**
 * Two of our stacks in one process, joined by a wire in memory: no kernel, no device.
 */

import { memoryWire } from '@netlayers/link';
import { createStack, type Stack, type TcpSocket } from '@netlayers/stack';
import type { Row } from '../harness/row.js';

function pair(): readonly [Stack, Stack] {
  const [left, right] = memoryWire();
  return [
    createStack({ device: left, address: '10.0.0.1' }),
    createStack({ device: right, address: '10.0.0.2' }),
  ];
}

async function close(stacks: readonly Stack[]): Promise<void> {
  await Promise.all(stacks.map((stack) => stack.close({ drainMs: 0 })));
}

/** Gbit/s from one stack to the other. */
async function bulk(seconds: number): Promise<number> {
  const [a, b] = pair();
  let count = 0;
  b.listen({ port: 9 }, (socket) => {
    socket.setHandler({
      handleData: (_buf, start, end) => {
        count += end - start;
      },
      handleEnd: () => socket.end(),
      handleDrain: () => {},
      handleClose: () => {},
    });
  });
  const socket = await a.connect({ host: '10.0.0.2', port: 9 });
  const chunk = new Uint8Array(65536).fill(7);
  let open = true;
  const pump = (): void => {
    while (open && socket.write(chunk));
  };
  socket.setHandler({
    handleData: () => {},
    handleEnd: () => {},
    handleDrain: pump,
    handleClose: () => {},
  });
  const began = performance.now();
  pump();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  open = false;
  const result = (count * 8) / (performance.now() - began) / 1e6;
  socket.abort();
  await close([a, b]);
  return result;
}

/** Round trips per second of 100 bytes, on a number of connections at once. */
async function roundTrips(connections: number, seconds: number): Promise<number> {
  const [a, b] = pair();
  const message = new Uint8Array(100).fill(7);
  const answer = (socket: TcpSocket, count: () => void): void =>
    socket.setHandler({
      handleData: () => {
        count();
        socket.write(message);
      },
      handleEnd: () => socket.end(),
      handleDrain: () => {},
      handleClose: () => {},
    });
  b.listen({ port: 7 }, (socket) => answer(socket, () => {}));
  let count = 0;
  const began = performance.now();
  for (let index = 0; index < connections; index++) {
    const socket = await a.connect({ host: '10.0.0.2', port: 7 });
    answer(socket, () => {
      count++;
    });
    socket.write(message);
  }
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const result = (count * 1000) / (performance.now() - began);
  await close([a, b]);
  return result;
}

/** The rows without a kernel; there is nobody else to compare them with. */
export const memoryRows = (seconds: number): Row[] => [
  {
    name: 'memory',
    title: 'two stacks in one process: bulk',
    unit: 'Gbit/s',
    moreIsBetter: true,
    variants: [{ name: 'ours', measure: () => bulk(seconds) }],
    baseline: 'ours',
  },
  {
    name: 'memory',
    title: 'two stacks in one process: 100 B there and back, 16 connections',
    unit: 'round trips/s',
    moreIsBetter: true,
    variants: [{ name: 'ours', measure: () => roundTrips(16, seconds) }],
    baseline: 'ours',
  },
];
