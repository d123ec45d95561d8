/**
 * Very many requests and very many connections, one after the other: what is kept for one goes with it.
 * Both ends are stacks of ours in this process, so that no other program is the limit.
 */

import { memoryWire } from '@netlayers/link';
import type { Server } from '@netlayers/server';
import { createStack, type Stack, type TcpSocket } from '@netlayers/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../support/http-service.js';
import { inParallel } from '../support/in-parallel.js';
import { amount, LONG, TIMEOUT } from '../support/long.js';
import { expectReturnTo, held } from '../support/memory.js';

const REQUESTS = amount(40_000, 10_000_000);
const CONNECTIONS = amount(2000, 100_000);
const PARALLEL = 16;
/** What a warm-up takes: code is compiled, and pools have their size. */
const WARM_UP = 0.1;
const [CLIENT, SERVER] = ['10.0.0.1', '10.0.0.2'];
const REQUEST = Buffer.from('GET /json HTTP/1.1\r\nHost: a\r\n\r\n');

/** Short, so that what waits for old segments is gone soon. */
const tcp = { timeWaitMs: 100 };

let near: Stack;
let far: Stack;
let server: Server;

beforeAll(async () => {
  const [left, right] = memoryWire();
  near = createStack({ device: left, address: CLIENT, tcp });
  far = createStack({ device: right, address: SERVER, tcp });
  server = await serve(far.transport, {
    limits: { requestsPerConnection: Number.POSITIVE_INFINITY },
  });
});

afterAll(async () => {
  await server.close();
  await near.close();
  await far.close();
});

/** Asks so often on one connection, one request after the other. */
async function ask(times: number): Promise<void> {
  const socket: TcpSocket = await near.connect({ host: SERVER, port: 80, tcp: { noDelay: true } });
  await new Promise<void>((resolve, reject) => {
    let left = times;
    const next = (): void => {
      if (left-- > 0) socket.write(REQUEST);
      else socket.end();
    };
    socket.setHandler({
      // The response is small: it comes as a whole.
      handleData: next,
      handleEnd: () => socket.end(),
      handleDrain: () => {},
      handleClose: (error) => (error === null ? resolve() : reject(error)),
    });
    next();
  });
}

/** Waits until nothing is left of any connection, at most five seconds. */
async function gone(): Promise<void> {
  const isGone = (): boolean =>
    [near, far].every((stack) => stack.counters().connections + stack.counters().timeWait === 0);
  await expect.poll(isGone, { timeout: 5000 }).toBe(true);
  expect(server.counters()).toMatchObject({ connections: 0, aborted: 0, rejected: 0 });
}

describe(LONG ? 'very many' : 'many', () => {
  it('requests leave nothing behind', { timeout: TIMEOUT }, async () => {
    const { requests } = server.counters();
    const each = REQUESTS / PARALLEL;
    await inParallel(PARALLEL, PARALLEL, () => ask(each * WARM_UP));
    await gone();
    const before = await held();
    await inParallel(PARALLEL, PARALLEL, () => ask(each));
    await gone();
    expect(server.counters().requests - requests).toBe(REQUESTS + REQUESTS * WARM_UP);
    await expectReturnTo(before, `${REQUESTS} requests`);
  });

  it('connections leave nothing behind', { timeout: TIMEOUT }, async () => {
    const { accepted } = server.counters();
    await inParallel(CONNECTIONS * WARM_UP, PARALLEL, () => ask(1));
    await gone();
    const before = await held();
    await inParallel(CONNECTIONS, PARALLEL, () => ask(1));
    await gone();
    expect(server.counters().accepted - accepted).toBe(CONNECTIONS + CONNECTIONS * WARM_UP);
    await expectReturnTo(before, `${CONNECTIONS} connections`);
  });
});
