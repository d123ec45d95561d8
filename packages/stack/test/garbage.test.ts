/**
 * What the fast path leaves for the collector. The engine's own sampling says where memory was asked for,
 * collected since or not. The bounds are what is needed and half of it again: an array or an object of some
 * fields for each packet is above them.
 */

import { Session } from 'node:inspector/promises';
import { memoryWire } from '@netlayers/link';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStack, type TcpSocket } from '../src/index.js';
import { handlerOf } from './handler-of.js';

/** Segments until the code is compiled: before, numbers in it are objects. */
const WARM_UP = 150_000;
const COUNTED = 50_000;
/** 190 when this was written: a view for a copy, and numbers that are no small integers. */
const MOST_OF_BULK = 280;
/** 400: two views, and what a batch costs, which is small here. */
const MOST_OF_MESSAGES = 560;
const PIECE = new Uint8Array(0x1_0000);
const MESSAGE = new Uint8Array(100);
const [SINK, ECHO] = [9, 7];

const session = new Session();

/** Octets that were asked for while something went on. */
async function allocatedDuring(act: () => Promise<void>): Promise<number> {
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: 1024,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  await act();
  const { profile } = await session.post('HeapProfiler.stopSampling');
  type Node = typeof profile.head;
  const sum = (node: Node): number =>
    node.children.reduce((total, child) => total + sum(child), node.selfSize);
  return sum(profile.head);
}

describe('garbage for each segment', () => {
  const [left, right] = memoryWire();
  const near = createStack({ device: left, address: '10.0.0.1' });
  const far = createStack({ device: right, address: '10.0.0.2' });
  const segments = (): number => near.counters().tcp.segmentsSent + far.counters().tcp.segmentsSent;

  async function until(count: number): Promise<void> {
    while (segments() < count) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  /** What a segment costs while traffic that goes on by itself goes on. */
  async function perSegment(): Promise<number> {
    await until(segments() + WARM_UP);
    let counted = 0;
    const octets = await allocatedDuring(async () => {
      const before = segments();
      await until(before + COUNTED);
      counted = segments() - before;
    });
    return octets / counted;
  }

  beforeAll(async () => {
    session.connect();
    await session.post('HeapProfiler.enable');
    far.listen({ port: SINK }, (socket) => socket.setHandler(handlerOf({})));
    far.listen({ port: ECHO }, (socket) =>
      socket.setHandler(handlerOf({ handleData: () => void socket.write(MESSAGE) })),
    );
  });

  afterAll(async () => {
    session.disconnect();
    await near.close();
    await far.close();
  });

  it('of bulk data is little', async () => {
    const socket = await near.connect({ host: '10.0.0.2', port: SINK });
    let isSending = true;
    const pump = (): void => {
      while (isSending && socket.write(PIECE));
    };
    socket.setHandler(handlerOf({ handleDrain: pump }));
    pump();
    expect(await perSegment()).toBeLessThan(MOST_OF_BULK);
    isSending = false;
    socket.abort();
  });

  it('of questions and answers is little', async () => {
    let isAsking = true;
    const sockets: TcpSocket[] = [];
    for (let index = 0; index < 16; index++) {
      const socket = await near.connect({ host: '10.0.0.2', port: ECHO });
      const ask = (): void => void (isAsking && socket.write(MESSAGE));
      socket.setHandler(handlerOf({ handleData: ask }));
      sockets.push(socket);
      ask();
    }
    expect(await perSegment()).toBeLessThan(MOST_OF_MESSAGES);
    isAsking = false;
    for (const socket of sockets) socket.abort();
  });
});
