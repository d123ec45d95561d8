/**
 * Clients that are killed in the middle: of a download that fills every buffer, of an upload that
 * never comes to its end, and real programs by SIGKILL.
 */

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from '@netlayers/server';
import { enterNetworkNamespace } from '@netlayers/testkit/netns';
import { describe, expect, it } from 'vitest';
import { ask, serve } from '../support/http-service.js';
import { inParallel } from '../support/in-parallel.js';
import { connect } from '../support/kernel-end.js';
import { amount, TIMEOUT } from '../support/long.js';
import { expectReturnTo, held } from '../support/memory.js';
import { pattern } from '../support/pattern.js';
import { lacks, start, stop } from '../support/tools.js';
import { OURS, openTunStack, type TunStack } from '../support/tun-stack.js';

const namespace = enterNetworkNamespace();
const PARALLEL = 50;
const PIECE = pattern(100_000);

async function killDownload(isReset: boolean): Promise<void> {
  const client = await connect(80);
  client.write('GET /pattern/1000000000 HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(client, 'data');
  if (isReset) client.resetAndDestroy();
  else client.destroy();
}

async function killUpload(isReset: boolean): Promise<void> {
  const client = await connect(80);
  const head = 'POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n';
  client.write(`${head}Expect: 100-continue\r\n\r\n`);
  // Somebody reads: a connection that is reset before its server's turn is given to none.
  await once(client, 'data');
  client.write(PIECE);
  await sleep(1);
  if (isReset) client.resetAndDestroy();
  else client.destroy();
}

const killMany = (count: number, kill: (isReset: boolean) => Promise<void>): Promise<void> =>
  inParallel(count, PARALLEL, (left) => kill(left % 2 === 0));

/** Waits until nothing is left of any connection, at most five seconds. */
async function gone({ stack }: TunStack, server: Server): Promise<void> {
  const deadline = performance.now() + 5000;
  while (stack.counters().connections > 0 && performance.now() < deadline) await sleep(50);
  expect(server.counters().connections).toBe(0);
  expect(stack.counters().connections).toBe(0);
}

describe.skipIf(!namespace.available)('clients killed in the middle of', () => {
  const KINDS = [
    ['a download', killDownload],
    ['an upload', killUpload],
  ] as const;
  for (const [title, kill] of KINDS) {
    it(`${title} leave nothing behind, a thousand of them`, { timeout: TIMEOUT }, async () => {
      const context = await openTunStack();
      const server = await serve(context.stack.transport, { onError: () => {} });
      await killMany(200, kill);
      await gone(context, server);
      const before = await held();
      const count = amount(1000, 10_000);
      await killMany(count, kill);
      await gone(context, server);
      expect(server.counters().accepted).toBe(200 + count);
      expect((await ask('/json')).status).toBe(200);
      await expectReturnTo(before, `${count} clients killed in ${title}`);
      await server.close();
    });
  }

  it.skipIf(lacks('curl'))('everything at once, by SIGKILL', { timeout: TIMEOUT }, async () => {
    const context = await openTunStack();
    const server = await serve(context.stack.transport, { onError: () => {} });
    for (let round = 0; round < 5; round++) {
      const children = Array.from({ length: 10 }, () =>
        start('curl', ['-s', '-o', '/dev/null', `http://${OURS}/pattern/10000000000`]),
      );
      await sleep(200);
      await Promise.all(children.map((child) => stop(child, 'SIGKILL')));
      expect((await ask('/json')).status).toBe(200);
    }
    await gone(context, server);
    await server.close();
  });
});
